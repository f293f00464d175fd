import ipaddr from 'ipaddr.js';
import { RE2JS } from 're2js';
import { Range, parse as parseVersion } from 'semver';
import type { Json } from '@kohort/kernel-contracts';
import type { Operand, Scalar } from '../rule/operand';
import type { Operator } from '../rule/operators';
import type { ParsedCondition } from '../rule/parsed-rule';
import { parseMoment, readInstantOrDate } from '../time/instant';
import { distanceKm } from '../values/distance';
import { areNear, wordsOfText } from '../values/text-words';
import { VERSION_PATTERN } from '../values/version-text';
import { anniversaryCondition } from './anniversary';
import { passes } from './number-test';
import { compareOrdered, equalScalars } from './scalar-comparison';
import { spanCondition } from './span-condition';

/** A comparison ready to run. `value` and `other` are undefined when missing; JSON null never gets here. */
export interface Condition {
  readonly test: (value: Json | undefined, now: number, other?: Json) => boolean;
  /** Smallest instant after `now` at which `test` of the same value may change; absent when time has no part in it. */
  readonly nextCandidate?: (value: Json | undefined, now: number) => number | null;
  /** All instants at which `test` of the value may change, where they have an end. */
  readonly changes?: (value: Json | undefined) => readonly number[];
  /** True when candidates never end, so that whoever walks them must set a horizon. */
  readonly isPeriodic?: boolean;
}

type Present = (value: Json, operand: Json) => boolean;

const isText = (test: (value: string, operand: string) => boolean): Present => {
  return (value, operand) => typeof value === 'string' && typeof operand === 'string' && test(value, operand);
};
const ordered = (test: (order: number) => boolean): Present => {
  return (value, operand) => {
    const order = compareOrdered(value, operand);
    return order !== undefined && test(order);
  };
};

/** Comparisons of a present value with one other value, which may come from the rule or from the record. */
const BINARY: Partial<Record<Operator, Present>> = {
  eq: equalScalars,
  neq: (value, operand) => !equalScalars(value, operand),
  gt: ordered((order) => order > 0),
  gte: ordered((order) => order >= 0),
  lt: ordered((order) => order < 0),
  lte: ordered((order) => order <= 0),
  contains: isText((value, operand) => value.includes(operand)),
  notContains: (value, operand) =>
    typeof operand === 'string' && !(typeof value === 'string' && value.includes(operand)),
  startsWith: isText((value, operand) => value.startsWith(operand)),
  endsWith: isText((value, operand) => value.endsWith(operand)),
};

const VERSION = new RegExp(VERSION_PATTERN);

const isList = (value: Json): value is readonly Json[] => Array.isArray(value);

function isInsideRange(text: string, ranges: readonly [ipaddr.IPv4 | ipaddr.IPv6, number][]): boolean {
  const isV4 = ipaddr.IPv4.isValidFourPartDecimal(text);
  if (!isV4 && !(ipaddr.IPv6.isValid(text) && text.includes(':') && !text.includes('%'))) return false;
  const address = ipaddr.parse(text);
  return ranges.some((range) => range[0].kind() === address.kind() && address.match(range));
}

function isInsideCircle(value: Json, circle: { lat: number; lon: number; radiusKm: number }): boolean {
  if (value === null || typeof value !== 'object' || isList(value)) return false;
  const [lat, lon] = [value['lat'], value['lon']];
  if (typeof lat !== 'number' || typeof lon !== 'number' || Math.abs(lat) > 90 || Math.abs(lon) > 180) return false;
  return distanceKm({ lat, lon }, circle) <= circle.radiusKm;
}

function elementsTest(op: Operator, values: readonly Scalar[]): (value: Json) => boolean {
  return (list) => {
    if (!isList(list)) return false;
    const has = (wanted: Scalar): boolean => list.some((item) => equalScalars(item, wanted));
    if (op === 'arrayAll') return values.every(has);
    return op === 'arrayAny' ? values.some(has) : !values.some(has);
  };
}

function wordsTest(op: Operator, needles: readonly string[]): (value: Json) => boolean {
  return (value) => {
    if (typeof value !== 'string') return false;
    const words = wordsOfText(value);
    if (op === 'wordsAll') return needles.every((needle) => words.includes(needle));
    return needles.some((needle) => words.includes(needle)) === (op === 'wordsAny');
  };
}

/** Tests of a present value alone, for operands that only the rule can give. */
function presentTest(op: Operator, operand: Operand): (value: Json) => boolean {
  switch (operand.family) {
    case 'list': {
      const isIn = (value: Json): boolean => operand.values.some((wanted) => equalScalars(value, wanted));
      return op === 'in' ? isIn : (value) => !isIn(value);
    }
    case 'pair':
      return (value) => {
        const [low, high] = [compareOrdered(value, operand.low), compareOrdered(value, operand.high)];
        return low !== undefined && high !== undefined && low >= 0 && high <= 0;
      };
    case 'pattern': {
      const pattern = RE2JS.compile(operand.pattern);
      return (value) => typeof value === 'string' && pattern.test(value);
    }
    case 'elements':
      return elementsTest(op, operand.values);
    case 'size':
      return (value) => isList(value) && passes(operand.test, value.length);
    case 'semver': {
      const range = new Range(operand.range);
      return (value) => {
        if (typeof value !== 'string' || value.length > 256 || !VERSION.test(value)) return false;
        const version = parseVersion(value);
        return version !== null && range.test(version);
      };
    }
    case 'cidr': {
      const ranges = operand.ranges.map((text) => ipaddr.parseCIDR(text));
      return (value) => typeof value === 'string' && isInsideRange(value, ranges);
    }
    case 'circle':
      return (value) => isInsideCircle(value, operand);
    case 'words':
      return wordsTest(op, operand.needles);
    case 'nearby':
      return (value) => typeof value === 'string' && areNear(wordsOfText(value), operand.needles, operand.within);
    default:
      return (value) => (op === 'isTrue' ? value === true : op === 'isFalse' ? value === false : op === 'exists');
  }
}

function momentCondition(op: Operator, text: string | null, zone: string): Condition {
  const at = text === null ? null : readInstantOrDate(text, zone);
  const read = (value: Json | undefined): number | undefined =>
    typeof value === 'string' ? parseMoment(value, zone) : undefined;
  return {
    test: (value, _now, other) => {
      const [left, right] = [read(value), at ?? read(other)];
      return left !== undefined && right !== undefined && (op === 'before' ? left < right : left > right);
    },
  };
}

/**
 * Prepares a comparison. Missing values make it false, except for `notExists`; a negated operator (`neq`, `notIn`,
 * `notContains`, `notWithinLast`) is the opposite of its plain form on a present value; all others are false for a
 * value of another type.
 *
 * Shape   zone: the rule's time zone, in which bare dates are read
 */
export function compileCondition(parsed: Pick<ParsedCondition, 'op' | 'operand'>, zone: string): Condition {
  const { op, operand } = parsed;
  if (op === 'notExists') return { test: (value) => value === undefined };
  if (op === 'before' || op === 'after')
    return momentCondition(op, operand?.family === 'instant' ? operand.text : null, zone);
  if (operand?.family === 'span') return spanCondition(op, operand.duration, zone);
  if (operand?.family === 'anniversary') return anniversaryCondition(operand.days, zone);
  const binary = BINARY[op];
  if (binary !== undefined) {
    const fixed =
      operand?.family === 'scalar' || operand?.family === 'ordered'
        ? operand.value
        : operand?.family === 'text'
          ? operand.text
          : undefined;
    return {
      test: (value, _now, other) => {
        const right = fixed ?? other;
        return value !== undefined && right !== undefined && right !== null && binary(value, right);
      },
    };
  }
  const test = operand === null ? () => false : presentTest(op, operand);
  return { test: (value) => value !== undefined && test(value) };
}
