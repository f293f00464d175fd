import type { AlertRecord, WorkspaceId } from '@kohort/kernel-contracts';
import { gatewayErrors } from '../errors/gateway.errors';
import type { EndableStream } from './endable-stream';
import type { ReadingFeedParts } from './latest-feed';

/** Alerts looked at with one reading: more than are raised between two beats. */
const LATEST = 100;
/** Alerts that wait for one client; who takes none of so many reads `alerts` again. */
const MOST_WAITING = 200;

/** One client's alerts, each once. */
export class AlertStream implements EndableStream<AlertRecord> {
  private readonly waiting: AlertRecord[] = [];
  private isEnded = false;
  private failure: Error | null = null;
  private wakeUp: (() => void) | null = null;

  constructor(private readonly onEnd: (stream: AlertStream) => void) {}

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<AlertRecord>> {
    for (;;) {
      if (this.failure) {
        const { failure } = this;
        await this.return();
        throw failure;
      }
      if (this.isEnded) return { done: true, value: undefined };
      const alert = this.waiting.shift();
      if (alert) return { done: false, value: alert };
      await new Promise<void>((resolve) => {
        this.wakeUp = resolve;
      });
    }
  }

  /** One more; too many end the stream with an error. */
  push(alert: AlertRecord): void {
    if (this.waiting.length >= MOST_WAITING) return this.fail(gatewayErrors.GATEWAY_STREAM_SLOW());
    this.waiting.push(alert);
    this.wakeUp?.();
  }

  return(): Promise<IteratorResult<AlertRecord>> {
    if (!this.isEnded) {
      this.isEnded = true;
      this.wakeUp?.();
      this.onEnd(this);
    }
    return Promise.resolve({ done: true, value: undefined });
  }

  /** Ends the stream with an error. */
  fail(failure: Error): void {
    this.failure ??= failure;
    this.wakeUp?.();
  }
}

interface Watched {
  readonly streams: Set<AlertStream>;
  /** Ids of the latest alerts, as of the last reading. */
  known: ReadonlySet<string>;
}

/**
 * Alerts as they are raised, for all clients of a process: one reading a workspace and beat. An alert that goes on or is
 * seen to is not raised again.
 */
export class AlertFeed {
  private readonly workspaces = new Map<WorkspaceId, Watched>();
  private unlisten: (() => void) | null = null;
  private isReading = false;

  constructor(private readonly parts: ReadingFeedParts) {}

  /** Opens a stream of what is raised from now on; what stands already is in the query `alerts`. */
  async open(workspaceId: WorkspaceId): Promise<AlertStream> {
    const stream = new AlertStream((ended) => this.close(workspaceId, ended));
    const known = new Set((await this.latest(workspaceId)).map(({ id }) => id));
    // Those who came first may have been told of something since: what is known is theirs.
    const watched = this.workspaces.get(workspaceId) ?? { streams: new Set(), known };
    watched.streams.add(stream);
    this.workspaces.set(workspaceId, watched);
    this.unlisten ??= this.parts.pulse.listen(() => void this.beat());
    return stream;
  }

  /** Ends all streams. */
  async stop(): Promise<void> {
    const all = [...this.workspaces.values()].flatMap(({ streams }) => [...streams]);
    await Promise.all(all.map((stream) => stream.return()));
  }

  private async latest(workspaceId: WorkspaceId): Promise<readonly AlertRecord[]> {
    const { read, clock, deadlineMs } = this.parts;
    const reader = read.forWorkspace(workspaceId, clock.now() + deadlineMs);
    const { items } = await reader.tracking.alerts({}, { first: LATEST, after: null });
    return items.map(({ node }) => node);
  }

  private async beat(): Promise<void> {
    if (this.isReading) return;
    this.isReading = true;
    try {
      for (const [workspaceId, watched] of [...this.workspaces]) {
        const latest = await this.latest(workspaceId);
        // Newest first: told in the order in which they were raised.
        const raised = latest.filter(({ id }) => !watched.known.has(id)).reverse();
        watched.known = new Set(latest.map(({ id }) => id));
        for (const stream of watched.streams) for (const alert of raised) stream.push(alert);
      }
    } catch (thrown) {
      // The next beat reads again; what was raised meanwhile is among the latest then.
      this.parts.logger.warn('alerts not read', { reason: thrown instanceof Error ? thrown.name : 'unknown' });
    } finally {
      this.isReading = false;
    }
  }

  private close(workspaceId: WorkspaceId, stream: AlertStream): void {
    const watched = this.workspaces.get(workspaceId);
    watched?.streams.delete(stream);
    if (watched?.streams.size === 0) this.workspaces.delete(workspaceId);
    if (this.workspaces.size > 0) return;
    this.unlisten?.();
    this.unlisten = null;
  }
}
