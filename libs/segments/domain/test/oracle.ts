import { createHash } from 'node:crypto';
import { says, spoken } from './oracle-words';
import { move, readMoment, wallOf, type OracleDuration } from './oracle-time';

/**
 * A naive evaluator of rules, written from the language's description alone and without any code of the library: every
 * question is answered by looking at every record. Slow, short and obviously right is all it wants to be.
 */
/* The oracle reads rules as loose JSON on purpose: it must not depend on the parser it checks. */
export type Loose = { readonly [key: string]: Loose } & { readonly length?: number };
type Value = unknown;

export interface RawEvent {
  id: string;
  name: string;
  time: number;
  properties: Record<string, Value>;
}
export interface RawTrait {
  key: string;
  value: Value;
  time: number;
  messageId: string;
}
export interface RawPerson {
  profileId: string;
  events: RawEvent[];
  traits: RawTrait[];
  memberships: string[];
  predictions: { model: string; probability: number; percentile: number }[];
  clusters: { model: string; cluster: string; confidence: number }[];
  consents: string[];
  /** Of a person the accounts, of an account the people; one may be named twice. */
  related?: { since: number; of: RawPerson }[];
}

interface Context {
  person: RawPerson;
  now: number;
  zone: string;
  segments: Record<string, unknown>;
}

const points = (text: string): number[] => [...text].map((char) => char.codePointAt(0) ?? 0);

export function textOrder(a: string, b: string): number {
  const [x, y] = [points(a), points(b)];
  for (let i = 0; i < Math.max(x.length, y.length); i += 1) {
    const d = (x[i] ?? -1) - (y[i] ?? -1);
    if (d !== 0) return d;
  }
  return 0;
}

const order = (a: Value, b: Value): number | undefined => {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return typeof a === 'string' && typeof b === 'string' ? textOrder(a, b) : undefined;
};

export function lookUp(root: Value, path: string): Value {
  let value = root;
  for (const step of path.replace(/\[(\d+)\]/g, '.#$1').split('.')) {
    if (value === null || typeof value !== 'object') return undefined;
    const isIndex = step.startsWith('#');
    if (isIndex !== Array.isArray(value)) return undefined;
    const found = Object.entries(value).find(([key]) => key === (isIndex ? step.slice(1) : step));
    value = found?.[1];
  }
  return value === null ? undefined : value;
}

function num(op: string, actual: number, n: Value): boolean {
  const [low, high] = Array.isArray(n) ? (n as number[]) : [n as number, n as number];
  const a = actual - (low ?? 0);
  const table: Record<string, boolean> = {
    eq: a === 0,
    neq: a !== 0,
    gt: a > 0,
    gte: a >= 0,
    lt: a < 0,
    lte: a <= 0,
    between: a >= 0 && actual <= (high ?? 0),
  };
  return table[op] ?? false;
}

const ip = (text: string): number | undefined => {
  const parts = text.split('.').map(Number);
  const isRight = /^(0|[1-9]\d{0,2})(\.(0|[1-9]\d{0,2})){3}$/.test(text) && parts.every((part) => part < 256);
  return isRight ? parts.reduce((sum, part) => sum * 256 + part, 0) : undefined;
};

function inCidr(value: Value, range: string): boolean {
  const [base, bits] = range.split('/') as [string, string];
  const [a, b] = [typeof value === 'string' ? ip(value) : undefined, ip(base)];
  const size = 2 ** (32 - Number(bits));
  return a !== undefined && b !== undefined && Math.floor(a / size) === Math.floor(b / size);
}

const version = (text: Value): number[] | undefined => {
  const found = typeof text === 'string' ? /^(\d+)\.(\d+)\.(\d+)$/.exec(text) : null;
  return found === null ? undefined : found.slice(1).map(Number);
};

/** Only ranges of the form `>=a.b.c <d.e.f`, which is all that the generators write. */
function inRange(value: Value, range: string): boolean {
  const v = version(value);
  const [low, high] = range.split(' ').map((part) => version(part.replace(/[<>=]/g, '')));
  if (v === undefined || low === undefined || high === undefined) return false;
  const cmp = (a: number[], b: number[]): number => a.map((x, i) => x - (b[i] ?? 0)).find((d) => d !== 0) ?? 0;
  return cmp(v, low) >= 0 && cmp(v, high) < 0;
}

function anniversary(at: number, days: number, context: Context): boolean {
  const date = new Date(wallOf(at, context.zone));
  const today = new Date(wallOf(context.now, context.zone));
  for (let i = 0; i <= days; i += 1) {
    const day = new Date(Date.UTC(today.getUTCFullYear(), today.getUTCMonth(), today.getUTCDate() + i));
    const isLeap = new Date(Date.UTC(day.getUTCFullYear(), 1, 29)).getUTCDate() === 29;
    const isLeapling = date.getUTCMonth() === 1 && date.getUTCDate() === 29 && !isLeap;
    const wanted = isLeapling ? 28 : date.getUTCDate();
    if (date.getUTCMonth() === day.getUTCMonth() && wanted === day.getUTCDate()) return true;
  }
  return false;
}

const listOf = (value: Value): Value[] => (Array.isArray(value) ? (value as Value[]) : [value]);

/** One comparison; `right` is the rule's value or what its `ref` found. */
export function compare(op: string, left: Value, right: Value, context: Context): boolean {
  if (op === 'notExists') return left === undefined;
  if (left === undefined) return false;
  const isScalar = typeof left !== 'object';
  const eq = (value: Value): boolean => isScalar && left === value;
  const span = right as OracleDuration;
  const moment = readMoment(left, context.zone);
  const within = (): boolean =>
    moment !== undefined && moment > move(context.now, span, -1, context.zone) && moment <= context.now;
  const both = typeof left === 'string' && typeof right === 'string';
  const sign = order(left, right);
  switch (op) {
    case 'exists':
      return true;
    case 'isTrue':
      return left === true;
    case 'isFalse':
      return left === false;
    case 'eq':
      return right !== undefined && eq(right);
    case 'neq':
      return right !== undefined && !eq(right);
    case 'in':
      return listOf(right).some(eq);
    case 'notIn':
      return !listOf(right).some(eq);
    case 'gt':
    case 'gte':
    case 'lt':
    case 'lte':
      return sign !== undefined && num(op, Math.sign(sign), 0);
    case 'between': {
      const [low, high] = (right as Value[]).map((end) => order(left, end));
      return low !== undefined && high !== undefined && low >= 0 && high <= 0;
    }
    case 'contains':
      return both && left.includes(right);
    case 'notContains':
      return typeof right === 'string' && !(both && left.includes(right));
    case 'startsWith':
      return both && left.startsWith(right);
    case 'endsWith':
      return both && left.endsWith(right);
    case 'matches':
      return both && new RegExp(right, 'u').test(left);
    case 'before':
    case 'after': {
      const other = readMoment(right, context.zone);
      return moment !== undefined && other !== undefined && (op === 'before' ? moment < other : moment > other);
    }
    case 'withinLast':
      return within();
    case 'notWithinLast':
      return !within();
    case 'withinNext':
      return moment !== undefined && moment > context.now && moment <= move(context.now, span, 1, context.zone);
    case 'anniversary':
      return moment !== undefined && anniversary(moment, (right as { n: number } | undefined)?.n ?? 0, context);
    case 'arrayAny':
      return Array.isArray(left) && listOf(right).some((wanted) => left.includes(wanted));
    case 'arrayAll':
      return Array.isArray(left) && listOf(right).every((wanted) => left.includes(wanted));
    case 'arrayNone':
      return Array.isArray(left) && !listOf(right).some((wanted) => left.includes(wanted));
    case 'arraySize': {
      const test = typeof right === 'number' ? { op: 'eq', n: right } : (right as { op: string; n: Value });
      return Array.isArray(left) && num(test.op, left.length, test.n);
    }
    case 'wordsAny':
      return typeof left === 'string' && listOf(right).some((phrase) => says(spoken(left), phrase as string));
    case 'wordsAll':
      return typeof left === 'string' && listOf(right).every((phrase) => says(spoken(left), phrase as string));
    case 'wordsNone':
      return typeof left === 'string' && !listOf(right).some((phrase) => says(spoken(left), phrase as string));
    case 'wordsNear': {
      const { words, within } = right as { words: string[]; within: number };
      const all = typeof left === 'string' ? spoken(left) : [];
      return all.some((_word, at) => words.every((phrase) => says(all.slice(at, at + within), phrase)));
    }
    case 'semver':
      return inRange(left, right as string);
    case 'cidr':
      return listOf(right).some((range) => inCidr(left, range as string));
    case 'geoWithin': {
      const { center, radiusKm } = right as { center: { lat: number; lon: number }; radiusKm: number };
      const { lat, lon } = left as { lat: Value; lon: Value };
      if (typeof lat !== 'number' || typeof lon !== 'number') return false;
      const rad = (degrees: number): number => (degrees * Math.PI) / 180;
      const cosine =
        Math.sin(rad(lat)) * Math.sin(rad(center.lat)) +
        Math.cos(rad(lat)) * Math.cos(rad(center.lat)) * Math.cos(rad(lon - center.lon));
      return 6371.0088 * Math.acos(Math.max(-1, Math.min(1, cosine))) <= radiusKm;
    }
    default:
      throw new Error(`the oracle does not know ${op}`);
  }
}

/** The profile's events up to now, each id once, in (time, id) order. */
export function eventsOf({ person, now }: Context): RawEvent[] {
  const seen = new Map(person.events.map((event) => [event.id, event]));
  return [...seen.values()].filter((e) => e.time <= now).sort((a, b) => a.time - b.time || textOrder(a.id, b.id));
}

export function isSelected(event: RawEvent, selection: Loose, context: Context): boolean {
  const { name, where } = selection as unknown as {
    name?: string | string[];
    where?: { path: string; op: string; value: Value; ref?: string }[];
  };
  if (name !== undefined && !listOf(name).includes(event.name)) return false;
  return (where ?? []).every(
    (c) => c.ref !== undefined || compare(c.op, lookUp(event.properties, c.path), c.value, context),
  );
}

type OracleWindow = {
  last?: OracleDuration;
  between?: { from: OracleDuration; to: OracleDuration };
  since?: string;
  before?: string;
  absolute?: { from: string; to: string };
  session?: { gap: OracleDuration };
  withinFirst?: OracleDuration;
};

/** Whether an event time lies in a window. */
export function inWindow(t: number, window: OracleWindow | undefined, context: Context): boolean {
  const { now, zone } = context;
  if (t > now) return false;
  if (window === undefined) return true;
  if (window.last) return t > move(now, window.last, -1, zone);
  if (window.between)
    return t > move(now, window.between.from, -1, zone) && t <= move(now, window.between.to, -1, zone);
  if (window.since) return t >= Date.parse(window.since);
  if (window.before) return t < Date.parse(window.before);
  if (window.absolute) return t >= Date.parse(window.absolute.from) && t < Date.parse(window.absolute.to);
  const all = eventsOf(context).map((event) => event.time);
  if (window.withinFirst) return t < move(all[0] ?? 0, window.withinFirst, 1, zone);
  const gap = -move(0, window.session?.gap ?? { n: 0, unit: 'second' }, -1, zone);
  const later = all.filter((time) => time >= t);
  return later.every((time, i) => i === 0 || time - (later[i - 1] ?? 0) <= gap);
}

export function selected(selection: Loose, window: unknown, context: Context): RawEvent[] {
  return eventsOf(context).filter(
    (e) => isSelected(e, selection, context) && inWindow(e.time, window as OracleWindow, context),
  );
}

/** The value of a path as of an instant. */
function traitAt(path: string, at: number, { person }: Context): Value {
  const [key = ''] = path.split(/[.[]/);
  const versions = person.traits.filter((trait) => trait.key === key && trait.time <= at);
  versions.sort((a, b) => a.time - b.time || textOrder(a.messageId, b.messageId));
  const value = versions.at(-1)?.value;
  const rest = path.slice(key.length).replace(/^\./, '');
  return rest === ''
    ? value === null
      ? undefined
      : value
    : lookUp({ x: value }, path.slice(key.length).startsWith('.') ? `x.${rest}` : `x${rest}`);
}

function trait(node: Loose, context: Context): boolean {
  const { path, op, value, ref, asOf, ever } = node as unknown as {
    path: string;
    op: string;
    value: Value;
    ref?: string;
    asOf?: string;
    ever?: boolean;
  };
  const holdsAt = (at: number): boolean =>
    compare(op, traitAt(path, at, context), ref === undefined ? value : traitAt(ref, at, context), context);
  if (ever === true)
    return [-1e15, ...context.person.traits.map((t) => t.time)].some((t) => t <= context.now && holdsAt(t));
  return holdsAt(asOf === undefined ? context.now : Math.min(context.now, Date.parse(asOf)));
}

export type Leaf = (body: Loose, context: Context) => boolean;

const LEAVES: Record<string, Leaf> = {
  trait,
  event: (body, context) => {
    const { count, window } = body as unknown as { count?: { op: string; n: Value }; window?: unknown };
    return num(count?.op ?? 'gte', selected(body, window, context).length, count?.n ?? 1);
  },
  prediction: (body, { person }) => {
    const { model, measure, op, value } = body as unknown as {
      model: string;
      measure: 'probability' | 'percentile';
      op: string;
      value: Value;
    };
    const score = person.predictions.find((p) => p.model === model);
    return score !== undefined && num(op, score[measure], value);
  },
  cluster: (body, { person }) => {
    const found = person.clusters.find((c) => c.model === (body['model'] as unknown));
    const { in: names, minConfidence } = body as unknown as { in: string[]; minConfidence?: number };
    return found !== undefined && names.includes(found.cluster) && found.confidence >= (minConfidence ?? 0);
  },
  consent: (body, { person }) => person.consents.includes(body['purpose'] as unknown as string),
  text: (body, context) => {
    const { trait: path, topic, sentiment, op } = body as unknown as Record<string, string | undefined>;
    const at = (field: string): Value => traitAt(`${path ?? ''}.${field}`, context.now, context);
    const topics = at('topics');
    const isSo = topic === undefined ? at('sentiment') === sentiment : Array.isArray(topics) && topics.includes(topic);
    const isThere = topic === undefined ? at('sentiment') !== undefined : Array.isArray(topics);
    return isThere && isSo === (op !== 'neq');
  },
  bucket: (body, { person }) => {
    const { salt, from, to } = body as unknown as { salt: string; from: number; to: number };
    const hex = createHash('sha256').update(`${salt}:${person.profileId}`).digest('hex').slice(0, 16);
    const bucket = Number(BigInt(`0x${hex}`) % 10_000n);
    return bucket >= from && bucket <= to;
  },
};

/** Adds the oracle's answer for a kind of node. */
export function teachOracle(kind: string, leaf: Leaf): void {
  LEAVES[kind] = leaf;
}

function evaluate(node: Record<string, Value>, context: Context): boolean {
  const kind = Object.keys(node).find((key) => key !== 'id' && key !== 'label') ?? '';
  const body = node[kind];
  const each = (list: Value): boolean[] => (list as Record<string, Value>[]).map((child) => evaluate(child, context));
  if (kind === 'all') return each(body).every((x) => x);
  if (kind === 'any') return each(body).some((x) => x);
  if (kind === 'none') return !each(body).some((x) => x);
  if (kind === 'atLeast') {
    const { n, of } = body as { n: number; of: Value };
    return each(of).filter((x) => x).length >= n;
  }
  if (kind === 'relation' || kind === 'group') {
    const { quantifier, count, where } = body as { quantifier: string; count?: { op: string; n: Value }; where: Value };
    const there = (context.person.related ?? []).filter(({ since }) => since <= context.now).map(({ of }) => of);
    const others = [...new Set(there)];
    const held = others.filter((person) => evaluate(where as Record<string, Value>, { ...context, person })).length;
    if (quantifier === 'count') return num(count?.op ?? '', held, count?.n);
    return quantifier === 'any' ? held > 0 : held === (quantifier === 'all' ? others.length : 0);
  }
  if (kind === 'segment') {
    const { key, is } = body as { key: string; is?: boolean };
    const rule = context.segments[key];
    const member =
      rule === undefined
        ? context.person.memberships.includes(key)
        : oracle(rule as Record<string, Value>, context.person, context.now, context.segments);
    return member === (is ?? true);
  }
  const leaf = LEAVES[kind];
  if (leaf === undefined) throw new Error(`the oracle does not know ${kind}`);
  return leaf(body as Loose, context);
}

export function oracle(rule: unknown, person: RawPerson, now: number, segments: Record<string, unknown> = {}): boolean {
  const { where, options } = rule as { where: Record<string, Value>; options?: { timezone?: string } };
  return evaluate(where, { person, now, zone: options?.timezone ?? 'UTC', segments });
}
