import type { Json } from '@kohort/kernel-contracts';
import type { EventCondition, EventFormula } from '../src/events/event-formula';
import type { FeatureWindow } from '../src/events/feature-window';
import type { HistoryEvent } from '../src/read-orders';

/*
 * A third reading of what aggregates mean, for tests: slow, plain, and with nothing of the evaluator's in it. Wall clocks
 * come from Intl, sums from big integers.
 */

const DAY = 86_400_000;
const UNIT: Record<string, number> = { minute: 60_000, hour: 3_600_000, day: DAY, week: 7 * DAY };

const formats = new Map<string, Intl.DateTimeFormat>();

function readWall(ts: number, zone: string) {
  const format =
    formats.get(zone) ??
    new Intl.DateTimeFormat('en-GB', {
      timeZone: zone,
      hourCycle: 'h23',
      ...{ year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric' },
    });
  formats.set(zone, format);
  const part: Record<string, number> = {};
  for (const { type, value } of format.formatToParts(ts)) part[type] = Number(value);
  const { year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0 } = part;
  const midnight = Date.UTC(year, month - 1, day);
  const ms = ((ts % 1000) + 1000) % 1000;
  return {
    year,
    month,
    day,
    hour,
    midnight,
    asUtc: midnight + hour * 3_600_000 + minute * 60_000 + second * 1000 + ms,
  };
}

const walls = new Map<string, ReturnType<typeof readWall>>();

/** Wall-clock fields of an instant. */
function wall(ts: number, zone: string) {
  const key = `${zone} ${ts}`;
  const known = walls.get(key) ?? readWall(ts, zone);
  walls.set(key, known);
  return known;
}

const weekdayOf = (midnight: number): number => ((midnight / DAY + 3) % 7) + 1;

/** The instant of a wall-clock time that comes once. */
function instantOf(asUtc: number, zone: string): number {
  for (const near of [asUtc - DAY, asUtc + DAY]) {
    const guess = asUtc - (wall(near, zone).asUtc - near);
    if (wall(guess, zone).asUtc === asUtc) return guess;
  }
  throw new Error(`no such time in ${zone}`);
}

function unitStart(asUtc: number, unit: string): number {
  const date = new Date(asUtc);
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()];
  const midnight = Date.UTC(year, month, date.getUTCDate());
  if (unit === 'day') return midnight;
  if (unit === 'week') return midnight - (weekdayOf(midnight) - 1) * DAY;
  if (unit === 'month') return Date.UTC(year, month, 1);
  return unit === 'quarter' ? Date.UTC(year, month - (month % 3), 1) : Date.UTC(year, 0, 1);
}

function unitsBefore(asUtc: number, n: number, unit: string): number {
  if (unit === 'day' || unit === 'week') return asUtc - n * (UNIT[unit] ?? 0);
  const months = n * ({ month: 1, quarter: 3, year: 12 }[unit] ?? 0);
  const date = new Date(asUtc);
  const first = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() - months, 1));
  const days = new Date(Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + 1, 0)).getUTCDate();
  return first.getTime() + (Math.min(date.getUTCDate(), days) - 1) * DAY + (asUtc % DAY);
}

function isInside(window: FeatureWindow | undefined, ts: number, { asOf, zone }: At): boolean {
  if (ts > asOf) return false;
  if (!window) return true;
  if ('since' in window) return ts >= new Date(window.since).getTime();
  if ('between' in window) {
    const age = asOf - ts;
    const [far, near] = [window.between.from, window.between.to];
    return age < far.n * (UNIT[far.unit] ?? 0) && age >= near.n * (UNIT[near.unit] ?? 0);
  }
  const now = wall(asOf, zone).asUtc;
  if ('last' in window) {
    const { n, unit } = window.last;
    if (!('calendar' in window.last)) return asOf - ts < n * (UNIT[unit] ?? 0);
    return ts > instantOf(unitsBefore(now, n, unit), zone);
  }
  if ('current' in window) return ts >= instantOf(unitStart(now, window.current), zone);
  const end = unitStart(now, window.previous);
  return ts >= instantOf(unitStart(end - 1, window.previous), zone) && ts < instantOf(end, zone);
}

interface At {
  readonly asOf: number;
  readonly zone: string;
}

function dig(root: Json | undefined, path: string): Json | undefined {
  let found: Json | undefined = root;
  for (const key of path.split('.')) {
    const isRecord = found !== null && typeof found === 'object' && !Array.isArray(found);
    found = isRecord ? (Object.entries(found as object).find(([name]) => name === key)?.[1] as Json) : undefined;
  }
  return found ?? undefined;
}

function holds({ path, op, value }: EventCondition, properties: Json): boolean {
  const found = dig(properties, path);
  const list = [value].flat();
  const number = typeof found === 'number' ? found : NaN;
  const text = typeof found === 'string' ? found : '';
  const table: Record<string, () => boolean> = {
    exists: () => found !== undefined,
    notExists: () => found === undefined,
    eq: () => found !== undefined && list.includes(found as string),
    in: () => found !== undefined && list.includes(found as string),
    neq: () => found !== undefined && !list.includes(found as string),
    notIn: () => found !== undefined && !list.includes(found as string),
    gt: () => number > Number(value),
    gte: () => number >= Number(value),
    lt: () => number < Number(value),
    lte: () => number <= Number(value),
    contains: () => text.split(String(value)).length > 1,
    startsWith: () => text.slice(0, String(value).length) === value,
  };
  return (table[op] as () => boolean)();
}

const name = (value: Json | undefined): string =>
  ['string', 'number', 'boolean'].includes(typeof value) ? String(value === 0 ? 0 : value) : '';

/** Counts of 10⁻⁹. */
function nanos(value: number): bigint {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]?\d+))?$/.exec(String(value)) ?? [];
  const digits = BigInt(whole + fraction);
  const shift = Number(exponent) - fraction.length + 9;
  if (shift >= 0) return digits * 10n ** BigInt(shift) * (sign ? -1n : 1n);
  const unit = 10n ** BigInt(-shift);
  const [quotient, rest] = [digits / unit, digits % unit];
  const up = rest * 2n > unit || (rest * 2n === unit && quotient % 2n === 1n);
  return (quotient + (up ? 1n : 0n)) * (sign ? -1n : 1n);
}

const total = (values: readonly number[]): number =>
  Number(values.reduce((sum, value) => sum + nanos(value), 0n)) / 1e9;
const average = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
const spread = (values: readonly number[]): number => {
  const squares = values.map((value) => value * value);
  const shifted = values.map((value) => value - (values[0] ?? 0));
  return squares.length === 0 ? NaN : average(shifted.map((v) => v * v)) - average(shifted) ** 2;
};

function tally(values: readonly string[]): [string, number][] {
  return [...new Set(values)].map((one) => [one, values.filter((value) => value === one).length]);
}

function periodNumber(ts: number, period: string | undefined, zone: string): number {
  const { year, month, midnight, asUtc } = wall(ts, zone);
  if (period === 'hour') return Math.floor(asUtc / 3_600_000);
  if (period === 'month') return year * 12 + month;
  return period === 'week' ? unitStart(asUtc, 'week') / (7 * DAY) : midnight / DAY;
}

/** Runs of neighbours, by walking. */
function runs(numbers: readonly number[]): number[][] {
  const found: number[][] = [];
  for (const number of [...new Set(numbers)].sort((a, b) => a - b)) {
    const last = found.at(-1);
    if (last?.at(-1) === number - 1) last.push(number);
    else found.push([number]);
  }
  return found;
}

interface Row {
  readonly ts: number;
  readonly value: Json | undefined;
  readonly weight: Json | undefined;
}

function ofTimes(formula: EventFormula, times: readonly number[], { asOf, zone }: At): number | null {
  const gaps = times.slice(1).map((ts, i) => (ts - (times[i] as number)) / DAY);
  const hours = times.map((ts) => wall(ts, zone).hour);
  const days = times.map((ts) => weekdayOf(wall(ts, zone).midnight));
  const most = (values: readonly number[]): number | null =>
    tally(values.map(String))
      .sort(([a, x], [b, y]) => y - x || Number(a) - Number(b))
      .map(([value]) => Number(value))[0] ?? null;
  const needs = (n: number, value: () => number): number | null => (times.length < n ? null : value());
  const [first, last] = [times[0] ?? 0, times.at(-1) ?? 0];
  switch (formula.aggregate) {
    case 'count':
      return times.length;
    case 'did':
      return Number(times.length > 0);
    case 'lifetime':
      return needs(1, () => (last - first) / DAY);
    case 'gapMean':
      return needs(2, () => (last - first) / DAY / gaps.length);
    case 'gapVariance':
      return needs(3, () => spread(gaps));
    case 'gapDeviation':
      return needs(3, () => Math.sqrt(Math.max(0, spread(gaps))));
    case 'gapMax':
      return needs(2, () => [...gaps].sort((a, b) => b - a)[0] as number);
    case 'preferredHour':
      return most(hours);
    case 'preferredWeekday':
      return most(days);
    case 'hourShare': {
      const { from, to } = formula.hours as { from: number; to: number };
      const inside = Array.from({ length: 24 }, (_, h) => h).filter((h) =>
        from < to ? h >= from && h < to : !(h >= to && h < from),
      );
      return needs(1, () => hours.filter((hour) => inside.includes(hour)).length / times.length);
    }
    case 'weekdayShare':
      return needs(1, () => days.filter((day) => formula.weekdays?.includes(day)).length / times.length);
    case 'daysSince': {
      const since = formula.since === 'first' ? first : last;
      return needs(1, () => (wall(asOf, zone).midnight - wall(since, zone).midnight) / DAY);
    }
    case 'distinctPeriods':
      return new Set(times.map((ts) => periodNumber(ts, formula.period, zone))).size;
    case 'streak': {
      const found = runs(times.map((ts) => periodNumber(ts, formula.period, zone)));
      if (formula.which === 'longest') return Math.max(0, ...found.map(({ length }) => length));
      const present = periodNumber(asOf, formula.period, zone);
      return found.find((run) => (run.at(-1) as number) >= present - 1)?.length ?? 0;
    }
    default: {
      const parts: number[][] = [];
      for (const ts of times) {
        const open = parts.at(-1);
        if (open && ts - (open.at(-1) as number) <= (formula.gapMinutes as number) * 60_000) open.push(ts);
        else parts.push([ts]);
      }
      const minutes = parts.map((part) => ((part.at(-1) as number) - (part[0] as number)) / 60_000);
      if (formula.measure === 'count') return parts.length;
      if (formula.measure === 'meanEvents') return needs(1, () => average(parts.map(({ length }) => length)));
      return needs(1, () => (formula.measure === 'meanMinutes' ? average(minutes) : Math.max(...minutes)));
    }
  }
}

function ofNumbers(formula: EventFormula, points: readonly { ts: number; n: number }[], asOf: number): number | null {
  const sorted = points.map(({ n }) => n).sort((a, b) => a - b);
  const count = sorted.length;
  const decay = ({ ts, n }: { ts: number; n: number }) =>
    n / 2 ** ((asOf - ts) / DAY / (formula.halfLifeDays as number));
  if (formula.aggregate === 'sum') return total(sorted);
  if (formula.aggregate === 'decayed') return points.map(decay).reduce((a, b) => a + b, 0);
  if (count === 0) return null;
  switch (formula.aggregate) {
    case 'mean':
      return total(sorted) / count;
    case 'min':
      return sorted[0] as number;
    case 'max':
      return sorted[count - 1] as number;
    case 'median':
      return average(count % 2 ? [sorted[(count - 1) / 2] as number] : sorted.slice(count / 2 - 1, count / 2 + 1));
    case 'percentile':
      return sorted.find((_, i) => (i + 1) * 1000 >= Math.round((formula.p as number) * 10) * count) ?? null;
    case 'variance':
      return count < 2 ? null : spread(sorted);
    case 'deviation':
      return count < 2 ? null : Math.sqrt(Math.max(0, spread(sorted)));
    default: {
      // Normal equations instead of centred sums.
      const x = points.map(({ ts }) => (ts - (points[0]?.ts ?? 0)) / DAY);
      const [sx, sy] = [x, points.map(({ n }) => n)].map((list) => list.reduce((a, b) => a + b, 0)) as [number, number];
      const sxy = points.reduce((sum, { n }, i) => sum + n * (x[i] as number), 0);
      const sxx = x.reduce((sum, one) => sum + one * one, 0);
      return new Set(x).size < 2 ? null : (count * sxy - sx * sy) / (count * sxx - sx * sx);
    }
  }
}

function ofValues(formula: EventFormula, rows: readonly Row[]): number | string | null {
  const named = rows.filter(({ value }) => name(value) !== '');
  const names = named.map(({ value }) => name(value));
  if (formula.aggregate === 'distinct') return tally(names).length;
  if (names.length === 0) return null;
  const shares = tally(names).map(([, n]) => n / names.length);
  if (formula.aggregate === 'topShare') return shares.sort((a, b) => b - a)[0] as number;
  if (formula.aggregate === 'entropy') return shares.reduce((sum, share) => sum - share * Math.log2(share), 0);
  let [part, all] = [0, 0];
  for (const { value, weight } of named) {
    const w = formula.weight === undefined ? 1 : typeof weight === 'number' && weight > 0 ? weight : 0;
    all += w;
    if ([formula.is].flat().includes(name(value))) part += w;
  }
  return all === 0 ? null : part / all;
}

function ofOne(formula: EventFormula, rows: readonly Row[]): number | string | null {
  const read = ({ value }: Row): number | string | null => {
    if (formula.as === 'text') return name(value) === '' ? null : name(value);
    return typeof value === 'number' ? value : null;
  };
  const values = rows.map(read).filter((value) => value !== null);
  if (formula.aggregate === 'first') return values[0] ?? null;
  if (formula.aggregate === 'last') return values.at(-1) ?? null;
  let best: { value: number | string; count: number } | null = null;
  for (const value of [...values].reverse()) {
    const count = values.filter((other) => other === value).length;
    if (best === null || count > best.count) best = { value, count };
  }
  return best?.value ?? null;
}

/** What a formula gives for a history. */
export function naiveAggregate(
  formula: EventFormula,
  history: readonly HistoryEvent[],
  at: At,
): number | string | null {
  const names = formula.event === undefined ? null : [formula.event].flat();
  const rows: Row[] = [];
  for (const event of [...history].sort((a, b) => a.ts - b.ts || (a.eventId > b.eventId ? 1 : -1))) {
    if (names && !names.includes(event.name)) continue;
    if (!isInside(formula.window, event.ts, at)) continue;
    if (!(formula.where ?? []).every((condition) => holds(condition, event.properties))) continue;
    const list = formula.each === undefined ? [event.properties] : dig(event.properties, formula.each);
    for (const entry of Array.isArray(list) ? (list as Json[]) : []) {
      const { of, weight } = formula;
      rows.push({
        ts: event.ts,
        value: of === undefined ? undefined : dig(entry, of),
        weight: weight === undefined ? undefined : dig(entry, weight),
      });
    }
  }
  const points = rows.flatMap(({ ts, value }) => (typeof value === 'number' ? [{ ts, n: value }] : []));
  switch (formula.aggregate) {
    case 'first':
    case 'last':
    case 'mostFrequent':
      return ofOne(formula, rows);
    case 'distinct':
    case 'entropy':
    case 'topShare':
    case 'share':
      return ofValues(formula, rows);
    case 'decayed':
      return ofNumbers(formula, formula.of === undefined ? rows.map(({ ts }) => ({ ts, n: 1 })) : points, at.asOf);
    default:
      if (formula.of !== undefined) return ofNumbers(formula, points, at.asOf);
      return ofTimes(
        formula,
        rows.map(({ ts }) => ts),
        at,
      );
  }
}
