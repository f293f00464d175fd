import type { Operator } from '../rule/operators';
import type { WrittenCondition, WrittenSelection, WrittenWindow } from './print-parts';
import type { TokenReader, WrittenTest } from './token-reader';

/** Operators written as words, longest first, and how their operand is read. */
type OperandReader = (reader: TokenReader) => unknown;

const NOTHING = Symbol('no operand');
const text: OperandReader = (reader) => reader.string();
const span: OperandReader = (reader) => reader.span();

const WORDS: readonly (readonly [words: readonly string[], op: Operator, operand: OperandReader])[] = [
  [['not', 'within', 'last'], 'notWithinLast', span],
  [['within', 'last'], 'withinLast', span],
  [['within', 'next'], 'withinNext', span],
  [['not', 'exists'], 'notExists', () => NOTHING],
  [['exists'], 'exists', () => NOTHING],
  [['is', 'true'], 'isTrue', () => NOTHING],
  [['is', 'false'], 'isFalse', () => NOTHING],
  [['in', 'network'], 'cidr', (reader) => reader.scalarOrList()],
  [['not', 'in'], 'notIn', (reader) => reader.list()],
  [['in'], 'in', (reader) => reader.list()],
  [['not', 'contains'], 'notContains', text],
  [['contains'], 'contains', text],
  [['starts', 'with'], 'startsWith', text],
  [['ends', 'with'], 'endsWith', text],
  [['matches'], 'matches', text],
  [['before'], 'before', text],
  [['after'], 'after', text],
  [['semver'], 'semver', text],
  [['has', 'any', 'of'], 'arrayAny', (reader) => reader.scalarOrList()],
  [['has', 'all', 'of'], 'arrayAll', (reader) => reader.scalarOrList()],
  [['has', 'none', 'of'], 'arrayNone', (reader) => reader.scalarOrList()],
  [['has', 'size'], 'arraySize', (reader) => reader.test() ?? reader.number()],
  [['has', 'anniversary', 'in'], 'anniversary', (reader) => reader.duration()],
  [['has', 'anniversary'], 'anniversary', () => NOTHING],
  [['says', 'any', 'of'], 'wordsAny', (reader) => reader.scalarOrList()],
  [['says', 'all', 'of'], 'wordsAll', (reader) => reader.scalarOrList()],
  [['says', 'none', 'of'], 'wordsNone', (reader) => reader.scalarOrList()],
  [['says'], 'wordsNear', nearby],
  [['within'], 'geoWithin', circle],
];

function circle(reader: TokenReader): unknown {
  const radiusKm = reader.number();
  reader.expect('km', 'of', '(');
  const lat = reader.number();
  reader.expect(',');
  const lon = reader.number();
  reader.expect(')');
  return { center: { lat, lon }, radiusKm };
}

function nearby(reader: TokenReader): unknown {
  const words = reader.list();
  reader.expect('within');
  const within = reader.number();
  reader.expect('words');
  return { words, within };
}

/** Whether a bare name, another trait or an earlier step's property, stands where a value could. */
const isRef = (reader: TokenReader): boolean => {
  const { kind, text: word } = reader.peek();
  return kind === 'path' || (kind === 'word' && word !== 'true' && word !== 'false');
};

/** `total > 50`, `product_id = v.product_id`. */
export function readCondition(reader: TokenReader): WrittenCondition {
  const path = reader.path();
  if (reader.accept('between')) {
    const low = reader.scalar();
    reader.expect('and');
    return { path, op: 'between', value: [low, reader.scalar()] };
  }
  const sign = reader.sign();
  if (sign !== undefined) {
    return isRef(reader) ? { path, op: sign, ref: reader.path() } : { path, op: sign, value: reader.scalar() };
  }
  for (const [words, op, operand] of WORDS) {
    if (!reader.accept(...words)) continue;
    if (operand === text && isRef(reader)) return { path, op, ref: reader.path() };
    const value = operand(reader);
    return value === NOTHING ? { path, op } : { path, op, value };
  }
  throw reader.refuse(['=', '!=', '>', '>=', '<', '<=', 'between', ...WORDS.map(([words]) => words.join(' '))]);
}

/** `where total > 50`, `where (total > 50, currency = "EUR")`; undefined when no `where` comes next. */
export function readWhere(reader: TokenReader): readonly WrittenCondition[] | undefined {
  if (!reader.accept('where')) return undefined;
  if (!reader.accept('(')) return [readCondition(reader)];
  const conditions: WrittenCondition[] = [];
  if (reader.accept(')')) return conditions;
  do conditions.push(readCondition(reader));
  while (reader.accept(','));
  reader.expect(')');
  return conditions;
}

/** `"Order Completed"`, `any of ("A", "B")`, `anything`. */
export function readNames(reader: TokenReader): Pick<WrittenSelection, 'name'> {
  if (reader.accept('anything')) return {};
  if (!reader.accept('any', 'of')) return { name: reader.string() };
  return {
    name: reader.list().map((name) => {
      if (typeof name !== 'string') throw reader.refuseLast('names of events are texts');
      return name;
    }),
  };
}

/** Names and conditions. */
export function readSelection(reader: TokenReader): WrittenSelection {
  const names = readNames(reader);
  const where = readWhere(reader);
  return where === undefined ? names : { ...names, where };
}

/** A window; undefined when none comes next. */
export function readWindow(reader: TokenReader): WrittenWindow | undefined {
  if (reader.accept('in', 'last')) return { last: reader.span() };
  if (reader.accept('in', 'session', 'with', 'gap')) return { session: { gap: reader.fixedSpan() } };
  if (reader.accept('within', 'first')) return { withinFirst: reader.span() };
  if (reader.accept('since')) return { since: reader.string() };
  if (reader.accept('before')) return { before: reader.string() };
  if (reader.accept('from')) {
    const from = reader.string();
    reader.expect('to');
    return { absolute: { from, to: reader.string() } };
  }
  // `between 1 and 2 times` is a count, and `between 1 and 2` a test.
  if (reader.isNext('between') && reader.peek(2).kind === 'word' && reader.peek(2).text !== 'and') {
    reader.expect('between');
    const from = reader.span();
    reader.expect('and');
    const to = reader.span();
    reader.expect('ago');
    return { between: { from, to } };
  }
  return undefined;
}

const COUNTS = [
  [['at', 'least'], 'gte'],
  [['at', 'most'], 'lte'],
  [['exactly'], 'eq'],
  [['more', 'than'], 'gt'],
  [['fewer', 'than'], 'lt'],
  [['not'], 'neq'],
] as const;

function times(reader: TokenReader): void {
  if (!reader.accept('time')) reader.expect('times');
}

/** `at least 2 times`; undefined when no count comes next. */
export function readCount(reader: TokenReader): WrittenTest | undefined {
  if (reader.isNext('between') && reader.peek(2).text === 'and') {
    reader.expect('between');
    const low = reader.number();
    reader.expect('and');
    const n: [number, number] = [low, reader.number()];
    times(reader);
    return { op: 'between', n };
  }
  for (const [words, op] of COUNTS) {
    // Of one word alone something else may come; after two only a number can.
    if (reader.peek(words.length).kind !== 'number' && words.length < 2) continue;
    if (!reader.accept(...words)) continue;
    const n = reader.number();
    times(reader);
    return { op, n };
  }
  return undefined;
}
