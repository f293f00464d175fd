import type { EventOfSource, EventVolume, VolumeFinding, WatchTurn } from '@kohort/kernel-contracts';
import { fitBaseline, isMissed, stepHour, type VolumeBaseline } from '@kohort/quality-domain';

const HOUR_MS = 3_600_000;
/** After a time away what was held back comes at once. */
const CATCH_UP_MS = HOUR_MS;
/** So many events at least, and more than half of those that can be missed: that is a cause of all of them. */
const COMMON_EVENTS = 3;

/** The hours that a turn judges, oldest first. */
export interface DueHours {
  readonly hours: readonly number[];
  /** Hours in or right after a time in which nobody looked: what strikes all events in one of them was ours. */
  readonly doubtful: ReadonlySet<number>;
  /** Doubtful hours in which nothing at all was received: they say nothing. */
  readonly deaf: ReadonlySet<number>;
}

/** What an hour was for one event. */
export interface JudgedHour {
  readonly findings: readonly VolumeFinding[];
  /** Whether one could tell that the event was missing. */
  readonly isMissed: boolean;
}

/** An event, its baseline for what comes, and what its due hours were, in the order of the hours; null: says nothing. */
export interface JudgedEvent {
  readonly of: EventOfSource;
  readonly baseline: VolumeBaseline;
  readonly hours: readonly (JudgedHour | null)[];
}

/** The hours that are due, from the first that was missed to the last whole one. Empty: none is. */
export function dueHours(turn: WatchTurn): Pick<DueHours, 'hours' | 'doubtful'> {
  const { hourMs, missedFromMs, away } = turn;
  if (hourMs === null) return { hours: [], doubtful: new Set() };
  const hours: number[] = [];
  for (let at = missedFromMs ?? hourMs; at <= hourMs; at += HOUR_MS) hours.push(at);
  const isAway = (at: number): boolean => away !== null && at + HOUR_MS > away.fromMs && at < away.toMs + CATCH_UP_MS;
  return { hours, doubtful: new Set(hours.filter((at) => at < hourMs || isAway(at))) };
}

/**
 * Holds the due hours of an event against its weeks before. Null while there is too little to say what is normal.
 *
 * Cost    a baseline, and a second one where hours were missed: those are held against the weeks before all of them
 */
export function judgeEvent(volume: EventVolume, due: DueHours, zone: string): JudgedEvent | null {
  const { sourceId, event, startMs, counts } = volume;
  const placeOf = (hourMs: number): number => Math.round((hourMs - startMs) / HOUR_MS);
  const before = (hourMs: number) =>
    fitBaseline({ startMs, counts: counts.slice(0, Math.max(0, placeOf(hourMs))), zone });
  const [first, last] = [due.hours[0] ?? startMs, due.hours.at(-1) ?? startMs];
  const baseline = before(last);
  if (!baseline) return null;
  const earlier = first < last ? before(first) : null;
  const hours = due.hours.map((hourMs): JudgedHour | null => {
    const known = hourMs === last ? baseline : earlier;
    if (!known || due.deaf.has(hourMs)) return null;
    const at = placeOf(hourMs);
    const observed = counts[at] ?? 0;
    const earlierCount = due.deaf.has(hourMs - HOUR_MS) ? null : (counts[at - 1] ?? 0);
    const findings = stepHour(known, hourMs, [earlierCount, observed]).map(
      ({ kind, step, judgement }): VolumeFinding => {
        const { expected, score } = judgement;
        return { sourceId, event, kind, step, hourMs, observed, expected, score };
      },
    );
    return { findings, isMissed: isMissed(known, hourMs) };
  });
  return { of: { sourceId, event }, baseline, hours };
}

/** How many events an hour struck, of those that can be missed. */
export class CommonCause {
  private readonly counts = new Map<string, number>();

  private add(key: string): void {
    this.counts.set(key, (this.counts.get(key) ?? 0) + 1);
  }

  /** Takes note of what the doubtful hours were for an event. */
  note(judged: JudgedEvent, due: DueHours): void {
    judged.hours.forEach((hour, i) => {
      const at = due.hours[i];
      if (at === undefined || !hour?.isMissed || !due.doubtful.has(at)) return;
      this.add(`${at}`);
      for (const { kind, step } of hour.findings) if (step === 'raise') this.add(`${at} ${kind}`);
    });
  }

  /** The finding, or, where most events were struck at once in a doubtful hour, one that raises nothing. */
  temper(finding: VolumeFinding): VolumeFinding {
    if (finding.step !== 'raise' || finding.hourMs === null) return finding;
    const all = this.counts.get(`${finding.hourMs}`) ?? 0;
    const struck = this.counts.get(`${finding.hourMs} ${finding.kind}`) ?? 0;
    return struck >= COMMON_EVENTS && struck > all / 2 ? { ...finding, step: 'hold' } : finding;
  }
}
