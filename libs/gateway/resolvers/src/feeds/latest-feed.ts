import { isDeepStrictEqual } from 'node:util';
import type { Clock } from '@kohort/kernel-clock-random';
import type { ReadPort, WorkspaceId, WorkspaceReader } from '@kohort/kernel-contracts';
import type { Logger } from '@kohort/kernel-telemetry';
import { gatewayErrors } from '../errors/gateway.errors';
import type { EndableStream } from './endable-stream';
import type { HorizonPulse } from './horizon-pulse';

/** What feeds of states stand on. */
export interface ReadingFeedParts {
  readonly read: ReadPort;
  readonly pulse: HorizonPulse;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly deadlineMs: number;
}

/** What is watched. */
export interface LatestKind<T> {
  /** The present states of those that there are. */
  readonly read: (reader: WorkspaceReader, keys: readonly string[]) => Promise<ReadonlyMap<string, T>>;
  /** Whether no other state follows. */
  readonly isOver: (state: T) => boolean;
  /** Name of what is missing when there is no state at the opening; null: one waits for the first. */
  readonly missing: string | null;
}

/** One client's view of a thing: its latest state, states in between may be passed over; over when the thing is. */
export class LatestStream<T> implements EndableStream<T> {
  private isFresh: boolean;
  private isEnded = false;
  private failure: Error | null = null;
  private wakeUp: (() => void) | null = null;

  constructor(
    readonly key: string,
    private latest: T | undefined,
    private readonly on: { readonly isOver: (state: T) => boolean; readonly onEnd: (stream: LatestStream<T>) => void },
  ) {
    this.isFresh = latest !== undefined;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<T>> {
    for (;;) {
      if (this.failure) {
        const failure = this.failure;
        await this.return();
        throw failure;
      }
      if (this.isEnded) return { done: true, value: undefined };
      if (this.isFresh && this.latest !== undefined) {
        this.isFresh = false;
        return { done: false, value: this.latest };
      }
      if (this.latest !== undefined && this.on.isOver(this.latest)) return this.return();
      await new Promise<void>((resolve) => {
        this.wakeUp = resolve;
      });
    }
  }

  /** Takes in a newer state. */
  offer(state: T): void {
    if (isDeepStrictEqual(state, this.latest)) return;
    this.latest = state;
    this.isFresh = true;
    this.wakeUp?.();
  }

  return(): Promise<IteratorResult<T>> {
    if (!this.isEnded) {
      this.isEnded = true;
      this.wakeUp?.();
      this.on.onEnd(this);
    }
    return Promise.resolve({ done: true, value: undefined });
  }

  /** Ends the stream with an error. */
  fail(failure: Error): void {
    this.failure ??= failure;
    this.wakeUp?.();
  }
}

/** States of things for all clients of a process: one reading a workspace and beat, however many watch. */
export class LatestFeed<T> {
  private readonly streams = new Map<WorkspaceId, Set<LatestStream<T>>>();
  private unlisten: (() => void) | null = null;
  private isReading = false;

  constructor(
    private readonly parts: ReadingFeedParts,
    private readonly kind: LatestKind<T>,
  ) {}

  /**
   * Watches a thing, beginning with its present state.
   *
   * Throws  GATEWAY_NOT_FOUND, for a foreign one as well
   */
  async open(workspaceId: WorkspaceId, key: string): Promise<LatestStream<T>> {
    const { isOver, missing } = this.kind;
    const first = (await this.kind.read(this.readerOf(workspaceId), [key])).get(key);
    if (first === undefined && missing !== null) throw gatewayErrors.GATEWAY_NOT_FOUND({ what: missing });
    const stream = new LatestStream(key, first, { isOver, onEnd: (ended) => this.close(workspaceId, ended) });
    const group = this.streams.get(workspaceId) ?? new Set();
    group.add(stream);
    this.streams.set(workspaceId, group);
    this.unlisten ??= this.parts.pulse.listen(() => void this.beat());
    return stream;
  }

  /** Ends all streams. */
  async stop(): Promise<void> {
    const all = [...this.streams.values()].flatMap((group) => [...group]);
    await Promise.all(all.map((stream) => stream.return()));
  }

  private readerOf(workspaceId: WorkspaceId): WorkspaceReader {
    return this.parts.read.forWorkspace(workspaceId, this.parts.clock.now() + this.parts.deadlineMs);
  }

  private async beat(): Promise<void> {
    if (this.isReading) return;
    this.isReading = true;
    try {
      for (const [workspaceId, group] of [...this.streams]) {
        const keys = [...new Set([...group].map((each) => each.key))];
        const states = await this.kind.read(this.readerOf(workspaceId), keys);
        for (const stream of group) {
          const state = states.get(stream.key);
          if (state !== undefined) stream.offer(state);
        }
      }
    } catch (thrown) {
      // The next beat reads again; the streams show the state that they have.
      this.parts.logger.warn('states not read', { reason: thrown instanceof Error ? thrown.name : 'unknown' });
    } finally {
      this.isReading = false;
    }
  }

  private close(workspaceId: WorkspaceId, stream: LatestStream<T>): void {
    const group = this.streams.get(workspaceId);
    group?.delete(stream);
    if (group?.size === 0) this.streams.delete(workspaceId);
    if (this.streams.size > 0) return;
    this.unlisten?.();
    this.unlisten = null;
  }
}
