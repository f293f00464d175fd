import type { ChangeFilter, ChangeLogPort, MembershipChange, WorkspaceId } from '@kohort/kernel-contracts';
import { isAppError } from '@kohort/kernel-errors';
import { gatewayErrors } from '../errors/gateway.errors';
import { wants, type Audience } from './audience';
import { withSnapshotToken } from './snapshot-token';
import type { EndableStream } from './endable-stream';
import type { LogPages } from './log-pages';
import type { WorkspaceTail } from './workspace-tail';

/** What the streams of one workspace share. */
export interface SharedTail {
  readonly tail: WorkspaceTail;
  /** The streams that stand in the tail. */
  readonly audience: Audience<ChangeStream>;
  /** Up to here the audience has been told. */
  dispatched: number;
  /** Streams that could not read the log and try again at the next beat. */
  readonly retrying: Set<ChangeStream>;
}

/** What a stream stands on. */
export interface StreamParts {
  readonly log: ChangeLogPort;
  readonly pages: LogPages;
  readonly workspaceId: WorkspaceId;
  readonly shared: SharedTail;
  readonly filter: ChangeFilter;
  readonly onEnd: (stream: ChangeStream) => void;
}

/** Changes that may wait for one reader in memory, as numbers of entries that all share; then it reads the log. */
export const MAX_WAITING = 1_000;
/** Beats that a stream waits through while the log cannot be read, before it gives up and lets its client resume. */
const PATIENCE_BEATS = 30;

/** A stretch of the log, which others may share, and how far in it a stream has come. */
interface PageStand {
  readonly changes: readonly MembershipChange[];
  /** Behind the last of them. */
  readonly cursor: string;
  at: number;
}

/**
 * One client's reading of the log. It is pulled: for a client that does not take nothing piles up here but the numbers
 * of at most MAX_WAITING entries. One that has fallen behind reads the log from its own cursor until it has caught up, and
 * while it rests it holds no more than that cursor.
 */
export class ChangeStream implements EndableStream<MembershipChange> {
  /** Called when there may be something to take, or the stream is over. */
  onReady: () => void = () => undefined;

  /** Numbers of entries of the tail that wait; null while catching up from the log. */
  private waiting: number[] | null = null;
  private page: PageStand | null = null;
  /** The cursor that the page which it stands in was read behind; null between pages. */
  private pageStart: string | null = null;
  private isReading = false;
  private isEnded = false;
  private failure: Error | null = null;
  private misses = 0;

  constructor(
    private readonly parts: StreamParts,
    /** Behind everything that was handed out. */
    private place: string,
  ) {}

  get filter(): ChangeFilter {
    return this.parts.filter;
  }

  /** Where a client resumes that has everything which was handed out. */
  get cursor(): string {
    return this.place;
  }

  /** Why it is over; null when it is not, or was ended from outside. */
  get error(): Error | null {
    return this.failure;
  }

  get isOver(): boolean {
    return this.isEnded || this.failure !== null;
  }

  /**
   * What comes next, at most `most`; nothing when there is nothing now: then `onReady` is called once there may be.
   */
  take(most: number): readonly MembershipChange[] {
    if (this.isOver) return [];
    const taken = this.waiting === null ? this.takeFromPage(most) : this.takeFromTail(this.waiting, most);
    this.place = taken.at(-1)?.cursor ?? this.place;
    if (this.page !== null && this.page.at === this.page.changes.length) {
      this.place = this.page.cursor;
      this.page = null;
      this.pageStart = null;
    }
    if (taken.length === 0 && this.waiting === null && !this.isReading) {
      this.isReading = true;
      void this.parts.pages.inTurn(() => this.readOn());
    }
    return taken;
  }

  /** Its client takes nothing now: what it would be given next is looked up again when it is asked for. */
  rest(): void {
    this.page = null;
  }

  /** The tail has grown by an entry that this stream wants. */
  push(index: number): void {
    if (this.waiting === null) return;
    if (this.waiting.length < MAX_WAITING) this.waiting.push(index);
    else this.fallBehind();
  }

  /** Leaves the tail for the log. */
  fallBehind(): void {
    if (this.waiting === null) return;
    this.waiting = null;
    this.parts.shared.audience.remove(this);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<MembershipChange>> {
    for (;;) {
      if (this.failure) {
        const { failure } = this;
        await this.return();
        throw failure;
      }
      if (this.isEnded) return { done: true, value: undefined };
      const [change] = this.take(1);
      if (change) return { done: false, value: change };
      await new Promise<void>((resolve) => {
        this.onReady = resolve;
      });
    }
  }

  /** Ends the stream; a `next` that waits answers that it is over. */
  return(): Promise<IteratorResult<MembershipChange>> {
    if (!this.isEnded) {
      this.isEnded = true;
      this.fallBehind();
      this.parts.shared.retrying.delete(this);
      this.parts.onEnd(this);
      this.onReady();
    }
    return Promise.resolve({ done: true, value: undefined });
  }

  /** Ends the stream with an error: the client's next look sees it. */
  fail(failure: Error): void {
    this.failure ??= failure;
    this.onReady();
  }

  /**
   * Stands in the tail from here on, when all behind our cursor is there. Nothing can come between: what the audience
   * has been told of already is looked through now, and of what follows it tells us.
   */
  join(): boolean {
    const { shared, log, workspaceId } = this.parts;
    const from = shared.tail.indexAfter(log.placeOf(workspaceId, this.place));
    if (from === null) return false;
    this.pageStart = null;
    this.waiting = [];
    for (let index = from; index < shared.dispatched; index += 1) {
      const change = shared.tail.at(index);
      if (change && wants(this.filter, change)) this.waiting.push(index);
    }
    shared.audience.add(this);
    return true;
  }

  private takeFromPage(most: number): readonly MembershipChange[] {
    const { page } = this;
    if (page === null) return [];
    const taken = page.changes.slice(page.at, page.at + most);
    page.at += taken.length;
    return taken;
  }

  private takeFromTail(waiting: number[], most: number): readonly MembershipChange[] {
    const taken: MembershipChange[] = [];
    for (const index of waiting.slice(0, most)) {
      const change = this.parts.shared.tail.at(index);
      if (!change) {
        this.fallBehind();
        break;
      }
      taken.push(change);
    }
    waiting.splice(0, taken.length);
    return taken;
  }

  private async readOn(): Promise<void> {
    const { shared } = this.parts;
    try {
      if (!this.isOver) await this.joinOrRead();
      this.misses = 0;
    } catch (thrown) {
      // What is wrong with the cursor stays wrong; a database that is away comes back.
      this.misses += 1;
      if (isAppError(thrown) && thrown.kind !== 'transient') {
        this.failure ??= await withSnapshotToken(this.parts, thrown);
      } else if (this.misses > PATIENCE_BEATS) {
        this.failure ??= gatewayErrors.GATEWAY_STREAM_BROKEN({}, { cause: thrown });
      } else {
        shared.retrying.add(this);
      }
    } finally {
      this.isReading = false;
    }
    if (!shared.retrying.has(this)) this.onReady();
  }

  /**
   * Joining is safe behind a cursor that lies beyond the tail once the tail was brought up to date: all that is at or
   * before the cursor was visible by then, and what the tail gets later is behind it.
   */
  private async joinOrRead(): Promise<void> {
    const { shared, log, workspaceId } = this.parts;
    if (shared.tail.isBeyond(log.placeOf(workspaceId, this.place))) await shared.tail.refresh();
    if (this.isOver || this.join()) return;
    this.pageStart ??= this.place;
    await this.openPage(this.pageStart);
  }

  /** The page behind `start`, in which the stream stands, or before which. */
  private async openPage(start: string): Promise<void> {
    const { pages, workspaceId, filter } = this.parts;
    const { changes, cursor } = await pages.read(workspaceId, start, filter);
    const at = start === this.place ? 0 : changes.findIndex((change) => change.cursor === this.place) + 1;
    if (at === 0 && start !== this.place) {
      // The change that was handed out last is in the log no more.
      this.pageStart = this.place;
      return this.openPage(this.place);
    }
    if (changes.length > at) this.page = { changes, cursor, at };
    else {
      this.place = cursor;
      this.pageStart = null;
    }
  }
}
