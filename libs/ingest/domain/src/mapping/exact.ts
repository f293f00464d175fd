import { Decimal } from 'decimal.js';

/** Decimals whose sums and products are not rounded: 80 digits hold any product of two cells and any sum of a group. */
export const Exact = Decimal.clone({ precision: 80 });
export type Exact = Decimal;

export const isExact = (value: unknown): value is Exact => value instanceof Exact;

/** A decimal as the JSON number nearest to it. */
export interface JsonNumber {
  readonly number: number;
  readonly exact: boolean;
}

/** Cells that repeat are one value (`readDecimal`), which is turned into a number once. */
const numbers = new WeakMap<Exact, JsonNumber>();

/** The JSON number nearest to a decimal; `exact` when its shortest text is the decimal itself. */
export function toJsonNumber(value: Exact): JsonNumber {
  const known = numbers.get(value);
  if (known) return known;
  const number = Number(value.toString());
  const made = { number, exact: Number.isFinite(number) && new Exact(number).equals(value) };
  numbers.set(value, made);
  return made;
}

const MEMO_SIZE = 4_096;

/** Reads decimals of one column. Files repeat prices row after row, so the last few thousand are remembered. */
export function decimalReader(): (text: string) => Exact {
  const memo = new Map<string, Exact>();
  return (text) => {
    const known = memo.get(text);
    if (known) return known;
    const value = new Exact(text);
    if (memo.size >= MEMO_SIZE) memo.clear();
    memo.set(text, value);
    return value;
  };
}
