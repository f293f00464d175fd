import { Exact, isExact } from './exact';
import type { FieldValue } from './cell-reader';
import type { Condition } from './mapping-schema';

export type RowTest = (values: readonly FieldValue[]) => boolean;

const asText = (value: FieldValue): string => (isExact(value) ? value.toFixed() : String(value));

function equals(value: FieldValue, wanted: string | number | boolean): boolean {
  if (isExact(value)) return typeof wanted === 'number' && value.equals(wanted);
  return value === wanted;
}

function comparison(bound: number): (value: FieldValue) => number {
  const exact = new Exact(bound);
  return (value) => (isExact(value) ? value.comparedTo(exact) : Number(value) - bound);
}

function boundTest({ lt, lte, gt, gte }: Condition): ((value: FieldValue) => boolean) | null {
  const bound = lt ?? lte ?? gt ?? gte;
  if (bound === undefined) return null;
  const compare = comparison(bound);
  if (lt !== undefined) return (value) => compare(value) < 0;
  if (lte !== undefined) return (value) => compare(value) <= 0;
  return gt !== undefined ? (value) => compare(value) > 0 : (value) => compare(value) >= 0;
}

function presentTest(condition: Condition): (value: FieldValue) => boolean {
  const { startsWith, endsWith, contains } = condition;
  const bound = boundTest(condition);
  if (bound) return bound;
  if (startsWith !== undefined) return (value) => asText(value).startsWith(startsWith);
  if (endsWith !== undefined) return (value) => asText(value).endsWith(endsWith);
  if (contains !== undefined) return (value) => asText(value).includes(contains);
  const wanted = condition.in ?? (condition.equals === undefined ? [] : [condition.equals]);
  return (value) => wanted.some((item) => equals(value, item));
}

/**
 * A condition as a test on a row's values. A missing value passes `missing: true` and no other test; text compares
 * exactly, case-sensitive.
 *
 * Shape   index: place of the condition's field among the values
 */
export function rowTest(condition: Condition, index: number): RowTest {
  const { missing } = condition;
  if (missing !== undefined) return (values) => (values[index] === null) === missing;
  const test = presentTest(condition);
  return (values) => {
    const value = values[index] ?? null;
    return value !== null && test(value);
  };
}
