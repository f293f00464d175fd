import type {
  EventOfSource,
  EventVolume,
  VolumeFinding,
  WatchStore,
  WatchTurn,
  WorkspaceId,
} from '@kohort/kernel-contracts';
import {
  CALM_HOURS,
  HISTORY_HOURS,
  parseBaseline,
  quietMs,
  silenceOf,
  type VolumeBaseline,
} from '@kohort/quality-domain';
import { CommonCause, dueHours, judgeEvent, type DueHours, type JudgedEvent } from './judge-hours';

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

/** Four digits are enough for a kept baseline, and a third of the room. */
const short = (values: readonly number[]): readonly number[] => values.map((value) => Number(value.toFixed(4)));

function keptForm(baseline: VolumeBaseline) {
  const { levels, rates, seen, ...rest } = baseline;
  return { ...rest, levels: short(levels), rates: short(rates), seen: [...seen] };
}

/** All events of the workspace with what their due hours were, page by page. */
async function* judgedPages(
  store: WatchStore,
  workspaceId: WorkspaceId,
  due: DueHours & { readonly timeZone: string },
): AsyncGenerator<readonly JudgedEvent[]> {
  const last = due.hours.at(-1) ?? 0;
  let after: EventOfSource | null = null;
  for (;;) {
    const page: readonly EventVolume[] = await store.volumes(workspaceId, {
      untilMs: last + HOUR_MS,
      hours: HISTORY_HOURS + due.hours.length,
      after,
      limit: PAGE,
    });
    yield page.flatMap((volume) => judgeEvent(volume, due, due.timeZone) ?? []);
    const end = page.at(-1);
    if (!end || page.length < PAGE) return;
    after = { sourceId: end.sourceId, event: end.event };
  }
}

async function withDeaf(store: WatchStore, workspaceId: WorkspaceId, turn: WatchTurn): Promise<DueHours> {
  const due = dueHours(turn);
  if (due.doubtful.size === 0) return { ...due, deaf: new Set() };
  const fromMs = (due.hours[0] ?? 0) - HOUR_MS;
  const untilMs = (due.hours.at(-1) ?? 0) + HOUR_MS;
  const heard = new Set(await store.hoursHeard(workspaceId, { fromMs, untilMs }));
  return { ...due, deaf: new Set([...due.doubtful].filter((at) => !heard.has(at))) };
}

/** Judges the due hours of every event, oldest first, and keeps the baselines. */
async function judgeHours(store: WatchStore, workspaceId: WorkspaceId, turn: WatchTurn): Promise<WatchOutcome> {
  const { nowMs, timeZone } = turn;
  const due = { ...(await withDeaf(store, workspaceId, turn)), timeZone };
  const last = due.hours.at(-1) ?? 0;
  const cause = new CommonCause();
  if (due.doubtful.size > 0) {
    for await (const page of judgedPages(store, workspaceId, due)) for (const one of page) cause.note(one, due);
  }
  let [judged, opened, resolved] = [0, 0, 0];
  for await (const page of judgedPages(store, workspaceId, due)) {
    await store.keepBaselines(
      workspaceId,
      last,
      page.map(({ of, baseline }) => ({ ...of, baseline: keptForm(baseline), quietMs: quietMs(baseline) })),
    );
    for (const at of due.hours.keys()) {
      const findings = page.flatMap(({ hours }) => hours[at]?.findings ?? []).map((one) => cause.temper(one));
      const done = await store.record(workspaceId, nowMs, findings, CALM_HOURS);
      opened += done.opened;
      resolved += done.resolved;
    }
    judged += page.length;
  }
  await store.endHour(workspaceId, last);
  return { judged, opened, resolved };
}

/** Looks at the events that have been away for long. */
async function judgeSilences(store: WatchStore, workspaceId: WorkspaceId, turn: WatchTurn): Promise<WatchOutcome> {
  const { nowMs, away } = turn;
  // With the door shut too, nobody can be told to have been silent.
  const deaf = away === null || away.heard ? null : away;
  const quiet = await store.quiet(workspaceId);
  const findings = quiet.flatMap(({ sourceId, event, baseline, lastAtMs }): VolumeFinding[] => {
    const known = parseBaseline(baseline);
    if (!known) return [];
    const { expected, score } = silenceOf(known, { lastAtMs, nowMs, deaf });
    const step = score > 1 ? 'raise' : score < CALM_SILENCE ? 'calm' : 'hold';
    return [{ sourceId, event, kind: 'silence', step, hourMs: null, observed: 0, expected, score }];
  });
  const done = await store.record(workspaceId, nowMs, findings, 1);
  return { judged: 0, ...done };
}

/**
 * Looks at the volumes of a workspace when its turn has come: once an hour the last whole hour of every event is held
 * against its own weeks before, by the workspace's own clock, and at each look what has been away for too long is found.
 *
 * Promise   at least once an hour by the database's clock; the same hour twice changes nothing
 * Key       source + event + kind: one alert stands at a time
 * Resume    hours that nobody looked at (the worker was away) are judged at the next look, the last 48, oldest first.
 *           Those in which nothing at all was received say nothing, and what strikes most events at once in such an hour
 *           is taken for our own absence: it opens no alert
 */
export async function watchVolumes(
  store: WatchStore,
  workspaceId: WorkspaceId,
  everyMs: number,
): Promise<WatchOutcome | null> {
  const turn = await store.takeTurn(workspaceId, everyMs);
  if (!turn) return null;
  const hours = turn.hourMs === null ? null : await judgeHours(store, workspaceId, turn);
  if (hours) await store.tidy(workspaceId);
  const silences = await judgeSilences(store, workspaceId, turn);
  return {
    judged: hours?.judged ?? 0,
    opened: (hours?.opened ?? 0) + silences.opened,
    resolved: (hours?.resolved ?? 0) + silences.resolved,
  };
}
