import { passes } from '../evaluate/number-test';
import type { NumberTest, Scalar } from '../rule/operand';
import type { ParsedAggregate, ParsedMeasure } from '../rule/parsed-rule';
import { UNIT_MS } from '../time/duration';
import { ExactDecimal } from '../values/decimal-sum';
import { JsonValue } from './json-value';
import { sqlNumberTest, type SqlContext } from './sql-condition';

/** Decimals that sums and their bounds keep in SQL; 36 digits stay before the point. */
const SQL_DECIMALS = 40;

/** Decimals of a percentage beyond which nothing is left of it among any number of events. */
const SMALLEST_SHARE = 50;

/** What is gathered of each event, and which events: SQL for `groupArrayIf(row, condition)`. */
export interface AggregateRows {
  /**
   * A tuple that begins with time (epoch milliseconds) and event id, by which the rows are sorted; 0 for the id where the
   * order of one instant does not matter.
   */
  readonly row: string;
  readonly condition: string;
}

/** Whether an aggregate can be computed by SQL: its bounds must fit the decimals that are kept there. */
export function fitsSql({ fn, test }: ParsedAggregate): boolean {
  const fits = (n: number): boolean => {
    const bound = new ExactDecimal(String(n));
    return bound.decimalPlaces() <= SQL_DECIMALS - 20 && bound.abs().lt('1e24');
  };
  return (fn !== 'sum' && fn !== 'avg') || 'value' in test || (fits(test.n) && fits(test.high));
}

/** Functions whose value depends on the order of events. */
const IN_ORDER = new Set<ParsedMeasure['fn']>(['first', 'last', 'slope']);

/** The rows of an aggregate: numbers for numeric functions, present values for `first`, `last` and `distinct`. */
export function aggregateRows({ fn, property }: ParsedMeasure, { params }: SqlContext): AggregateRows {
  const key = `toUnixTimestamp64Milli(ts), ${IN_ORDER.has(fn) ? 'toString(event_id)' : 'toUInt8(0)'}`;
  if (fn === 'distinctDays' || property === null) return { row: `(${key})`, condition: '1' };
  const value = new JsonValue('properties', property.steps, params);
  // Zero added: −0 and 0 are one number.
  const number = `${value.number} + 0`;
  if (fn === 'distinct') {
    return { row: `(${key}, ${value.identity})`, condition: value.exists };
  }
  if (fn === 'first' || fn === 'last') {
    const flag = `toUInt8(${value.flag})`;
    const kind = `multiIf(${value.isNumber}, 'n', ${value.isText}, 't', ${value.isFlag}, 'f', '')`;
    return { row: `(${key}, ${kind}, ${number}, ${value.text}, ${flag})`, condition: value.exists };
  }
  // What a sum adds of each event is worked out once, however many sums look at it.
  const added = fn === 'sum' || fn === 'avg' ? [exactly(number)] : [];
  return { row: `(${[key, number, ...added].join(', ')})`, condition: value.isNumber };
}

function decimal(text: string): string {
  return `toDecimal256(${text}, ${SQL_DECIMALS})`;
}

/** A number's shortest text, rounded half to even at 9 decimals, as the evaluator adds it. */
function exactly(number: string): string {
  const one = `ifNull(toDecimal256OrNull(toString(${number}), ${SQL_DECIMALS}), ${decimal("'0'")})`;
  return `roundBankers(${one}, 9)`;
}

/** The exact sum. */
function sumOf(rows: string): string {
  return `arraySum(r -> r.4, ${rows})`;
}

function percentileOf(rows: string, p: number, { params }: SqlContext): string {
  // ceil(p · n / 100) in integers, however p is written; one so small that it is always the first is cut off.
  const decimals = Math.min(new ExactDecimal(String(p)).decimalPlaces(), SMALLEST_SHARE);
  const power = new ExactDecimal(10).pow(decimals);
  const scaled = params.bind('Int256', new ExactDecimal(String(p)).mul(power).ceil().toFixed(0));
  const whole = params.bind('Int256', power.mul(100).toFixed(0));
  const rank = `greatest(1, intDiv(toInt256(length(${rows})) * ${scaled} + ${whole} - 1, ${whole}))`;
  return `arraySort(arrayMap(r -> r.3, ${rows}))[toUInt32(${rank})]`;
}

/** Least squares in the order of (time, id), operation by operation as the evaluator's: the same bits come out. */
function slopeOf(rows: string, of: { answer: (value: string) => string; missing: string }): string {
  const fold = (what: string, over: string): string => `arrayFold((acc, ${over}) -> acc + ${what}, `;
  const list = 'rows_';
  const days = `arrayMap(r -> toFloat64(r.1 - ${list}[1].1) / ${UNIT_MS.day}., ${list})`;
  const values = `arrayMap(r -> toFloat64(r.3), ${list})`;
  const mean = (of: string): string => `${fold('x', 'x')}${of}, toFloat64(0)) / length(${list})`;
  const above = `arrayFold((acc, x, y) -> acc + (x - mx_) * (y - my_), ${days}, ${values}, toFloat64(0))`;
  const below = `arrayFold((acc, x) -> acc + (x - mx_) * (x - mx_), ${days}, toFloat64(0))`;
  // Names for what is used often: lambdas over lists of one.
  const named = (name: string, value: string, body: string): string => `arrayMap(${name} -> ${body}, [${value}])[1]`;
  const answer = named('below_', below, `if(below_ = 0, ${of.missing}, ${of.answer(`(${above} / below_)`)})`);
  const means = named('mx_', mean(days), named('my_', mean(values), answer));
  return named(list, rows, `if(empty(${list}), ${of.missing}, ${means})`);
}

function edgeTest(row: string, test: ParsedAggregate['test'], { params }: SqlContext): string {
  const scalarTest = ({ op, value }: { op: 'eq' | 'neq'; value: Scalar }): string => {
    const same =
      typeof value === 'string'
        ? `(${row}.3 = 't' AND ${row}.5 = ${params.text(value)})`
        : `(${row}.3 = 'f' AND ${row}.6 = ${params.bind('UInt8', value === true ? 1 : 0)})`;
    return op === 'eq' ? same : `(${row}.3 != '' AND NOT ${same})`;
  };
  if ('value' in test) return scalarTest(test);
  const number = `(${row}.3 = 'n' AND ${sqlNumberTest(test, `${row}.4`, (n) => params.float(n))})`;
  return test.op === 'neq' ? `(${number} OR ${row}.3 IN ('t', 'f'))` : number;
}

function distinctOf(fn: 'distinct' | 'distinctDays', rows: string, { params, zone }: SqlContext): string {
  const day = `toDate32(toTimeZone(fromUnixTimestamp64Milli(r.1, 'UTC'), ${params.text(zone)}))`;
  return `length(arrayDistinct(arrayMap(r -> ${fn === 'distinct' ? 'r.3' : day}, ${rows})))`;
}

/** Of which type the value of a measure is in SQL: sums and their shares keep every decimal. */
export function measureZero(fn: ParsedMeasure['fn']): string {
  return fn === 'sum' || fn === 'avg' ? decimal("'0'") : 'toFloat64(0)';
}

/** Whether a measure has a value over no events: 0. */
export function hasValueOverNothing(fn: ParsedMeasure['fn']): boolean {
  return fn === 'sum' || fn === 'distinct' || fn === 'distinctDays';
}

/** A measure over its rows, a sorted list of tuples: (1, the value), or (0, 0) where it is missing or no number. */
export function measureValue(node: ParsedMeasure, rows: string, context: SqlContext): string {
  const { fn } = node;
  const missing = `(toUInt8(0), ${measureZero(fn)})`;
  const floating = (value: string): string => `(toUInt8(1), toFloat64(${value}))`;
  const unlessEmpty = (value: string): string => `if(empty(${rows}), ${missing}, ${value})`;
  switch (fn) {
    case 'sum':
      return `(toUInt8(1), ${measureZero(fn)} + ${sumOf(rows)})`;
    case 'avg':
      return unlessEmpty(`(toUInt8(1), ${measureZero(fn)} + ${sumOf(rows)} / length(${rows}))`);
    case 'min':
    case 'max':
      return unlessEmpty(floating(`array${fn === 'min' ? 'Min' : 'Max'}(r -> r.3, ${rows})`));
    case 'percentile':
      return unlessEmpty(floating(percentileOf(rows, node.p, context)));
    case 'slope':
      return slopeOf(rows, { answer: floating, missing });
    case 'distinct':
    case 'distinctDays':
      return floating(distinctOf(fn, rows, context));
    case 'first':
    case 'last': {
      const row = `${rows}[${fn === 'first' ? 1 : -1}]`;
      return `if(notEmpty(${rows}) AND ${row}.3 = 'n', ${floating(`${row}.4`)}, ${missing})`;
    }
  }
}

/** Whether the aggregate over no events passes its test: only sums and counts have a value then. */
export function passesOverNothing({ fn, test }: ParsedAggregate): boolean {
  return hasValueOverNothing(fn) && !('value' in test) && passes(test, 0);
}

/** The test of an aggregate over its rows, a sorted list of tuples; 0 or 1. */
export function aggregateTest(node: ParsedAggregate, rows: string, context: SqlContext): string {
  const { fn, test } = node;
  const { params } = context;
  if (fn === 'first' || fn === 'last') {
    const row = `${rows}[${fn === 'first' ? 1 : -1}]`;
    return `(notEmpty(${rows}) AND ${edgeTest(row, test, context)})`;
  }
  // The parser lets only `first` and `last` be compared with anything but numbers.
  const numeric = test as NumberTest;
  const exact = (n: number): string => decimal(params.text(new ExactDecimal(String(n)).toFixed()));
  const floating = (n: number): string => params.float(n);
  switch (fn) {
    case 'sum':
      return sqlNumberTest(numeric, sumOf(rows), exact);
    case 'avg':
      return `(notEmpty(${rows}) AND ${sqlNumberTest(numeric, sumOf(rows), (n) => `${exact(n)} * length(${rows})`)})`;
    case 'min':
    case 'max':
      return `(notEmpty(${rows}) AND ${sqlNumberTest(numeric, `array${fn === 'min' ? 'Min' : 'Max'}(r -> r.3, ${rows})`, floating)})`;
    case 'percentile':
      return `(notEmpty(${rows}) AND ${sqlNumberTest(numeric, percentileOf(rows, node.p, context), floating)})`;
    case 'slope':
      return slopeOf(rows, { answer: (value) => `toUInt8(${sqlNumberTest(numeric, value, floating)})`, missing: '0' });
    case 'distinct':
    case 'distinctDays':
      return sqlNumberTest(numeric, distinctOf(fn, rows, context), floating);
  }
}
