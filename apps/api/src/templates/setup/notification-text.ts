export interface NewTemplateText {
  text: string;
  examples: string[];
}

/** Supplier, order number, amount: what a purchase order fills the three variables with. */
const EXAMPLES = ['Proveedor ABC', 'PO-2024-001', '€1,250.00'];

/** What a supplier is told of a new order, by base language. The full stop behind {{3}} matters: no text may end with a variable. */
const TEXTS = new Map([
  ['es', 'Hola {{1}}, has recibido una nueva orden de compra {{2}} por un total de {{3}}.'],
  ['en', 'Hello {{1}}, you have received a new purchase order {{2}} for a total of {{3}}.'],
]);

export const WRITTEN_LANGUAGES = [...TEXTS.keys()];

/** Undefined for a language that nobody has written it in. */
export function notificationText(language: string): NewTemplateText | undefined {
  const text = TEXTS.get(baseOf(language));
  return text === undefined ? undefined : { text, examples: EXAMPLES };
}

/** `es_MX` is `es`. */
export function baseOf(language: string): string {
  return language.split('_', 1)[0]!;
}
