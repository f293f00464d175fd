import { HOUR_MS, weekSlots } from './season';
import { emptyHourWeight, stabilise, type VolumeBaseline } from './volume-baseline';

/** An hour held against the baseline. `score` in standard deviations: below 0 too few, above too many. */
export interface HourJudgement {
  readonly expected: number;
  readonly score: number;
  /** Counts from `low` to `high` are within four deviations. */
  readonly low: number;
  readonly high: number;
}

const BAND = 4;
/** Variance of a median of n values against that of their mean: π/2 for a normal. */
const MEDIAN_COST = Math.PI / 2;

function deviationOf(baseline: VolumeBaseline, slot: number, mean: number): number {
  const seen = baseline.seen[slot] ?? 0;
  const ofLevel = seen > 0 ? MEDIAN_COST / seen : 1;
  return Math.sqrt((1 + baseline.dispersion * mean) * (1 + ofLevel));
}

/** Holds the count of a whole hour against the baseline. */
export function judgeHour(
  baseline: VolumeBaseline,
  hour: { readonly startMs: number; readonly count: number },
): HourJudgement {
  const slot = weekSlots(baseline.zone)(hour.startMs);
  const expected = (baseline.levels[slot] ?? 0) * baseline.trend;
  const deviation = deviationOf(baseline, slot, expected);
  const middle = stabilise(expected);
  const back = (stable: number): number => (stable <= 0 ? 0 : Math.max(0, (stable / 2) ** 2 - 0.375));
  return {
    expected,
    score: (stabilise(hour.count) - middle) / deviation,
    low: Math.ceil(back(middle - BAND * deviation)),
    high: Math.floor(back(middle + BAND * deviation)),
  };
}

/** A silence held against the baseline. `score` above 1: longer than what is normal. */
export interface SilenceJudgement {
  /** Events that would have come meanwhile. */
  readonly expected: number;
  readonly score: number;
}

/** Hours of a silence that are looked at; a longer one is one in any case. */
const LONGEST_HOURS = 24 * 60;

/** From when to when nobody listened. */
export interface DeafSpan {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Holds the time since the last event against the baseline. Parts of hours count in proportion, `deaf` ones not at all. */
export function silenceOf(
  baseline: VolumeBaseline,
  at: { readonly lastAtMs: number; readonly nowMs: number; readonly deaf?: DeafSpan | null },
): SilenceJudgement {
  let [expected, weight] = [0, 0];
  const slotOf = weekSlots(baseline.zone);
  const deafMs = (begin: number, end: number): number =>
    at.deaf ? Math.max(0, Math.min(end, at.deaf.toMs) - Math.max(begin, at.deaf.fromMs)) : 0;
  const from = Math.max(at.lastAtMs, at.nowMs - LONGEST_HOURS * HOUR_MS);
  for (let start = Math.floor(from / HOUR_MS) * HOUR_MS; start < at.nowMs; start += HOUR_MS) {
    const [begin, end] = [Math.max(from, start), Math.min(at.nowMs, start + HOUR_MS)];
    const part = (end - begin - deafMs(begin, end)) / HOUR_MS;
    const mean = (baseline.rates[slotOf(start)] ?? 0) * Math.min(1, baseline.trend);
    expected += part * mean;
    weight += part * emptyHourWeight(mean, baseline.dispersion);
  }
  return { expected, score: weight / baseline.silence };
}

/** No silence shorter than this can be one, at whatever hour: what need not be looked at. Null: none ever can. */
export function quietMs(baseline: VolumeBaseline): number | null {
  const most = Math.max(...baseline.rates.map((rate) => emptyHourWeight(rate, baseline.dispersion)));
  return most > 0 ? (baseline.silence / most) * HOUR_MS : null;
}
