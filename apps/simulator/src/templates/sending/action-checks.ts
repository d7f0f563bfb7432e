import { all, anyObject, type Check, list, object, rule, text } from '../../checks.ts';

const MOST_PRODUCTS = 30;

interface Section {
  product_items: unknown[];
}

const sections = all(
  list(
    object({ product_items: list(object({ product_retailer_id: text() }), 1, MOST_PRODUCTS) }, { title: text(24) }),
    1,
    10,
  ),
  rule(
    (it: Section[]) => it.reduce((sum, { product_items }) => sum + product_items.length, 0) <= MOST_PRODUCTS,
    `has more than ${MOST_PRODUCTS} products`,
  ),
);

/** What the `action` of each button may hold. */
export const ACTIONS: Record<string, Check> = {
  FLOW: object({}, { flow_token: text(), flow_action_data: anyObject }),
  CATALOG: object({}, { thumbnail_product_retailer_id: text() }),
  MPM: object({ thumbnail_product_retailer_id: text(), sections }),
  ORDER_DETAILS: object({ order_details: anyObject }),
};
