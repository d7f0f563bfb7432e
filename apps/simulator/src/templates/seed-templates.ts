import type { NewTemplate } from './template.ts';

/** What the account starts with: the purchase-order template, others of each kind, and two that cannot be sent. */
export const SEED_TEMPLATES: readonly NewTemplate[] = [
  {
    name: 'po_notification',
    language: 'es',
    status: 'APPROVED',
    category: 'UTILITY',
    components: [
      {
        type: 'BODY',
        text: 'Hola {{1}}, has recibido una nueva orden de compra {{2}} por un total de {{3}}.',
        example: { body_text: [['Proveedor ABC', 'PO-2024-001', '€1,250.00']] },
      },
    ],
  },
  {
    name: 'hello_world',
    language: 'en_US',
    status: 'APPROVED',
    category: 'UTILITY',
    components: [
      { type: 'HEADER', format: 'TEXT', text: 'Hello World' },
      { type: 'BODY', text: 'If you can read this, sending through the simulator works.' },
      { type: 'FOOTER', text: 'Cloud API simulator' },
    ],
  },
  {
    name: 'order_update',
    language: 'es',
    status: 'APPROVED',
    category: 'UTILITY',
    parameter_format: 'NAMED',
    components: [
      {
        type: 'BODY',
        text: 'Hola {{customer_name}}, tu pedido {{order_id}} está en camino.',
        example: {
          body_text_named_params: [
            { param_name: 'customer_name', example: 'Lucía' },
            { param_name: 'order_id', example: 'A-1042' },
          ],
        },
      },
    ],
  },
  {
    name: 'invoice_ready',
    language: 'es',
    status: 'APPROVED',
    category: 'UTILITY',
    components: [
      { type: 'HEADER', format: 'DOCUMENT', example: { header_handle: ['4::aW52b2ljZQ=='] } },
      { type: 'BODY', text: 'La factura {{1}} está lista.', example: { body_text: [['F-2024-17']] } },
      {
        type: 'BUTTONS',
        buttons: [
          { type: 'URL', text: 'Ver factura', url: 'https://facturas.example/{{1}}' },
          { type: 'QUICK_REPLY', text: 'Tengo una duda' },
        ],
      },
    ],
  },
  {
    name: 'summer_offer',
    language: 'es',
    status: 'PAUSED',
    category: 'MARKETING',
    components: [
      { type: 'BODY', text: 'Este verano, {{1}} a mitad de precio hoy.', example: { body_text: [['las sombrillas']] } },
    ],
  },
  {
    name: 'quick_survey',
    language: 'es',
    status: 'REJECTED',
    category: 'MARKETING',
    rejected_reason: 'PROMOTIONAL',
    components: [{ type: 'BODY', text: '¿Qué te ha parecido la compra? Cuéntanoslo en un minuto.' }],
  },
];
