import type { TemplateButton } from '../template.ts';

/** A template anybody may take over, as `GET /message_template_library` shows it. */
export interface LibraryTemplate {
  id: string;
  name: string;
  language: string;
  category: 'UTILITY' | 'AUTHENTICATION';
  topic: string;
  usecase: string;
  industry: string[];
  header?: string;
  body: string;
  body_params: string[];
  body_param_types: string[];
  buttons?: TemplateButton[];
}

/** Our own texts in the form of Meta's library. */
export const LIBRARY_TEMPLATES: readonly LibraryTemplate[] = [
  {
    id: '7000000000000001',
    name: 'delivery_on_its_way_1',
    language: 'es',
    category: 'UTILITY',
    topic: 'ORDER_MANAGEMENT',
    usecase: 'DELIVERY_UPDATE',
    industry: ['E_COMMERCE'],
    header: 'Tu pedido está en camino',
    body: 'Hola {{1}}, tu pedido {{2}} sale hoy de nuestro almacén y llegará el {{3}} por la mañana.',
    body_params: ['Lucía', 'A-1042', '4 de mayo'],
    body_param_types: ['TEXT', 'TEXT', 'DATE'],
    buttons: [{ type: 'URL', text: 'Seguir el envío', url: 'https://www.example.com/' }],
  },
  {
    id: '7000000000000002',
    name: 'delivery_on_its_way_1',
    language: 'en_US',
    category: 'UTILITY',
    topic: 'ORDER_MANAGEMENT',
    usecase: 'DELIVERY_UPDATE',
    industry: ['E_COMMERCE'],
    header: 'Your order is on its way',
    body: 'Hello {{1}}, your order {{2}} leaves our warehouse today and will arrive on {{3}} in the morning.',
    body_params: ['Lucy', 'A-1042', 'May 4'],
    body_param_types: ['TEXT', 'TEXT', 'DATE'],
    buttons: [{ type: 'URL', text: 'Track it', url: 'https://www.example.com/' }],
  },
  {
    id: '7000000000000003',
    name: 'payment_due_1',
    language: 'es',
    category: 'UTILITY',
    topic: 'PAYMENTS',
    usecase: 'PAYMENT_DUE_REMINDER',
    industry: ['FINANCIAL_SERVICES'],
    body: 'Hola {{1}}, te recordamos que la factura {{2}} por un importe de {{3}} vence dentro de una semana.',
    body_params: ['Lucía', 'F-2024-17', '120,00 €'],
    body_param_types: ['TEXT', 'TEXT', 'AMOUNT'],
    buttons: [
      { type: 'URL', text: 'Pagar', url: 'https://www.example.com/' },
      { type: 'PHONE_NUMBER', text: 'Llamar', phone_number: '+34600000000' },
    ],
  },
  {
    id: '7000000000000004',
    name: 'appointment_reminder_1',
    language: 'es',
    category: 'UTILITY',
    topic: 'EVENT_REMINDER',
    usecase: 'APPOINTMENT_REMINDER',
    industry: ['HEALTH'],
    body: 'Hola {{1}}, te recordamos tu cita del {{2}} en nuestra consulta. Responde a este mensaje si no puedes venir.',
    body_params: ['Lucía', '4 de mayo'],
    body_param_types: ['TEXT', 'DATE'],
    buttons: [{ type: 'QUICK_REPLY', text: 'Confirmar' }],
  },
  {
    id: '7000000000000005',
    name: 'purchase_feedback_1',
    language: 'es',
    category: 'UTILITY',
    topic: 'CUSTOMER_FEEDBACK',
    usecase: 'FEEDBACK_SURVEY',
    industry: ['E_COMMERCE'],
    body: 'Gracias por tu compra. ¿Nos cuentas en un minuto cómo ha ido la entrega?',
    body_params: [],
    body_param_types: [],
  },
];

const EXACT = ['name', 'language', 'topic', 'usecase'] as const;

export function searchLibrary(query: URLSearchParams): LibraryTemplate[] {
  const search = query.get('search')?.toLowerCase() ?? '';
  const industry = query.get('industry');
  return LIBRARY_TEMPLATES.filter(
    (template) =>
      EXACT.every((field) => (query.get(field) ?? template[field]) === template[field]) &&
      (industry === null || template.industry.includes(industry)) &&
      `${template.name} ${template.header ?? ''} ${template.body}`.toLowerCase().includes(search),
  );
}
