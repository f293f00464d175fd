import { anniversariesAhead } from '../evaluate/anniversary';
import type { NumberTest, Operand, Scalar } from '../rule/operand';
import type { Operator } from '../rule/operators';
import type { ParsedCondition } from '../rule/parsed-rule';
import { CalendarShift } from '../time/calendar-shift';
import { toSpan } from '../time/duration';
import { readInstantOrDate } from '../time/instant';
import { EARTH_RADIUS_KM } from '../values/distance';
import { JsonValue } from './json-value';
import type { SqlParams } from './sql-params';
import { sqlVersionInside } from './sql-version';
import { sqlNearby, sqlPhrases } from './words-sql';

/** A value that a comparison may have on either side, as SQL expressions. */
export interface SqlOperand {
  readonly exists: string;
  readonly isText: string;
  readonly isNumber: string;
  readonly isFlag: string;
  readonly text: string;
  readonly number: string;
  readonly flag: string;
  /** Epoch milliseconds, null when the value is no time. */
  moment(zone: string): string;
}

/** What every comparison of a statement shares. */
export interface SqlContext {
  readonly params: SqlParams;
  /** Zone of the rule that the comparison stands in. */
  readonly zone: string;
  readonly now: number;
}

const SIGNS: Partial<Record<Operator, string>> = { eq: '=', neq: '!=', gt: '>', gte: '>=', lt: '<', lte: '<=' };

/** A number test over an SQL number. */
export function sqlNumberTest({ op, n, high }: NumberTest, actual: string, bind: (n: number) => string): string {
  if (op === 'between') return `(${actual} >= ${bind(n)} AND ${actual} <= ${bind(high)})`;
  return `(${actual} ${SIGNS[op] ?? '='} ${bind(n)})`;
}

function equals(value: JsonValue, wanted: Scalar, { params }: SqlContext): string {
  if (typeof wanted === 'string') return `(${value.isText} AND ${value.text} = ${params.text(wanted)})`;
  if (typeof wanted === 'number') return `(${value.isNumber} AND ${value.number} = ${params.float(wanted)})`;
  return `(${value.isFlag} AND ${value.flag} = ${params.bind('UInt8', wanted ? 1 : 0)})`;
}

const anyOf = (tests: readonly string[]): string => (tests.length === 0 ? '0' : `(${tests.join(' OR ')})`);
const allOf = (tests: readonly string[]): string => (tests.length === 0 ? '1' : `(${tests.join(' AND ')})`);

function ordered(value: JsonValue, sign: string, bound: string | number, { params }: SqlContext): string {
  return typeof bound === 'number'
    ? `(${value.isNumber} AND ${value.number} ${sign} ${params.float(bound)})`
    : `(${value.isText} AND ${value.text} ${sign} ${params.text(bound)})`;
}

const TEXT_TESTS: Partial<Record<Operator, (text: string, wanted: string) => string>> = {
  contains: (text, wanted) => `position(${text}, ${wanted}) > 0`,
  notContains: (text, wanted) => `position(${text}, ${wanted}) > 0`,
  startsWith: (text, wanted) => `startsWith(${text}, ${wanted})`,
  endsWith: (text, wanted) => `endsWith(${text}, ${wanted})`,
};

function textTest(op: Operator, value: SqlOperand, wanted: string): string {
  const holds = `(${value.isText} AND (${wanted} = '' OR ${TEXT_TESTS[op]?.(value.text, wanted) ?? '0'}))`;
  return op === 'notContains' ? `(${value.exists} AND NOT ${holds})` : holds;
}

function spanTest(op: Operator, value: JsonValue, edge: number, { params, zone, now }: SqlContext): string {
  const moment = value.moment(zone);
  const [from, to] = op === 'withinNext' ? [now, edge] : [edge, now];
  const within = `ifNull(${moment} > ${params.integer(from)} AND ${moment} <= ${params.integer(to)}, 0)`;
  return op === 'notWithinLast' ? `(${value.exists} AND NOT ${within})` : within;
}

function elementsTest(op: Operator, value: JsonValue, values: readonly Scalar[], context: SqlContext): string {
  const has = (wanted: Scalar): string => {
    const element = new JsonValue('element', [], context.params);
    return `arrayExists(element -> ${equals(element, wanted, context)}, ${value.elements})`;
  };
  const tests = values.map(has);
  const holds = op === 'arrayAll' ? allOf(tests) : op === 'arrayAny' ? anyOf(tests) : `NOT ${anyOf(tests)}`;
  return `(${value.isList} AND ${holds})`;
}

function cidrTest(value: JsonValue, ranges: readonly string[], { params }: SqlContext): string {
  const tests = ranges.map((range) => {
    const [isValid, fallback] = range.includes(':')
      ? [`isIPv6String(${value.text})`, '::']
      : [`isIPv4String(${value.text})`, '0.0.0.0'];
    return `(${isValid} AND isIPAddressInRange(if(${isValid}, ${value.text}, '${fallback}'), ${params.text(range)}))`;
  });
  return `(${value.isText} AND ${anyOf(tests)})`;
}

function circleTest(
  value: JsonValue,
  circle: { lat: number; lon: number; radiusKm: number },
  { params }: SqlContext,
): string {
  const [lat, lon] = [value.field('lat'), value.field('lon')];
  const radians = 'pi() / 180';
  const sine = (a: string, b: string): string => `sin(((${b} - ${a}) * ${radians}) / 2)`;
  const [here, there] = [params.float(circle.lat), params.float(circle.lon)];
  const [sinLat, sinLon] = [sine(lat.number, here), sine(lon.number, there)];
  const h = `${sinLat} * ${sinLat} + cos(${lat.number} * ${radians}) * cos(${here} * ${radians}) * ${sinLon} * ${sinLon}`;
  const distance = `2 * ${EARTH_RADIUS_KM} * asin(least(1, sqrt(${h})))`;
  const valid = `${lat.isNumber} AND ${lon.isNumber} AND abs(${lat.number}) <= 90 AND abs(${lon.number}) <= 180`;
  return `(${value.type} = 'Object' AND ${valid} AND ${distance} <= ${params.float(circle.radiusKm)})`;
}

function operandTest(op: Operator, value: JsonValue, operand: Operand, context: SqlContext): string {
  const { params, zone, now } = context;
  switch (operand.family) {
    case 'nothing':
      return op === 'exists' ? value.exists : `(${value.isFlag} AND ${value.flag} = ${op === 'isTrue' ? 1 : 0})`;
    case 'scalar': {
      const same = equals(value, operand.value, context);
      return op === 'eq' ? same : `(${value.exists} AND NOT ${same})`;
    }
    case 'list': {
      const isIn = anyOf(operand.values.map((wanted) => equals(value, wanted, context)));
      return op === 'in' ? isIn : `(${value.exists} AND NOT ${isIn})`;
    }
    case 'ordered':
      return ordered(value, SIGNS[op] ?? '=', operand.value, context);
    case 'pair':
      return `(${ordered(value, '>=', operand.low, context)} AND ${ordered(value, '<=', operand.high, context)})`;
    case 'text':
      return textTest(op, value, params.text(operand.text));
    case 'pattern':
      // The engine lets `.` match a line end; the language does not.
      return `(${value.isText} AND match(${value.text}, ${params.text(`(?-s)${operand.pattern}`)}))`;
    case 'instant':
      return `ifNull(${value.moment(zone)} ${op === 'before' ? '<' : '>'} ${params.integer(readInstantOrDate(operand.text, zone) ?? 0)}, 0)`;
    case 'span': {
      const shift = new CalendarShift(toSpan(operand.duration), zone, op === 'withinNext' ? 1 : -1);
      return spanTest(op, value, shift.at(now), context);
    }
    case 'anniversary': {
      const days = params.bind('Array(UInt16)', [...anniversariesAhead(now, operand.days, zone)]);
      const local = `toTimeZone(fromUnixTimestamp64Milli(assumeNotNull(${value.moment(zone)}), 'UTC'), ${params.text(zone)})`;
      return `(isNotNull(${value.moment(zone)}) AND has(${days}, toUInt16(toMonth(${local}) * 100 + toDayOfMonth(${local}))))`;
    }
    case 'elements':
      return elementsTest(op, value, operand.values, context);
    case 'size':
      return `(${value.isList} AND ${sqlNumberTest(operand.test, value.length, (n) => params.float(n))})`;
    case 'semver':
      return sqlVersionInside(value, operand.range, params);
    case 'cidr':
      return cidrTest(value, operand.ranges, context);
    case 'circle':
      return circleTest(value, operand, context);
    case 'words':
      return `(${value.isText} AND ${sqlPhrases(op, value.text, operand.needles, params)})`;
    case 'nearby':
      return `(${value.isText} AND ${sqlNearby(value.text, operand, params)})`;
  }
}

/** A comparison of two values of the record; 0 or 1, never null. */
export function sqlReference(
  op: Operator,
  { value, other }: { readonly value: SqlOperand; readonly other: SqlOperand },
  { zone }: SqlContext,
): string {
  if (op === 'before' || op === 'after') {
    return `ifNull(${value.moment(zone)} ${op === 'before' ? '<' : '>'} ${other.moment(zone)}, 0)`;
  }
  if (TEXT_TESTS[op] !== undefined) return `(${other.isText} AND ${textTest(op, value, other.text)})`;
  const compared = (sign: string): string =>
    `((${value.isText} AND ${other.isText} AND ${value.text} ${sign} ${other.text}) OR (${value.isNumber} AND ${other.isNumber} AND ${value.number} ${sign} ${other.number}))`;
  if (op !== 'eq' && op !== 'neq') return compared(SIGNS[op] ?? '=');
  const same = `(${compared('=')} OR (${value.isFlag} AND ${other.isFlag} AND ${value.flag} = ${other.flag}))`;
  return op === 'eq' ? same : `(${value.exists} AND ${other.exists} AND NOT ${same})`;
}

/** One comparison as an SQL condition that is 0 or 1, never null; `other` is what the comparison's `ref` names. */
export function sqlCondition(
  parsed: Pick<ParsedCondition, 'op' | 'operand'>,
  sides: { value: JsonValue; other?: JsonValue },
  context: SqlContext,
): string {
  const { op, operand } = parsed;
  if (op === 'notExists') return `NOT (${sides.value.exists})`;
  if (operand !== null) return operandTest(op, sides.value, operand, context);
  return sides.other === undefined ? '0' : sqlReference(op, { value: sides.value, other: sides.other }, context);
}
