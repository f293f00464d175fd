import type { Clock } from '@kohort/kernel-clock-random';
import type { ChangeFilter, ChangeLogPort, WorkspaceId } from '@kohort/kernel-contracts';
import { isAppError } from '@kohort/kernel-errors';
import type { Logger } from '@kohort/kernel-telemetry';
import { Audience } from './audience';
import { ChangeStream, type SharedTail } from './change-stream';
import type { HorizonPulse } from './horizon-pulse';
import { LogPages } from './log-pages';
import { withSnapshotToken } from './snapshot-token';
import { WorkspaceTail } from './workspace-tail';

/** What a feed stands on. */
export interface FeedParts {
  readonly log: ChangeLogPort;
  readonly pulse: HorizonPulse;
  readonly clock: Clock;
  readonly logger: Logger;
}

interface Group extends SharedTail {
  readonly streams: Set<ChangeStream>;
  readonly unlisten: () => void;
  /** Streams, and openings under way: the tail is let go when there are none. */
  users: number;
}

/**
 * The live end of the membership change log for all clients of a process: one reader a workspace, however many streams;
 * a change costs those who want it. Streams resume from any cursor without a gap.
 */
export class ChangeFeed {
  private readonly groups = new Map<WorkspaceId, Group>();
  private readonly pages: LogPages;

  constructor(private readonly parts: FeedParts) {
    this.pages = new LogPages(parts.log);
  }

  /**
   * Opens a stream behind `after`; from the present end when that is null. The cursor is tried before the stream is
   * handed out, so that a bad one is refused at once.
   *
   * Throws  what the log throws for a cursor that is not its own or has expired, then with a `snapshotToken`
   */
  async open(workspaceId: WorkspaceId, after: string | null, filter: ChangeFilter): Promise<ChangeStream> {
    const group = this.acquire(workspaceId);
    const { log } = this.parts;
    try {
      if (after === null) await group.tail.refresh();
      else await this.check(group, { workspaceId, cursor: after });
      const onEnd = (ended: ChangeStream): void => {
        group.streams.delete(ended);
        this.release(workspaceId, group);
      };
      const cursor = after ?? group.tail.cursor ?? (await log.head(workspaceId));
      const { pages } = this;
      const stream = new ChangeStream({ log, pages, workspaceId, shared: group, filter, onEnd }, cursor);
      stream.join();
      group.streams.add(stream);
      return stream;
    } catch (thrown) {
      this.release(workspaceId, group);
      throw isAppError(thrown) ? await withSnapshotToken({ log, workspaceId }, thrown) : thrown;
    }
  }

  /** Streams that are open now. */
  get openStreams(): number {
    return [...this.groups.values()].reduce((sum, group) => sum + group.streams.size, 0);
  }

  /** Ends all streams; their clients resume elsewhere. */
  async stop(): Promise<void> {
    const streams = [...this.groups.values()].flatMap((group) => [...group.streams]);
    await Promise.all(streams.map((stream) => stream.return()));
  }

  /** A cursor that stands in the tail needs no look at the log, unless what follows it is older than what is kept. */
  private async check(group: Group, of: { readonly workspaceId: WorkspaceId; readonly cursor: string }): Promise<void> {
    const { log, clock } = this.parts;
    const place = log.placeOf(of.workspaceId, of.cursor);
    if (group.tail.cursor === null) await group.tail.refresh();
    const index = group.tail.isBeyond(place) ? null : group.tail.indexAfter(place);
    const next = index === null ? undefined : group.tail.at(index);
    const isFresh = next !== undefined && next.recordedAt > clock.now() - log.retentionMs;
    if (index === null || !(isFresh || index === group.tail.end)) await log.check(of.workspaceId, of.cursor);
  }

  private acquire(workspaceId: WorkspaceId): Group {
    const known = this.groups.get(workspaceId);
    if (known) {
      known.users += 1;
      return known;
    }
    const audience = new Audience<ChangeStream>();
    const group: Group = {
      tail: new WorkspaceTail(this.parts.log, workspaceId, {
        grown: () => dispatch(group),
        restarted: () => {
          this.pages.clear();
          leaveAll(group);
        },
      }),
      ...{ audience, dispatched: 0, retrying: new Set(), streams: new Set(), users: 1 },
      unlisten: this.parts.pulse.listen(() => void this.beat(workspaceId, group)),
    };
    this.groups.set(workspaceId, group);
    return group;
  }

  private async beat(workspaceId: WorkspaceId, group: Group): Promise<void> {
    for (const stream of [...group.retrying]) {
      group.retrying.delete(stream);
      stream.onReady();
    }
    try {
      await group.tail.refresh();
    } catch (thrown) {
      // The next beat reads again; nothing is skipped, for the tail's place has not moved.
      const reason = thrown instanceof Error ? thrown.name : 'unknown';
      this.parts.logger.warn('change log not read', { workspaceId, reason });
    }
  }

  private release(workspaceId: WorkspaceId, group: Group): void {
    group.users -= 1;
    if (group.users > 0) return;
    group.unlisten();
    this.groups.delete(workspaceId);
    if (this.groups.size === 0) this.pages.clear();
  }
}

/** Tells those who want them of the entries that have come. */
function dispatch(group: Group): void {
  const { tail, audience } = group;
  const told = new Set<ChangeStream>();
  for (; group.dispatched < tail.end; group.dispatched += 1) {
    const index = group.dispatched;
    const change = tail.at(index);
    if (!change) continue;
    audience.each(change, (stream) => {
      stream.push(index);
      told.add(stream);
    });
  }
  for (const stream of told) stream.onReady();
}

/** Whoever stood in the old timeline is sent to the log, which tells them so; newcomers begin at the new end. */
function leaveAll(group: Group): void {
  for (const stream of group.streams) {
    stream.fallBehind();
    stream.onReady();
  }
}
