import type { EventOfSource, EventVolume, VolumeFinding, WatchStore, WorkspaceId } from '@kohort/kernel-contracts';
import {
  CALM_HOURS,
  HISTORY_HOURS,
  fitBaseline,
  parseBaseline,
  quietMs,
  silenceOf,
  stepHour,
  type VolumeBaseline,
} from '@kohort/quality-domain';

/** What a look at a workspace did. */
export interface WatchOutcome {
  /** Events whose last whole hour was judged. */
  readonly judged: number;
  readonly opened: number;
  readonly resolved: number;
}

const HOUR_MS = 3_600_000;
const PAGE = 50;
/** A silence that weighs less than half of what is normal is over. */
const CALM_SILENCE = 0.5;

interface Judged {
  readonly of: EventOfSource;
  readonly baseline: VolumeBaseline;
  readonly findings: readonly VolumeFinding[];
}

/** The hour against the weeks before it; null while there is too little to say what is normal. */
function judge(volume: EventVolume, hourMs: number): Judged | null {
  const { sourceId, event, startMs, counts } = volume;
  const at = Math.round((hourMs - startMs) / HOUR_MS);
  const baseline = fitBaseline({ startMs, counts: counts.slice(0, at) });
  if (!baseline) return null;
  const observed = counts[at] ?? 0;
  const steps = stepHour(baseline, hourMs, [counts[at - 1] ?? 0, observed]);
  const findings = steps.map(({ kind, step, judgement }): VolumeFinding => {
    const { expected, score } = judgement;
    return { sourceId, event, kind, step, hourMs, observed, expected, score };
  });
  return { of: { sourceId, event }, baseline, findings };
}

/** Four digits are enough for a kept baseline, and a third of the room. */
const short = (values: readonly number[]): readonly number[] => values.map((value) => Number(value.toFixed(4)));

function keptForm(baseline: VolumeBaseline) {
  const { levels, rates, seen, ...rest } = baseline;
  return { ...rest, levels: short(levels), rates: short(rates), seen: [...seen] };
}

/** Judges the last whole hour of every event, page by page, and keeps the baselines. */
async function judgeHours(
  store: WatchStore,
  workspaceId: WorkspaceId,
  turn: { readonly nowMs: number; readonly hourMs: number },
): Promise<WatchOutcome> {
  const { nowMs, hourMs } = turn;
  let [judged, opened, resolved] = [0, 0, 0];
  let after: EventOfSource | null = null;
  for (;;) {
    const page: readonly EventVolume[] = await store.volumes(workspaceId, {
      untilMs: hourMs + HOUR_MS,
      hours: HISTORY_HOURS + 1,
      after,
      limit: PAGE,
    });
    const known = page.flatMap((volume) => judge(volume, hourMs) ?? []);
    await store.keepBaselines(
      workspaceId,
      hourMs,
      known.map(({ of, baseline }) => ({ ...of, baseline: keptForm(baseline), quietMs: quietMs(baseline) })),
    );
    const findings = known.flatMap((one) => one.findings);
    const done = await store.record(workspaceId, nowMs, findings, CALM_HOURS);
    judged += known.length;
    opened += done.opened;
    resolved += done.resolved;
    const last = page.at(-1);
    if (!last || page.length < PAGE) break;
    after = { sourceId: last.sourceId, event: last.event };
  }
  await store.endHour(workspaceId, hourMs);
  return { judged, opened, resolved };
}

/** Looks at the events that have been away for long. */
async function judgeSilences(store: WatchStore, workspaceId: WorkspaceId, nowMs: number): Promise<WatchOutcome> {
  const quiet = await store.quiet(workspaceId);
  const findings = quiet.flatMap(({ sourceId, event, baseline, lastAtMs }): VolumeFinding[] => {
    const known = parseBaseline(baseline);
    if (!known) return [];
    const { expected, score } = silenceOf(known, { lastAtMs, nowMs });
    const step = score > 1 ? 'raise' : score < CALM_SILENCE ? 'calm' : 'hold';
    return [{ sourceId, event, kind: 'silence', step, hourMs: null, observed: 0, expected, score }];
  });
  const done = await store.record(workspaceId, nowMs, findings, 1);
  return { judged: 0, ...done };
}

/**
 * Looks at the volumes of a workspace when its turn has come: once an hour the last whole hour of every event is held
 * against its own weeks before, and at each look what has been away for too long is found.
 *
 * Promise   at least once an hour by the database's clock; the same hour twice changes nothing
 * Key       source + event + kind: one alert stands at a time
 * Resume    hours that nobody looked at (the worker was away) are not judged; they count as history
 */
export async function watchVolumes(
  store: WatchStore,
  workspaceId: WorkspaceId,
  everyMs: number,
): Promise<WatchOutcome | null> {
  const turn = await store.takeTurn(workspaceId, everyMs);
  if (!turn) return null;
  const { nowMs, hourMs } = turn;
  const hours = hourMs === null ? null : await judgeHours(store, workspaceId, { nowMs, hourMs });
  if (hours) await store.tidy(workspaceId);
  const silences = await judgeSilences(store, workspaceId, nowMs);
  return {
    judged: hours?.judged ?? 0,
    opened: (hours?.opened ?? 0) + silences.opened,
    resolved: (hours?.resolved ?? 0) + silences.resolved,
  };
}
