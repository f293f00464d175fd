import type { ChangeLogPort, MembershipChange, WorkspaceId } from '@kohort/kernel-contracts';
import { isAppError } from '@kohort/kernel-errors';
import type { Logger } from '@kohort/kernel-telemetry';
import { gatewayErrors } from '../errors/gateway.errors';
import type { HorizonPulse } from './horizon-pulse';
import type { ForeseeingStream } from './read-ahead';
import { WorkspaceTail } from './workspace-tail';

/** Which changes a stream wants; what is absent does not narrow. */
export interface ChangeFilter {
  readonly segmentId?: string;
  readonly profileId?: string;
  readonly kinds?: readonly string[];
}

/** What a feed stands on. */
export interface FeedParts {
  readonly log: ChangeLogPort;
  readonly pulse: HorizonPulse;
  readonly logger: Logger;
}

interface SharedTail {
  readonly tail: WorkspaceTail;
  /** Streams that wait for the tail to grow. */
  readonly waiting: Set<() => void>;
  /** Streams that could not read the log and try again at the next beat. */
  readonly retrying: Set<() => void>;
  readonly streams: Set<ChangeStream>;
  readonly unlisten: () => void;
  /** Streams, and openings under way: the tail is let go when there are none. */
  users: number;
}

function wakeAll(waiters: Set<() => void>): void {
  for (const wake of [...waiters]) wake();
}

const CATCH_UP_SIZE = 500;
/** Entries of the tail that are looked through for what a stream will want. */
const LOOK_AHEAD = 500;
/** Beats that a stream waits through while the log cannot be read, before it gives up and lets its client resume. */
const PATIENCE_BEATS = 30;

function wants(filter: ChangeFilter, change: MembershipChange): boolean {
  return (
    (filter.segmentId === undefined || filter.segmentId === change.segmentId) &&
    (filter.profileId === undefined || filter.profileId === change.profileId) &&
    (filter.kinds === undefined || filter.kinds.includes(change.kind))
  );
}

/**
 * One client's reading of the log. It pulls: while the client is slow nothing piles up here, and when it has fallen
 * behind what the workspace keeps in memory it reads the log from its own cursor until it has caught up.
 */
export class ChangeStream implements ForeseeingStream {
  /** Index into the tail while live; null while catching up from the log. */
  private live: number | null = null;
  private pending: MembershipChange[] = [];
  private ended = false;
  private failure: Error | null = null;
  private wakeUp: (() => void) | null = null;
  private misses = 0;

  constructor(
    private readonly feed: { readonly log: ChangeLogPort; readonly workspaceId: WorkspaceId },
    private readonly shared: SharedTail,
    private readonly options: { readonly filter: ChangeFilter; readonly onEnd: (stream: ChangeStream) => void },
    private cursor: string,
  ) {}

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<MembershipChange>> {
    for (;;) {
      if (this.failure) {
        const failure = this.failure;
        await this.return();
        throw failure;
      }
      if (this.ended) return { done: true, value: undefined };
      const change = await (this.live === null ? this.fromLog() : this.fromMemory());
      if (change && wants(this.options.filter, change)) return { done: false, value: change };
    }
  }

  ahead(limit: number): readonly MembershipChange[] {
    const { filter } = this.options;
    if (this.live === null) return this.pending.filter((change) => wants(filter, change)).slice(0, limit);
    const found: MembershipChange[] = [];
    for (let index = this.live; found.length < limit && index < this.live + LOOK_AHEAD; index += 1) {
      const change = this.shared.tail.at(index);
      if (!change) break;
      if (wants(filter, change)) found.push(change);
    }
    return found;
  }

  /** Ends the stream; a `next` that waits answers that it is over. */
  return(): Promise<IteratorResult<MembershipChange>> {
    if (!this.ended) {
      this.ended = true;
      this.wakeUp?.();
      this.options.onEnd(this);
    }
    return Promise.resolve({ done: true, value: undefined });
  }

  /** Ends the stream with an error: the client's next look sees it. */
  fail(failure: Error): void {
    this.failure ??= failure;
    this.wakeUp?.();
  }

  private fromMemory(): MembershipChange | null | Promise<null> {
    const { tail } = this.shared;
    const index = this.live ?? 0;
    if (tail.isLost(index)) {
      this.live = null;
      return null;
    }
    const change = tail.at(index);
    if (!change) return this.wait(this.shared.waiting);
    this.live = index + 1;
    this.cursor = change.cursor;
    return change;
  }

  private async fromLog(): Promise<MembershipChange | null> {
    const next = this.pending.shift();
    if (next) {
      this.cursor = next.cursor;
      return next;
    }
    try {
      await this.readOn();
      this.misses = 0;
    } catch (thrown) {
      // What is wrong with the cursor stays wrong; a database that is away comes back.
      if (isAppError(thrown) && thrown.kind !== 'transient') throw thrown;
      this.misses += 1;
      if (this.misses > PATIENCE_BEATS) throw gatewayErrors.GATEWAY_STREAM_BROKEN({}, { cause: thrown });
      await this.wait(this.shared.retrying);
    }
    return null;
  }

  /**
   * Reads the log behind our cursor, or joins the tail. Joining is safe when, after the tail was brought up to date, a
   * reading behind our cursor finds nothing: all that the tail had by then is at or before our cursor, and what it gets
   * later is behind it.
   */
  private async readOn(): Promise<void> {
    const { tail } = this.shared;
    const known = tail.after(this.cursor);
    if (known !== null) {
      this.live = known;
      return;
    }
    await tail.refresh();
    const end = tail.end;
    if (tail.cursor === this.cursor) {
      this.live = end;
      return;
    }
    const page = await this.feed.log.readAfter(this.feed.workspaceId, this.cursor, CATCH_UP_SIZE);
    if (page.changes.length === 0) this.live = end;
    else this.pending = [...page.changes];
  }

  private wait(among: Set<() => void>): Promise<null> {
    return new Promise((resolve) => {
      const done = (): void => {
        among.delete(done);
        this.wakeUp = null;
        resolve(null);
      };
      this.wakeUp = done;
      among.add(done);
      if (this.ended || this.failure) done();
    });
  }
}

/**
 * The live end of the membership change log for all clients of a process: one reader a workspace, however many streams.
 * Streams resume from any cursor without a gap.
 */
export class ChangeFeed {
  private readonly tails = new Map<WorkspaceId, SharedTail>();

  constructor(private readonly parts: FeedParts) {}

  /**
   * Opens a stream behind `after`; from the present end when that is null. The cursor is tried before the stream is
   * handed out, so that a bad one is refused at once.
   *
   * Throws  what the log throws for a cursor that is not its own or has expired
   */
  async open(workspaceId: WorkspaceId, after: string | null, filter: ChangeFilter): Promise<ChangeStream> {
    const shared = this.acquire(workspaceId);
    try {
      if (after === null) await shared.tail.refresh();
      else await this.parts.log.readAfter(workspaceId, after, 1);
      const cursor = after ?? shared.tail.cursor ?? (await this.parts.log.head(workspaceId));
      const onEnd = (ended: ChangeStream): void => {
        shared.streams.delete(ended);
        this.release(workspaceId, shared);
      };
      const stream = new ChangeStream({ log: this.parts.log, workspaceId }, shared, { filter, onEnd }, cursor);
      shared.streams.add(stream);
      return stream;
    } catch (thrown) {
      this.release(workspaceId, shared);
      throw thrown;
    }
  }

  /** Streams that are open now. */
  get openStreams(): number {
    return [...this.tails.values()].reduce((sum, shared) => sum + shared.streams.size, 0);
  }

  /** Ends all streams; their clients resume elsewhere. */
  async stop(): Promise<void> {
    const streams = [...this.tails.values()].flatMap((shared) => [...shared.streams]);
    await Promise.all(streams.map((stream) => stream.return()));
  }

  private acquire(workspaceId: WorkspaceId): SharedTail {
    const known = this.tails.get(workspaceId);
    if (known) {
      known.users += 1;
      return known;
    }
    const tail = new WorkspaceTail(this.parts.log, workspaceId);
    const waiting = new Set<() => void>();
    const retrying = new Set<() => void>();
    const unlisten = this.parts.pulse.listen(() => {
      wakeAll(retrying);
      void this.grow(workspaceId, tail, waiting);
    });
    const shared: SharedTail = { tail, waiting, retrying, streams: new Set(), unlisten, users: 1 };
    this.tails.set(workspaceId, shared);
    return shared;
  }

  private async grow(workspaceId: WorkspaceId, tail: WorkspaceTail, waiting: Set<() => void>): Promise<void> {
    try {
      await tail.refresh();
    } catch (thrown) {
      // The next beat reads again; nothing is skipped, for the tail's place has not moved.
      const reason = thrown instanceof Error ? thrown.name : 'unknown';
      this.parts.logger.warn('change log not read', { workspaceId, reason });
    }
    wakeAll(waiting);
  }

  private release(workspaceId: WorkspaceId, shared: SharedTail): void {
    shared.users -= 1;
    if (shared.users > 0) return;
    shared.unlisten();
    this.tails.delete(workspaceId);
  }
}
