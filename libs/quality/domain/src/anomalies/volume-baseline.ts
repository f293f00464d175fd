import { BASES, HOUR_MS, WEEK_HOURS, groupOf, median, quantile, weekSlots, type Basis, type WeekSlots } from './season';

/**
 * What is normal for an hourly count. Plain data, so that it can be kept.
 *
 * - `zone`        time zone that the slots of the week are of
 * - `levels`      per slot of the week: the usual count (median over the weeks, on the square-root scale)
 * - `rates`       the same for silence: where the usual count is 0, the mean of its few events, its top cut off
 * - `seen`        per slot: how many hours the level rests on
 * - `dispersion`  τ² of variance = mean + τ² mean², what the count has beyond chance
 * - `trend`       factor of the last week over the level
 * - `silence`     a silence is one when its weight (see `silenceOf`) is above this
 */
export interface VolumeBaseline {
  readonly zone: string;
  readonly basis: Basis;
  readonly levels: readonly number[];
  readonly rates: readonly number[];
  readonly seen: readonly number[];
  readonly dispersion: number;
  readonly trend: number;
  readonly silence: number;
  /** Hours and events that it was drawn from. */
  readonly hours: number;
  readonly events: number;
}

/** Hourly counts without a gap: `counts[i]` is of the hour that begins at `startMs` + i hours. */
export interface HourSeries {
  readonly startMs: number;
  readonly counts: readonly number[];
  /** Time zone of its weeks; UTC when absent. */
  readonly zone?: string;
}

/** A series with the places of its hours. */
interface PlacedSeries extends HourSeries {
  readonly slotOf: WeekSlots;
}

/** Of more than eight weeks only the last are looked at. */
export const HISTORY_HOURS = 8 * WEEK_HOURS;
/** Under three days or thirty events nothing is called normal. */
const LEAST_HOURS = 72;
const LEAST_EVENTS = 30;
/** Hours that a group needs before its median is trusted. */
const LEAST_SEEN = 3;
/** A silence of a steady source: chance below e^-14, about one in a million. */
const LEAST_SILENCE = 14;

/** Anscombe's transform: counts of chance alone get the standard deviation 1, from about 4 an hour on. */
export function stabilise(count: number): number {
  return 2 * Math.sqrt(Math.max(0, count) + 0.375);
}

/** The count whose stabilised value this is. */
function counted(stable: number): number {
  return Math.max(0, (stable / 2) ** 2 - 0.375);
}

function grouped(series: PlacedSeries, basis: Basis): Map<number, number[]> {
  const groups = new Map<number, number[]>();
  series.counts.forEach((count, i) => {
    const group = groupOf(series.slotOf(series.startMs + i * HOUR_MS), basis);
    const values = groups.get(group);
    if (values) values.push(count);
    else groups.set(group, [count]);
  });
  return groups;
}

/** The finest grouping of which every group that occurs has been seen three times. */
function chooseBasis(series: PlacedSeries): { readonly basis: Basis; readonly groups: Map<number, number[]> } {
  for (const basis of BASES) {
    const groups = grouped(series, basis);
    const wanted = new Set(Array.from({ length: WEEK_HOURS }, (_, slot) => groupOf(slot, basis)));
    const full = [...wanted].every((group) => (groups.get(group)?.length ?? 0) >= LEAST_SEEN);
    if (full || basis === 'all') return { basis, groups };
  }
  return { basis: 'all', groups: grouped(series, 'all') };
}

/** Normal consistency of the median absolute deviation. */
const MAD_SCALE = 1.482_602_218_505_602;
const WIDEST = 25;

/**
 * The least τ² with which half of the residuals, each divided by its own deviation √(1 + τ² m), are within the median
 * absolute deviation of a standard normal. 0 when chance alone explains them. A residual comes within it at
 * ((1.4826 r)² − 1) / m, so that the middle one of these is the answer. Hours with a level below 1 say nothing.
 */
function dispersionOf(series: PlacedSeries, levels: readonly number[]): number {
  const within: number[] = [];
  series.counts.forEach((count, i) => {
    const m = levels[series.slotOf(series.startMs + i * HOUR_MS)] ?? 0;
    if (m >= 1) within.push(((MAD_SCALE * (stabilise(count) - stabilise(m))) ** 2 - 1) / m);
  });
  if (within.length < LEAST_HOURS) return 0;
  const middle = Float64Array.from(within).sort()[Math.ceil(within.length / 2) - 1] ?? 0;
  return Math.min(WIDEST, Math.max(0, middle));
}

/** The last week over the level, by the median of its hours: half a week of anything else does not move it. */
function trendOf(series: PlacedSeries, levels: readonly number[]): number {
  const from = Math.max(0, series.counts.length - WEEK_HOURS);
  const ratios: number[] = [];
  for (let i = from; i < series.counts.length; i += 1) {
    const m = levels[series.slotOf(series.startMs + i * HOUR_MS)] ?? 0;
    if (m >= 1) ratios.push((series.counts[i] ?? 0) / m);
  }
  if (ratios.length < 48) return 1;
  return Math.min(3, Math.max(1 / 3, median(ratios)));
}

/** Hours that the hour of day counts for beside those of the slot itself, where the usual count is 0. */
const PRIOR_HOURS = 0.25;

function ratesOf(series: PlacedSeries, levels: readonly number[], seen: readonly number[]): number[] {
  const byHour = grouped(series, 'hour-of-day');
  const days = Array.from({ length: 24 }, (_, hour) => {
    const counts = byHour.get(hour) ?? [];
    const cap = quantile(counts, 0.95);
    const sum = counts.reduce((total, count) => total + Math.min(count, cap), 0);
    return { cap, mean: sum / Math.max(1, counts.length) };
  });
  const bySlot = grouped(series, 'hour-of-week');
  return levels.map((level, slot) => {
    const { cap, mean } = days[slot % 24] ?? { cap: 0, mean: 0 };
    if (level > 0) return level;
    // Seen too seldom on its own: its hour of day speaks for it.
    if ((seen[slot] ?? 0) < LEAST_SEEN || (bySlot.get(slot)?.length ?? 0) < LEAST_SEEN) return mean;
    const own = (bySlot.get(slot) ?? []).reduce((total, count) => total + Math.min(count, cap), 0);
    return (own + PRIOR_HOURS * mean) / ((bySlot.get(slot)?.length ?? 0) + PRIOR_HOURS);
  });
}

/** Chance of an hour without an event, as a weight: −ln P(0) of the negative binomial; the mean itself when τ² is 0. */
export function emptyHourWeight(mean: number, dispersion: number): number {
  return dispersion > 0 ? Math.log1p(dispersion * mean) / dispersion : mean;
}

/** Weights of the silences that the history holds, from its first event on. */
function silences(series: PlacedSeries, weights: readonly number[]): number[] {
  const found: number[] = [];
  let [run, started] = [0, false];
  series.counts.forEach((count, i) => {
    if (count === 0) {
      if (started) run += weights[series.slotOf(series.startMs + i * HOUR_MS)] ?? 0;
      return;
    }
    started = true;
    if (run > 0) found.push(run);
    run = 0;
  });
  return found.sort((a, b) => b - a);
}

/**
 * Learns what is normal from the hours before now. Null while there is too little to say anything.
 *
 * Method   hour-of-week median over up to eight weeks on Anscombe's scale; with fewer than three weeks by hour of day
 *          and weekend, then by hour of day, then one level; spread pooled over all hours by one robust parameter,
 *          because the MAD of eight values is off by a third; last week's median ratio as trend
 * Seasons  local time of the series' zone, so that nine o'clock is nine o'clock before and after clocks change
 * Silence  a source is silent when the silence weighs more than 14 and more than twice the second longest that was
 *          normal before (one outage in eight weeks does not count as normal)
 * Cost     about a millisecond for eight weeks
 */
export function fitBaseline(whole: HourSeries): VolumeBaseline | null {
  const cut = Math.max(0, whole.counts.length - HISTORY_HOURS);
  const zone = whole.zone ?? 'UTC';
  const counts = whole.counts.slice(cut);
  const series = { startMs: whole.startMs + cut * HOUR_MS, counts, slotOf: weekSlots(zone) };
  const events = series.counts.reduce((sum, count) => sum + count, 0);
  if (series.counts.length < LEAST_HOURS || events < LEAST_EVENTS) return null;
  const { basis, groups } = chooseBasis(series);
  const levelOf = new Map([...groups].map(([group, counts]) => [group, counted(median(counts.map(stabilise)))]));
  const slots = Array.from({ length: WEEK_HOURS }, (_, slot) => groupOf(slot, basis));
  const levels = slots.map((group) => levelOf.get(group) ?? 0);
  const seen = slots.map((group) => groups.get(group)?.length ?? 0);
  const dispersion = dispersionOf(series, levels);
  const rates = ratesOf(series, levels, seen);
  const weights = rates.map((rate) => emptyHourWeight(rate, dispersion));
  const [, second = 0] = silences(series, weights);
  return {
    zone,
    basis,
    levels,
    rates,
    seen,
    dispersion,
    trend: trendOf(series, levels),
    silence: Math.max(LEAST_SILENCE, 2 * second),
    hours: series.counts.length,
    events,
  };
}
