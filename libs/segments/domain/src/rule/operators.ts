/** What an operator is compared with; decides the check of `value`. */
export type OperandFamily =
  | 'nothing'
  | 'scalar'
  | 'list'
  | 'ordered'
  | 'pair'
  | 'text'
  | 'pattern'
  | 'instant'
  | 'span'
  | 'anniversary'
  | 'elements'
  | 'size'
  | 'semver'
  | 'cidr'
  | 'circle'
  | 'words'
  | 'nearby';

/** The operators of traits and event properties, each with its operand's family. */
export const OPERATOR_FAMILIES = {
  exists: 'nothing',
  notExists: 'nothing',
  isTrue: 'nothing',
  isFalse: 'nothing',
  eq: 'scalar',
  neq: 'scalar',
  in: 'list',
  notIn: 'list',
  gt: 'ordered',
  gte: 'ordered',
  lt: 'ordered',
  lte: 'ordered',
  between: 'pair',
  contains: 'text',
  notContains: 'text',
  startsWith: 'text',
  endsWith: 'text',
  matches: 'pattern',
  before: 'instant',
  after: 'instant',
  withinLast: 'span',
  notWithinLast: 'span',
  withinNext: 'span',
  anniversary: 'anniversary',
  arrayAny: 'elements',
  arrayAll: 'elements',
  arrayNone: 'elements',
  arraySize: 'size',
  semver: 'semver',
  cidr: 'cidr',
  geoWithin: 'circle',
  wordsAny: 'words',
  wordsAll: 'words',
  wordsNone: 'words',
  wordsNear: 'nearby',
} as const satisfies Record<string, OperandFamily>;

export type Operator = keyof typeof OPERATOR_FAMILIES;

export const OPERATORS = Object.keys(OPERATOR_FAMILIES) as readonly Operator[];

/** Operators whose right side may be another trait, or an earlier step's property, instead of a value. */
export const REF_OPERATORS: readonly Operator[] = [
  'eq',
  'neq',
  'gt',
  'gte',
  'lt',
  'lte',
  'contains',
  'notContains',
  'startsWith',
  'endsWith',
  'before',
  'after',
];

/** Operators of counts and numbers; `between` takes `[low, high]`, both ends included. */
export const NUMBER_OPERATORS = ['eq', 'neq', 'gt', 'gte', 'lt', 'lte', 'between'] as const;
export type NumberOperator = (typeof NUMBER_OPERATORS)[number];
