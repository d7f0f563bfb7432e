import { list, object, open, optional, text } from './check.ts';
import { sections } from './sections.ts';

export const product = object({ catalog_id: text(), product_retailer_id: text() });

export const productSections = sections('product_items', object({ product_retailer_id: text() }), {
  max: 30,
  of: 'products',
});

/** Orders are checked for what Meta always wants; the rest differs from one country and payment service to the next. */
export const orderDetails = open({
  reference_id: text(),
  type: optional(text()),
  currency: optional(text()),
  total_amount: optional(open()),
  order: optional(open()),
  payment_settings: optional(list(open(), { of: 'settings' })),
});

export const orderStatus = open({
  reference_id: text(),
  order: optional(open({ status: text(), description: optional(text({ min: 0 })) })),
});
