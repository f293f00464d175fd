import type { NumberTest } from '../rule/operand';
import type { ParsedAggregate, ParsedSequence, ParsedWindow } from '../rule/parsed-rule';
import { toSpan, UNIT_MS, type Duration } from '../time/duration';
import type { SqlContext } from './sql-condition';

/**
 * When time alone may change a leaf's answer, as SQL: epoch milliseconds, 0 for never. Never later than the evaluator's
 * next change, now and then earlier: whoever is woken then is evaluated, and gets the exact instant.
 */
export type Turn = string;

/** Why there is no such expression: time never changes the answer, or nobody knows without the evaluator. */
export type NoTurn = 'never' | 'unknown';

/** A calendar span is at least so long: 28 days a month, less the hours that a zone may leave out. */
const CALENDAR_LOSS_MS = 26 * UNIT_MS.hour;
/** What has left a calendar window so lately may come back: clamped month ends. */
export const CALENDAR_SLACK_MS = 6 * UNIT_MS.day;

/** The length of a duration, and whether it always is. */
export function lengthOf(duration: Duration): { readonly ms: number; readonly isFixed: boolean } {
  const { months, days, ms } = toSpan(duration);
  if (months === 0 && days === 0) return { ms, isFixed: true };
  return { ms: Math.max(0, (28 * months + days) * UNIT_MS.day + ms - CALENDAR_LOSS_MS), isFixed: false };
}

/** Whether anything may leave or enter the window without a new event. */
export function isMoving(window: ParsedWindow): window is Extract<ParsedWindow, { kind: 'last' | 'between' }> {
  return window.kind === 'last' || window.kind === 'between';
}

/** The least count that passes, where all greater ones do; the greatest, where all smaller ones do. */
export function boundOf({ op, n }: NumberTest): { readonly least: number } | { readonly most: number } | null {
  switch (op) {
    case 'gte':
      return { least: Math.ceil(n) };
    case 'gt':
      return { least: Math.floor(n) + 1 };
    case 'lte':
      return { most: Math.floor(n) };
    case 'lt':
      return { most: Math.ceil(n) - 1 };
    default:
      return null;
  }
}

/** A count in a window: `times` are all its selection's instants up to now, newest first, `count` those inside. */
export interface CountedTimes {
  readonly times: string;
  readonly count: string;
  /** First instant of the window. */
  readonly from: number;
}

/** When a count may change its test's answer; without a test, when it may change. */
export function countTurn(
  counted: CountedTimes,
  of: { readonly window: ParsedWindow; readonly test: NumberTest | null },
  { params, now }: Pick<SqlContext, 'params' | 'now'>,
): Turn | NoTurn {
  const { window, test } = of;
  if (!isMoving(window)) return 'never';
  const { times, count, from } = counted;
  const at = params.integer(now);
  const long = lengthOf(window.kind === 'last' ? window.duration : window.from);
  if (window.kind === 'between') {
    const until = lengthOf(window.to);
    if (!long.isFixed || !until.isFixed) return 'unknown';
    const [leaves, enters] = [`t + ${params.integer(long.ms)}`, `t + ${params.integer(until.ms)}`];
    const next = `if(${enters} > ${at}, ${enters}, ${leaves})`;
    return `arrayMin(arrayMap(t -> ${next}, arrayFilter(t -> ${leaves} > ${at}, ${times})))`;
  }
  const leaving = params.integer(long.ms);
  if (!long.isFixed) {
    const near = `arrayFilter(t -> t >= ${params.integer(from - CALENDAR_SLACK_MS)}, ${times})`;
    return `arrayMin(arrayMap(t -> greatest(t + ${leaving}, ${at} + 1), ${near}))`;
  }
  const bound = test === null ? null : boundOf(test);
  // Of a rolling window events only leave: the answer turns with the one that the bound rests on.
  if (bound === null) return `if(${count} > 0, ${times}[${count}] + ${leaving}, 0)`;
  const last = 'least' in bound ? bound.least : bound.most + 1;
  return last <= 0 ? 'never' : `if(${count} >= ${last}, ${times}[${last}] + ${leaving}, 0)`;
}

const SHRINKING = new Set<ParsedAggregate['fn']>(['distinct', 'distinctDays', 'sum']);

/** When an aggregate's answer may change: `rows` begin with the time, earliest first, `holds` is the answer. */
export function aggregateTurn(
  { fn, test, window }: ParsedAggregate,
  { rows, holds }: { readonly rows: string; readonly holds: string },
  { params }: Pick<SqlContext, 'params'>,
): Turn | NoTurn {
  if (!isMoving(window)) return 'never';
  const long = lengthOf(window.kind === 'last' ? window.duration : window.from);
  if (window.kind === 'between' || !long.isFixed) return 'unknown';
  // Fewer events make these values smaller, or a minimum greater: an answer on the far side of the bound stays.
  const isAbove = test.op === 'gte' || test.op === 'gt';
  const isBelow = test.op === 'lte' || test.op === 'lt';
  const positive = fn === 'sum' ? ` AND arrayAll(r -> r.3 >= 0, ${rows})` : '';
  const stays =
    isAbove && (SHRINKING.has(fn) || fn === 'max')
      ? ` OR (NOT ${holds}${positive})`
      : isBelow && SHRINKING.has(fn)
        ? ` OR (${holds}${positive})`
        : isBelow && fn === 'min'
          ? ` OR NOT ${holds}`
          : '';
  return `if(empty(${rows})${stays}, 0, ${rows}[1].1 + ${params.integer(long.ms)})`;
}

/** When a sequence's answer may change: `rows` are the events that it looks at, with their times first. */
export function sequenceTurn(
  { window, without }: ParsedSequence,
  { rows, holds }: { readonly rows: string; readonly holds: string },
  { params, now }: Pick<SqlContext, 'params' | 'now'>,
): Turn | NoTurn {
  const isSliding = isMoving(window);
  const long = isSliding ? lengthOf(window.kind === 'last' ? window.duration : window.from) : null;
  if (isSliding && (window.kind === 'between' || long?.isFixed !== true)) return 'unknown';
  const waits = [...new Set(without.flatMap(({ before, withinMs }) => (before === null ? [withinMs] : [])))];
  if (long === null && waits.length === 0) return 'never';
  const after = (ms: number, when: string): string => {
    const then = `r.1 + ${params.integer(ms)}`;
    return `arrayMap(r -> ${then}, arrayFilter(r -> ${when}${then} > ${params.integer(now)}, ${rows}))`;
  };
  // Who has no match gets none because events leave the window; who waits for one may get it.
  const leaving = long === null ? [] : [after(long.ms, `${holds} AND `)];
  return `arrayMin(arrayConcat(${[...leaving, ...waits.map((ms) => after(ms, ''))].join(', ')}))`;
}
