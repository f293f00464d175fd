import { featuresErrors } from './errors';

/**
 * Which event an order is and where its parts stand. An order may come as one event (Segment's e-commerce spec) or as
 * several that share an order id (one a line): events of one id are one order, at the time of the earliest.
 */
export interface OrderMapping {
  readonly event: string;
  /** Text; any other value by its JSON text. An event without one is an order of its own. */
  readonly orderId: string;
  /** Number, or text that reads as one ("9.99"); anything else counts as 0. */
  readonly revenue: string;
  /** List of objects with `productId` and `quantity`; an entry with neither is no line. */
  readonly products: string;
  readonly productId: string;
  readonly quantity: string;
  /** Pieces of the order; where it is no number, the quantities of the list are added up. */
  readonly units: string;
  /** Lines of the order; where it is no number, the lines of the list are counted. */
  readonly items: string;
}

export const SEGMENT_ORDERS: OrderMapping = {
  event: 'Order Completed',
  orderId: 'order_id',
  revenue: 'revenue',
  products: 'products',
  productId: 'product_id',
  quantity: 'quantity',
  units: 'units',
  items: 'items',
};

const PROPERTY = /^[A-Za-z_][A-Za-z0-9_]{0,62}$/;

/**
 * Refuses property names that cannot be written into a statement.
 *
 * Throws  FEATURES_KEY_INVALID
 */
export function checkOrderMapping(mapping: OrderMapping): OrderMapping {
  const { orderId, revenue, products, productId, quantity, units, items } = mapping;
  for (const property of [orderId, revenue, products, productId, quantity, units, items]) {
    if (!PROPERTY.test(property)) throw featuresErrors.FEATURES_KEY_INVALID({ property });
  }
  return mapping;
}
