import { judgeHour, type HourJudgement } from './judge-volume';
import { HOUR_MS } from './season';
import type { VolumeBaseline } from './volume-baseline';

export type VolumeAlertKind = 'drop' | 'spike';

/** What an hour means for the alert of one kind. */
export interface HourStep {
  readonly kind: VolumeAlertKind;
  /** `raise`: out of band, an alert begins; `calm`: back well within; `hold`: what stands goes on. */
  readonly step: 'raise' | 'calm' | 'hold';
  readonly judgement: HourJudgement;
}

/** One hour this far out is enough; or two in a row this far; what is nearer than the last is calm again. */
export const ALERT_AT = 5;
export const ALERT_TWICE_AT = 3.5;
const CALM_UNDER = 2.5;
/** So many calm hours end an alert. */
export const CALM_HOURS = 2;

/**
 * Judges a whole hour with the one before it, for drops and for spikes. `counts`: of the hour before (null: not known) and
 * of this one.
 */
export function stepHour(
  baseline: VolumeBaseline,
  startMs: number,
  counts: readonly [before: number | null, now: number],
): readonly HourStep[] {
  const judgement = judgeHour(baseline, { startMs, count: counts[1] });
  const before = counts[0] === null ? null : judgeHour(baseline, { startMs: startMs - HOUR_MS, count: counts[0] });
  return (['drop', 'spike'] as const).map((kind) => {
    const sign = kind === 'drop' ? -1 : 1;
    const [last, now] = [(before?.score ?? 0) * sign, judgement.score * sign];
    const isOut = now >= ALERT_AT || (now >= ALERT_TWICE_AT && last >= ALERT_TWICE_AT);
    return { kind, judgement, step: isOut ? 'raise' : now < CALM_UNDER ? 'calm' : 'hold' };
  });
}

/** True when an hour without any event would be an alert by itself: an event of which one can tell that it is missing. */
export function isMissed(baseline: VolumeBaseline, startMs: number): boolean {
  return judgeHour(baseline, { startMs, count: 0 }).score <= -ALERT_AT;
}
