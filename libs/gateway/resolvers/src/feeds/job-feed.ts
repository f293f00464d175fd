import { isDeepStrictEqual } from 'node:util';
import type { Clock } from '@kohort/kernel-clock-random';
import type { JobRecord, ReadPort, WorkspaceId } from '@kohort/kernel-contracts';
import type { Logger } from '@kohort/kernel-telemetry';
import { gatewayErrors } from '../errors/gateway.errors';
import type { HorizonPulse } from './horizon-pulse';

/** What a feed of jobs stands on. */
export interface JobFeedParts {
  readonly read: ReadPort;
  readonly pulse: HorizonPulse;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly deadlineMs: number;
}

const OVER: readonly string[] = ['succeeded', 'failed', 'cancelled'];

/** One client's view of a job: the latest state, states in between may be passed over; over when the job is. */
export class JobStream implements AsyncIterableIterator<JobRecord> {
  private latest: JobRecord;
  private fresh = true;
  private ended = false;
  private failure: Error | null = null;
  private wakeUp: (() => void) | null = null;

  constructor(
    first: JobRecord,
    private readonly onEnd: (stream: JobStream) => void,
  ) {
    this.latest = first;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  get jobId(): string {
    return this.latest.id;
  }

  async next(): Promise<IteratorResult<JobRecord>> {
    for (;;) {
      if (this.failure) {
        const failure = this.failure;
        await this.return();
        throw failure;
      }
      if (this.ended) return { done: true, value: undefined };
      if (this.fresh) {
        this.fresh = false;
        return { done: false, value: this.latest };
      }
      if (OVER.includes(this.latest.status)) return this.return();
      await new Promise<void>((resolve) => {
        this.wakeUp = resolve;
      });
    }
  }

  /** Takes in a newer state. */
  offer(job: JobRecord): void {
    if (isDeepStrictEqual(job, this.latest)) return;
    this.latest = job;
    this.fresh = true;
    this.wakeUp?.();
  }

  return(): Promise<IteratorResult<JobRecord>> {
    if (!this.ended) {
      this.ended = true;
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

/** Progress of jobs for all clients of a process: one query a workspace and beat, however many watch. */
export class JobFeed {
  private readonly streams = new Map<WorkspaceId, Set<JobStream>>();
  private unlisten: (() => void) | null = null;
  private reading = false;

  constructor(private readonly parts: JobFeedParts) {}

  /**
   * Watches a job, beginning with its present state.
   *
   * Throws  GATEWAY_NOT_FOUND, for a foreign job as well
   */
  async open(workspaceId: WorkspaceId, jobId: string): Promise<JobStream> {
    const [job] = await this.readerOf(workspaceId).jobs.byIds([jobId]);
    if (!job) throw gatewayErrors.GATEWAY_NOT_FOUND({ what: 'job' });
    const stream = new JobStream(job, (ended) => this.close(workspaceId, ended));
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

  private readerOf(workspaceId: WorkspaceId) {
    return this.parts.read.forWorkspace(workspaceId, this.parts.clock.now() + this.parts.deadlineMs);
  }

  private async beat(): Promise<void> {
    if (this.reading) return;
    this.reading = true;
    try {
      for (const [workspaceId, group] of [...this.streams]) {
        const jobs = await this.readerOf(workspaceId).jobs.byIds([...new Set([...group].map((each) => each.jobId))]);
        const byId = new Map(jobs.map((job) => [job.id, job]));
        for (const stream of group) {
          const job = byId.get(stream.jobId);
          if (job) stream.offer(job);
        }
      }
    } catch (thrown) {
      // The next beat reads again; the streams show the state that they have.
      this.parts.logger.warn('jobs not read', { reason: thrown instanceof Error ? thrown.name : 'unknown' });
    } finally {
      this.reading = false;
    }
  }

  private close(workspaceId: WorkspaceId, stream: JobStream): void {
    const group = this.streams.get(workspaceId);
    group?.delete(stream);
    if (group?.size === 0) this.streams.delete(workspaceId);
    if (this.streams.size === 0) {
      this.unlisten?.();
      this.unlisten = null;
    }
  }
}
