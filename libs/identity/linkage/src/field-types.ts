/** What a column holds; decides how it is normalised, compared and blocked. */
export type FieldType =
  'name' | 'text' | 'address' | 'house' | 'date' | 'phone' | 'email' | 'code' | 'amount' | 'category';

/** All types, for parsing. */
export const FIELD_TYPES: readonly FieldType[] = [
  'name',
  'text',
  'address',
  'house',
  'date',
  'phone',
  'email',
  'code',
  'amount',
  'category',
];

/** One compared column. */
export interface LinkField {
  readonly column: string;
  readonly type: FieldType;
}

/** How two values of a field stand to each other, best first. `MISSING` says nothing either way. */
export const LEVEL = { exact: 0, close: 1, alike: 2, exchanged: 3, differs: 4, missing: 5 } as const;

/** Levels in all, `missing` included; a comparison vector is a number in this base. */
export const LEVELS = 6;

export const LEVEL_NAMES = ['exact', 'close', 'alike', 'exchanged', 'differs', 'missing'] as const;

/** More fields than this do not fit a comparison vector of 53 bits. */
export const MOST_FIELDS = 20;

/** The levels that a type can have, `missing` aside; an exchange needs a second field of the type. */
export function levelsOfType(type: FieldType): readonly (typeof LEVEL_NAMES)[number][] {
  if (type === 'category') return ['exact', 'differs'];
  const isExchangeable = type === 'name' || type === 'address';
  return isExchangeable ? ['exact', 'close', 'alike', 'exchanged', 'differs'] : ['exact', 'close', 'alike', 'differs'];
}
