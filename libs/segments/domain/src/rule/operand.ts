import { readShape } from '@kohort/kernel-contracts';
import ipaddr from 'ipaddr.js';
import { RE2JS } from 're2js';
import { Range } from 'semver';
import { z } from 'zod';
import { parseInstant, parseMoment } from '../time/instant';
import { needleOf } from '../values/text-words';
import { UNIT_MONTHS, type Duration } from '../time/duration';
import { OPERATOR_FAMILIES, type NumberOperator, type Operator } from './operators';
import { countSchema, durationSchema, scalarSchema } from './rule.schema';

export type Scalar = string | number | boolean;

/** A test of a number; `high` belongs to `between`, both ends included. */
export interface NumberTest {
  readonly op: NumberOperator;
  readonly n: number;
  readonly high: number;
}

/** The right side of a comparison, read and checked. */
export type Operand =
  | { readonly family: 'nothing' }
  | { readonly family: 'scalar'; readonly value: Scalar }
  | { readonly family: 'list'; readonly values: readonly Scalar[] }
  | { readonly family: 'ordered'; readonly value: string | number }
  | { readonly family: 'pair'; readonly low: string | number; readonly high: string | number }
  | { readonly family: 'text'; readonly text: string }
  | { readonly family: 'pattern'; readonly pattern: string }
  /** An instant, or a bare date, which means the start of that day in the rule's zone. */
  | { readonly family: 'instant'; readonly text: string }
  | { readonly family: 'span'; readonly duration: Duration }
  | { readonly family: 'anniversary'; readonly days: number }
  | { readonly family: 'elements'; readonly values: readonly Scalar[] }
  | { readonly family: 'size'; readonly test: NumberTest }
  | { readonly family: 'semver'; readonly range: string }
  | { readonly family: 'cidr'; readonly ranges: readonly string[] }
  | { readonly family: 'circle'; readonly lat: number; readonly lon: number; readonly radiusKm: number }
  /** Phrases as `needleOf` gives them. */
  | { readonly family: 'words'; readonly needles: readonly string[] }
  | { readonly family: 'nearby'; readonly needles: readonly string[]; readonly within: number };

/** Why an operand was refused. */
export interface OperandProblem {
  readonly problem: 'type' | 'pattern';
  readonly reason: string;
}

const type = (reason: string): OperandProblem => ({ problem: 'type', reason });

const LONGEST_PATTERN = 1000;
const LONGEST_LIST = 1000;
const listSchema = z.array(scalarSchema).min(1).max(LONGEST_LIST);
const endSchema = z.union([z.number(), z.string()]);
const pairSchema = z.tuple([endSchema, endSchema]);
const daysAheadSchema = z.strictObject({ n: z.number().int().min(0).max(365), unit: z.literal('day') });
const elementsSchema = z.union([scalarSchema, listSchema]);
const sizeSchema = z.union([z.number().int().min(0), countSchema]);
const point = { lat: z.number().min(-90).max(90), lon: z.number().min(-180).max(180) };
const radiusKm = z.number().positive().max(20_040);
const circleSchema = z.union([
  z
    .strictObject({ center: z.strictObject(point), radiusKm })
    .transform(({ center, ...rest }) => ({ ...center, ...rest })),
  z.strictObject({ ...point, radiusKm }),
]);
const phraseSchema = z.string().max(200);
const phrasesSchema = z.union([phraseSchema, z.array(phraseSchema).min(1).max(100)]);
const nearbySchema = z.strictObject({
  words: z.array(phraseSchema).min(2).max(10),
  within: z.number().int().min(2).max(100),
});
const cidrSchema = z.union([z.string(), z.array(z.string()).min(1).max(LONGEST_LIST)]);

/** Builds a number test from the JSON of a count, or says why not. */
export function readNumberTest(op: NumberOperator, n: number | readonly [number, number]): NumberTest | OperandProblem {
  if (op === 'between') {
    if (typeof n === 'number') return type('"between" takes [low, high]');
    return { op, n: n[0], high: n[1] };
  }
  if (typeof n !== 'number') return type(`"${op}" takes one number`);
  return { op, n, high: n };
}

/** Checks a duration: calendar units need `calendar: true` and stay within ten thousand. */
export function durationProblem(duration: Duration, fixedOnly: boolean): string | undefined {
  const isCalendarUnit = Object.hasOwn(UNIT_MONTHS, duration.unit);
  if (fixedOnly && (isCalendarUnit || duration.calendar === true))
    return 'takes a fixed length: second to week, no calendar';
  if (isCalendarUnit && duration.calendar !== true) return `"${duration.unit}" needs "calendar": true`;
  if (isCalendarUnit && duration.n > 1200) return `${duration.n} ${duration.unit}s are more than can be counted`;
  if (duration.unit === 'week' && duration.n > 100_000) return `${duration.n} weeks are more than can be counted`;
  return undefined;
}

function sameType(values: readonly Scalar[]): boolean {
  return values.every((value) => typeof value === typeof values[0]);
}

function readPattern(value: unknown): Operand | OperandProblem {
  if (typeof value !== 'string') return type('"matches" takes a pattern as text');
  if (value.length > LONGEST_PATTERN)
    return { problem: 'pattern', reason: `longer than ${LONGEST_PATTERN} characters` };
  try {
    RE2JS.compile(value);
  } catch (thrown) {
    return { problem: 'pattern', reason: thrown instanceof Error ? thrown.message : String(thrown) };
  }
  return { family: 'pattern', pattern: value };
}

function readSemver(value: unknown): Operand | OperandProblem {
  if (typeof value !== 'string' || value.length > 256) return type('"semver" takes a range such as ">=1.2.0 <2"');
  try {
    return { family: 'semver', range: new Range(value).range };
  } catch (thrown) {
    return type(
      `"semver" takes a range such as ">=1.2.0 <2" (${thrown instanceof Error ? thrown.message : String(thrown)})`,
    );
  }
}

const isCidr = (text: string): boolean =>
  ipaddr.IPv4.isValidCIDRFourPartDecimal(text) ||
  (ipaddr.IPv6.isValidCIDR(text) && text.includes(':') && !text.includes('%'));

/** What is wrong with the length of a list; undefined when nothing is, or when it is no list. */
function lengthProblem(op: Operator, value: unknown): OperandProblem | undefined {
  if (!Array.isArray(value)) return undefined;
  if (value.length === 0) return type(`"${op}" takes a list with a value in it; this one is empty`);
  return value.length > LONGEST_LIST
    ? type(`"${op}" takes a list of at most ${LONGEST_LIST} values; this one has ${value.length}`)
    : undefined;
}

function readCidr(value: unknown): Operand | OperandProblem {
  const parsed = readShape(cidrSchema, value);
  const ranges = parsed.success ? [parsed.data].flat() : [];
  if (ranges.length === 0 || !ranges.every(isCidr))
    return lengthProblem('cidr', value) ?? type('"cidr" takes ranges such as "10.0.0.0/8"');
  return { family: 'cidr', ranges };
}

function readSize(value: unknown): Operand | OperandProblem {
  const parsed = readShape(sizeSchema, value);
  if (!parsed.success) return type('"arraySize" takes a number, or { "op", "n" }');
  const { op, n } = typeof parsed.data === 'number' ? { op: 'eq' as const, n: parsed.data } : parsed.data;
  const test = readNumberTest(op, n);
  return 'problem' in test ? test : { family: 'size', test };
}

/** Phrases ready to be found; undefined when one has no word. */
function needlesOf(phrases: readonly string[]): readonly string[] | undefined {
  const needles = phrases.map(needleOf);
  const found = needles.filter((needle) => needle !== null);
  return found.length === needles.length ? [...new Set(found)] : undefined;
}

function readWords(op: Operator, value: unknown): Operand | OperandProblem {
  const parsed = readShape(phrasesSchema, value);
  const needles = parsed.success ? needlesOf([parsed.data].flat()) : undefined;
  return needles === undefined
    ? type(`"${op}" takes words or phrases: a text of at most 200 characters with a word in it, or up to 100 of them`)
    : { family: 'words', needles };
}

function readNearby(op: Operator, value: unknown): Operand | OperandProblem {
  const parsed = readShape(nearbySchema, value);
  const needles = parsed.success ? needlesOf(parsed.data.words) : undefined;
  return parsed.success && needles !== undefined
    ? { family: 'nearby', needles, within: parsed.data.within }
    : type(`"${op}" takes { "words": 2 to 10 words or phrases, "within": 2 to 100 words }`);
}

type Reader = (op: Operator, value: unknown) => Operand | OperandProblem;

const READERS: Readonly<Record<Operand['family'], Reader>> = {
  nothing: (op, value) => (value === undefined ? { family: 'nothing' } : type(`"${op}" takes no value`)),
  scalar: (op, value) => {
    const parsed = readShape(scalarSchema, value);
    return parsed.success
      ? { family: 'scalar', value: parsed.data }
      : type(`"${op}" takes a text, a number or true/false`);
  },
  list: (op, value) => {
    const parsed = readShape(listSchema, value);
    if (!parsed.success)
      return lengthProblem(op, value) ?? type(`"${op}" takes a list of texts, numbers or true/false`);
    return sameType(parsed.data)
      ? { family: 'list', values: parsed.data }
      : type(`"${op}" takes a list of one type; it would compare across types`);
  },
  ordered: (op, value) =>
    typeof value === 'number' || typeof value === 'string'
      ? { family: 'ordered', value }
      : type(`"${op}" takes a number or a text`),
  pair: (op, value) => {
    const parsed = readShape(pairSchema, value);
    if (!parsed.success || typeof parsed.data[0] !== typeof parsed.data[1]) {
      return type(`"${op}" takes [low, high], two numbers or two texts`);
    }
    return { family: 'pair', low: parsed.data[0], high: parsed.data[1] };
  },
  text: (op, value) => (typeof value === 'string' ? { family: 'text', text: value } : type(`"${op}" takes a text`)),
  pattern: (_op, value) => readPattern(value),
  instant: (op, value) => {
    // The zone decides which instant a bare date is, not whether it is one.
    const isTime = typeof value === 'string' && (parseInstant(value) ?? parseMoment(value, 'UTC')) !== undefined;
    return isTime
      ? { family: 'instant', text: value }
      : type(`"${op}" takes an ISO-8601 instant with a zone, or a date`);
  },
  span: (op, value) => {
    const parsed = readShape(durationSchema, value);
    if (!parsed.success) return type(`"${op}" takes { "n", "unit" }`);
    const problem = durationProblem(parsed.data, false);
    return problem === undefined ? { family: 'span', duration: parsed.data } : type(`"${op}": ${problem}`);
  },
  anniversary: (op, value) => {
    if (value === undefined) return { family: 'anniversary', days: 0 };
    const parsed = readShape(daysAheadSchema, value);
    return parsed.success
      ? { family: 'anniversary', days: parsed.data.n }
      : type(`"${op}" takes nothing, or { "n": days ahead, "unit": "day" }`);
  },
  elements: (op, value) => {
    const parsed = readShape(elementsSchema, value);
    return parsed.success
      ? { family: 'elements', values: [parsed.data].flat() }
      : (lengthProblem(op, value) ?? type(`"${op}" takes a text, a number, true/false or a list of them`));
  },
  size: (_op, value) => readSize(value),
  semver: (_op, value) => readSemver(value),
  cidr: (_op, value) => readCidr(value),
  words: readWords,
  nearby: readNearby,
  circle: (op, value) => {
    const parsed = readShape(circleSchema, value);
    return parsed.success
      ? { family: 'circle', ...parsed.data }
      : type(`"${op}" takes { "center": { "lat", "lon" }, "radiusKm" }`);
  },
};

/** Reads and checks the value of a comparison for its operator. */
export function readOperand(op: Operator, value: unknown): Operand | OperandProblem {
  return READERS[OPERATOR_FAMILIES[op]](op, value);
}
