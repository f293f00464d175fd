import type { JsonObject } from '../json';
import type { SourceId, WorkspaceId } from '../ids';

export const ALERT_KINDS = ['drop', 'spike', 'silence', 'drift', 'damage'] as const;
export type AlertKind = (typeof ALERT_KINDS)[number];

/** Which event of which source. */
export interface EventOfSource {
  readonly sourceId: SourceId;
  readonly event: string;
}

/** Hourly counts of an event without a gap: `counts[i]` is of the hour that begins at `startMs` + i hours. */
export interface EventVolume extends EventOfSource {
  readonly startMs: number;
  readonly counts: readonly number[];
}

/** What a look found of one event. `raise`: out of band; `calm`: back well within; `hold`: in between. */
export interface VolumeFinding extends EventOfSource {
  readonly kind: AlertKind;
  readonly step: 'raise' | 'calm' | 'hold';
  /** The whole hour that was judged; null: the time until now (silence). Epoch milliseconds. */
  readonly hourMs: number | null;
  readonly observed: number;
  readonly expected: number;
  readonly score: number;
}

/** When nobody looked for long. `heard`: something was received all the same, so that the door was open. */
export interface WatchGap {
  readonly fromMs: number;
  readonly toMs: number;
  readonly heard: boolean;
}

/** A turn to look at a workspace, by the database's clock. */
export interface WatchTurn {
  readonly nowMs: number;
  /** The last whole hour when nobody has judged it yet. */
  readonly hourMs: number | null;
  /** The first of the hours before it that were due while nobody looked, of the last 48; null: there are none. */
  readonly missedFromMs: number | null;
  /** The latest time that nobody looked for long. */
  readonly away: WatchGap | null;
  readonly timeZone: string;
}

/** Volumes, baselines and alerts. */
export interface WatchStore {
  /** All workspaces of the installation. */
  workspaces(): Promise<readonly WorkspaceId[]>;
  /**
   * Those that want a look: something came in since the last one, their time has come, or nobody has looked for long.
   * The looks at all others are booked as done.
   */
  due(everyMs: number): Promise<readonly WorkspaceId[]>;
  /** After a look: works out when the next is wanted if nothing comes in. */
  rest(workspaceId: WorkspaceId): Promise<void>;
  /** Null when another look was less than so long ago: of two processes one looks. */
  takeTurn(workspaceId: WorkspaceId, everyMs: number): Promise<WatchTurn | null>;
  /** Events by source and name, behind `after`: their last `hours` hours before `untilMs`. */
  volumes(
    workspaceId: WorkspaceId,
    page: {
      readonly untilMs: number;
      readonly hours: number;
      readonly after: EventOfSource | null;
      readonly limit: number;
    },
  ): Promise<readonly EventVolume[]>;
  /** The hours between two instants in which anything was received. */
  hoursHeard(
    workspaceId: WorkspaceId,
    between: { readonly fromMs: number; readonly untilMs: number },
  ): Promise<readonly number[]>;
  keepBaselines(
    workspaceId: WorkspaceId,
    hourMs: number,
    baselines: readonly (EventOfSource & { readonly baseline: JsonObject; readonly quietMs: number | null })[],
  ): Promise<void>;
  /** Events that have been away for longer than their shortest silence, or whose silence is already an alert. */
  quiet(
    workspaceId: WorkspaceId,
  ): Promise<readonly (EventOfSource & { readonly baseline: JsonObject; readonly lastAtMs: number })[]>;
  /** Opens, goes on with and resolves alerts; the same finding again changes nothing. */
  record(
    workspaceId: WorkspaceId,
    nowMs: number,
    findings: readonly VolumeFinding[],
    calmHours: number,
  ): Promise<{ readonly opened: number; readonly resolved: number }>;
  /** The hour is judged; baselines that it did not renew go, and with them their alerts. */
  endHour(workspaceId: WorkspaceId, hourMs: number): Promise<void>;
  /** Forgets what is older than its days, some thousand rows at most; answers how many. */
  tidy(workspaceId: WorkspaceId): Promise<number>;
}
