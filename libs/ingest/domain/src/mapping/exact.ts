import { Decimal } from 'decimal.js';

/** Decimals whose sums and products are not rounded: 80 digits hold any product of two cells and any sum of a group. */
export const Exact = Decimal.clone({ precision: 80 });
export type Exact = Decimal;

export const isExact = (value: unknown): value is Exact => value instanceof Exact;

/** The JSON number nearest to a decimal; `exact` when its shortest text is the decimal itself. */
export function toJsonNumber(value: Exact): { readonly number: number; readonly exact: boolean } {
  const number = Number(value.toString());
  return { number, exact: Number.isFinite(number) && new Exact(number).equals(value) };
}
