import type { Json } from '@kohort/kernel-contracts';
import { AGGREGATE_FUNCTIONS } from '../rule/rule.schema';
import type { TokenReader } from './token-reader';
import { readCondition, readCount, readNames, readSelection, readWhere, readWindow } from './read-parts';

/** A node's JSON, before the checks of meaning. */
export type WrittenNode = Readonly<Record<string, unknown>>;

const given = (fields: Readonly<Record<string, unknown>>): WrittenNode =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));

function readTrait(reader: TokenReader): WrittenNode {
  const condition = readCondition(reader);
  if (reader.accept('as', 'of')) return { trait: { ...condition, asOf: reader.string() } };
  return { trait: reader.accept('ever') ? { ...condition, ever: true } : condition };
}

function readEvent(reader: TokenReader): WrittenNode {
  const names = readNames(reader);
  // In whichever order one says it.
  let [count, window, where] = [readCount(reader), readWindow(reader), readWhere(reader)];
  count ??= readCount(reader);
  window ??= readWindow(reader);
  where ??= readWhere(reader);
  return { event: given({ ...names, where, count, window }) };
}

function readMeasure(reader: TokenReader): Record<string, unknown> {
  const word = reader.next().text;
  const fn = word === 'distinct' && reader.accept('days') ? 'distinctDays' : word;
  const p = fn === 'percentile' ? reader.number() : undefined;
  const property = reader.accept('of') ? reader.path() : undefined;
  reader.expect('over');
  const names = readNames(reader);
  const window = readWindow(reader);
  const where = readWhere(reader);
  return { event: given({ ...names, where }), fn, property, p, window: window ?? readWindow(reader) };
}

function readAggregate(reader: TokenReader): WrittenNode {
  const measure = readMeasure(reader);
  if (reader.isNext('between')) {
    const { op, n } = reader.requiredTest();
    return { aggregate: given({ ...measure, op, value: n }) };
  }
  const op = reader.sign();
  if (op === undefined) throw reader.refuse(['=', '!=', '>', '>=', '<', '<=', 'between']);
  return { aggregate: given({ ...measure, op, value: reader.scalar() }) };
}

function readSequence(reader: TokenReader): WrittenNode {
  const order = reader.accept('strictly') ? 'strict' : reader.accept('loosely') ? 'loose' : undefined;
  const keyBy = reader.accept('by') ? reader.path() : undefined;
  reader.expect('(');
  const steps: Record<string, unknown>[] = [];
  const without: Record<string, unknown>[] = [];
  const readStep = (): void => {
    const min = reader.accept('after') ? reader.fixedSpan() : undefined;
    const max = reader.accept('within') ? reader.fixedSpan() : undefined;
    const event = readSelection(reader);
    const as = reader.accept('as') ? reader.plainWord('a name for the step') : undefined;
    const gap = min === undefined && max === undefined ? undefined : given({ min, max });
    steps.push(given({ as, event, gap }));
  };
  readStep();
  for (;;) {
    if (reader.accept('then', 'not')) {
      const event = readSelection(reader);
      reader.expect('within');
      without.push({ event, after: steps.at(-1)?.['as'] ?? `step${steps.length}`, within: reader.fixedSpan() });
    } else if (reader.accept('then')) {
      readStep();
    } else if (reader.accept('without')) {
      const event = readSelection(reader);
      reader.expect('after');
      const after = reader.plainWord('the name of a step');
      const before = reader.accept('before') ? reader.plainWord('the name of a step') : undefined;
      const within = reader.accept('within') ? reader.fixedSpan() : undefined;
      without.push(given({ event, after, before, within }));
    } else {
      break;
    }
  }
  if (!reader.accept(')')) throw reader.refuse(['then', 'without', ')']);
  const window = readWindow(reader);
  return { sequence: given({ steps, without: without.length === 0 ? undefined : without, keyBy, order, window }) };
}

function readFrequency(reader: TokenReader): WrittenNode {
  reader.expect('of');
  const a = readSelection(reader);
  reader.expect('to');
  const b = readSelection(reader);
  const window = readWindow(reader);
  const { op, n } = reader.requiredTest();
  return { frequency: given({ a, b, op, ratio: n, window }) };
}

function readLifecycle(reader: TokenReader): WrittenNode {
  const state = reader.plainWord('new, regular, stopped or resurrected');
  reader.expect('of');
  const event = readSelection(reader);
  reader.expect('with', 'period');
  return { lifecycle: { state, event, period: reader.span() } };
}

function readCluster(reader: TokenReader): WrittenNode {
  const model = reader.string();
  reader.expect('in');
  const keys = reader.list();
  const minConfidence = reader.accept('with', 'confidence') ? reader.number() : undefined;
  return { cluster: given({ model, in: keys, minConfidence }) };
}

function readTextNode(reader: TokenReader): WrittenNode {
  reader.expect('of');
  const trait = reader.path();
  const op = reader.accept('is', 'not') ? 'neq' : reader.accept('is') ? 'eq' : undefined;
  const topic = reader.accept('topic') ? reader.string() : undefined;
  const sentiment = reader.accept('sentiment') ? reader.plainWord('positive, neutral or negative') : undefined;
  return { text: given({ trait, op, topic, sentiment }) };
}

function readTop(reader: TokenReader): WrittenNode {
  const isPercent = reader.peek(1).text === 'percent';
  const n = reader.peek().kind === 'number' && !isPercent ? reader.number() : undefined;
  const percent = reader.peek().kind === 'number' ? reader.number() : undefined;
  if (percent !== undefined) reader.expect('percent');
  const exact = reader.accept('exactly') ? true : reader.accept('not', 'exactly') ? false : undefined;
  reader.expect('by');
  return { top: given({ by: { aggregate: given(readMeasure(reader)) }, n, percent, exact }) };
}

type LeafReader = (reader: TokenReader) => WrittenNode;

const isMeasure = (word: string): boolean => AGGREGATE_FUNCTIONS.some((fn) => fn === word);

const LEAVES: Readonly<Record<string, LeafReader>> = {
  did: readEvent,
  sequence: readSequence,
  ratio: readFrequency,
  lifecycle: readLifecycle,
  cluster: readCluster,
  text: readTextNode,
  top: readTop,
  sql: (reader) => ({ sql: { predicate: reader.string() } }),
  prediction: (reader) => {
    const model = reader.string();
    const measure = reader.plainWord('probability or percentile');
    const { op, n } = reader.requiredTest();
    return { prediction: { model, measure, op, value: n } };
  },
  bucket: (reader) => {
    const salt = reader.string();
    reader.expect('from');
    const from = reader.number();
    reader.expect('to');
    return { bucket: { salt, from, to: reader.number() } };
  },
  consent: (reader) => {
    reader.expect('for');
    return { consent: { purpose: reader.string() } };
  },
};

/** Reads a node that holds no other nodes. */
export function readLeaf(reader: TokenReader): WrittenNode {
  if (reader.accept('in', 'segment')) return { segment: { key: reader.string() } };
  if (reader.accept('is', 'in', 'segment')) return { segment: { key: reader.string(), is: true } };
  if (reader.accept('not', 'in', 'segment')) return { segment: { key: reader.string(), is: false } };
  const { kind, text } = reader.peek();
  if (kind === 'word') {
    const read = Object.hasOwn(LEAVES, text) ? LEAVES[text] : undefined;
    if (read) {
      reader.next();
      return read(reader);
    }
    if (isMeasure(text)) return readAggregate(reader);
  }
  if (kind !== 'word' && kind !== 'path') throw reader.refuse(['a condition', '(', 'not', 'did']);
  return readTrait(reader);
}

/** A node as plain JSON; `undefined` is nowhere in it. */
export const asJson = (node: WrittenNode): Json => node as Json;
