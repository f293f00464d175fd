/** Calendar arithmetic for the oracle, from Intl alone: nothing here is shared with the evaluator. */

const formatters = new Map<string, Intl.DateTimeFormat>();

const walls = new Map<string, Map<number, number>>();

/** Wall time of an instant, as if it were UTC; the last answers are remembered. */
export function wallOf(instant: number, zone: string): number {
  const ofZone = walls.get(zone) ?? new Map<number, number>();
  const known = ofZone.get(instant);
  if (known !== undefined) return known;
  if (ofZone.size > 10_000) ofZone.clear();
  const wall = wallAnew(instant, zone);
  walls.set(zone, ofZone.set(instant, wall));
  return wall;
}

function wallAnew(instant: number, zone: string): number {
  let formatter = formatters.get(zone);
  if (formatter === undefined) {
    formatter = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    formatters.set(zone, formatter);
  }
  const parts = new Map(formatter.formatToParts(instant).map((part) => [part.type, Number(part.value)]));
  const get = (type: Intl.DateTimeFormatPartTypes): number => parts.get(type) ?? 0;
  const wall = Date.UTC(get('year'), get('month') - 1, get('day'), get('hour'), get('minute'), get('second'));
  return wall + (((instant % 1000) + 1000) % 1000);
}

const DAY = 86_400_000;

/** All instants with this wall time; in a gap, the wall time moved forward by the gap. */
export function instantOf(wall: number, zone: string, likeInstant: number): number {
  const like = wallOf(likeInstant, zone) - likeInstant;
  const offsets = new Set<number>([like]);
  for (const h of [-26, -13, -2, 0, 2, 13, 26])
    offsets.add(wallOf(wall + h * 3_600_000, zone) - (wall + h * 3_600_000));
  const valid = [...offsets].filter((offset) => wallOf(wall - offset, zone) === wall);
  if (valid.includes(like)) return wall - like;
  if (valid.length > 0) return Math.min(...valid.map((offset) => wall - offset));
  const before = wallOf(wall - DAY, zone) - (wall - DAY);
  return wall - before;
}

const FIXED: Record<string, number> = { second: 1000, minute: 60_000, hour: 3_600_000, day: DAY, week: 7 * DAY };
const MONTHS: Record<string, number> = { month: 1, quarter: 3, year: 12 };

export interface OracleDuration {
  n: number;
  unit: string;
  calendar?: boolean;
}

const moved = new Map<string, number>();

/** `instant` moved back (sign −1) or forward by a duration; the last answers are remembered. */
export function move(instant: number, duration: OracleDuration, sign: number, zone: string): number {
  const key = `${instant} ${duration.n} ${duration.unit} ${String(duration.calendar)} ${sign} ${zone}`;
  const known = moved.get(key);
  if (known !== undefined) return known;
  if (moved.size > 10_000) moved.clear();
  const result = moveAnew(instant, duration, sign, zone);
  moved.set(key, result);
  return result;
}

function moveAnew(instant: number, { n, unit, calendar }: OracleDuration, sign: number, zone: string): number {
  const months = MONTHS[unit];
  if (months !== undefined) {
    const date = new Date(wallOf(instant, zone));
    const target = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + sign * months * n, 1));
    const last = new Date(Date.UTC(target.getUTCFullYear(), target.getUTCMonth() + 1, 0)).getUTCDate();
    const day = Date.UTC(target.getUTCFullYear(), target.getUTCMonth(), Math.min(last, date.getUTCDate()));
    return instantOf(day + (date.getTime() % DAY), zone, instant);
  }
  if (calendar === true && (unit === 'day' || unit === 'week')) {
    return instantOf(wallOf(instant, zone) + sign * n * (FIXED[unit] ?? 0), zone, instant);
  }
  return instant + sign * n * (FIXED[unit] ?? 0);
}

/** First instant of a local date (searched minute by minute around it). */
export function startOfDate(year: number, month: number, day: number, zone: string): number {
  const wall = Date.UTC(year, month - 1, day);
  const same = (instant: number): boolean => Math.floor(wallOf(instant, zone) / DAY) === wall / DAY;
  for (let t = wall - 16 * 3_600_000; t < wall + 16 * 3_600_000; t += 900_000) if (same(t)) return t;
  return Number.NaN;
}

/** An instant with a zone, or a bare date; undefined for anything else. */
export function readMoment(value: unknown, zone: string): number | undefined {
  if (typeof value !== 'string') return undefined;
  const date = /^(19|20|21|22)(\d\d)-(\d\d)-(\d\d)$/.exec(value);
  const full = /^(?:19|20|21|22)\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/.exec(value);
  const [year, month, day] = value.slice(0, 10).split('-').map(Number) as [number, number, number];
  if (new Date(Date.UTC(year, month - 1, day)).getUTCDate() !== day) return undefined;
  if (full !== null) return Date.parse(value);
  return date === null ? undefined : startOfDate(year, month, day, zone);
}
