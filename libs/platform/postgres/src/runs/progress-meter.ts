import type { Clock } from '@kohort/kernel-clock-random';
import type { Progress } from '@kohort/kernel-contracts';

/** A rate from less than this is noise. */
const SETTLED_MS = 1_000;

/**
 * Adds to each report how fast its phase goes and how long it will take at that rate.
 *
 * Units   perSecond: units of `done` a second since the phase began; etaMs: milliseconds
 * Shape   both null in the phase's first second, and etaMs also where the total is unknown
 */
export function progressMeter(clock: Clock): (progress: Progress) => Progress {
  let phase = '';
  let startedAt = 0;
  let doneAtStart = 0;
  return (progress) => {
    if (progress.phase !== phase || progress.done < doneAtStart) {
      phase = progress.phase;
      startedAt = clock.now();
      doneAtStart = progress.done;
    }
    const elapsedMs = clock.now() - startedAt;
    const gained = progress.done - doneAtStart;
    if (elapsedMs < SETTLED_MS || gained <= 0) return { ...progress, perSecond: null, etaMs: null };
    const perMs = gained / elapsedMs;
    const etaMs = progress.total === null ? null : Math.max(0, Math.round((progress.total - progress.done) / perMs));
    return { ...progress, perSecond: Math.round(perMs * 1e5) / 100, etaMs };
  };
}
