import { setTimeout as pause } from 'node:timers/promises';
import type { ChangeLogPort } from '@kohort/kernel-contracts';
import type { Logger } from '@kohort/kernel-telemetry';

type LogHorizon = Awaited<ReturnType<ChangeLogPort['horizon']>>;

/** Tells that something may have been committed. */
export type Beat = () => void;

/** What a pulse stands on. */
export interface PulseParts {
  readonly log: Pick<ChangeLogPort, 'horizon'>;
  readonly logger: Logger;
  /** How long a commit may stay unnoticed when nobody wakes us. */
  readonly pollMs: number;
}

/** Pauses between looks at what was heard of and cannot be read yet, in milliseconds: each twice as long. */
const HIDDEN_MS = { first: 2, most: 32 } as const;

/**
 * The one clockwork of a process for all its streams: asks for the log's horizon once in `pollMs`, and calls its
 * listeners only when that has moved or somebody woke it. It stands still while nobody listens, so that an idle process
 * costs one small query a second at most, however many streams and workspaces there are.
 */
export class HorizonPulse {
  private readonly listeners = new Set<Beat>();
  private timer: NodeJS.Timeout | undefined;
  private horizon: bigint | null = null;
  private asking = false;
  private heard = false;
  private following = false;

  constructor(private readonly parts: PulseParts) {}

  /** Listens until the returned function is called. */
  listen(beat: Beat): () => void {
    this.listeners.add(beat);
    this.timer ??= setInterval(() => void this.ask(), this.parts.pollMs);
    return () => {
      this.listeners.delete(beat);
      if (this.listeners.size === 0) this.stop();
    };
  }

  /** Beats at once: somebody has heard of a commit (NOTIFY, a worker in the same process). */
  wake(): void {
    for (const beat of [...this.listeners]) beat();
  }

  /**
   * Somebody has committed, and transactions that are open still may hide it: beats when it can be read, which is looked
   * for until then.
   */
  hear(): void {
    this.heard = true;
    void this.follow();
  }

  /** Ends the clockwork; listeners hear nothing any more. */
  stop(): void {
    clearInterval(this.timer);
    this.timer = undefined;
  }

  private async ask(): Promise<void> {
    if (this.asking) return;
    this.asking = true;
    const horizon = await this.look();
    this.asking = false;
    if (horizon !== null && horizon.readable !== this.horizon) this.beatAt(horizon);
  }

  private beatAt({ readable }: LogHorizon): void {
    this.horizon = readable;
    this.wake();
  }

  private async look(): Promise<LogHorizon | null> {
    try {
      return await this.parts.log.horizon();
    } catch (thrown) {
      // The database is away: the next beat tries again, and streams stay open. Its first answer is a beat, for those
      // who could not read.
      this.horizon = null;
      this.parts.logger.warn('horizon not read', { reason: thrown instanceof Error ? thrown.name : 'unknown' });
      return null;
    }
  }

  /** Looks until all that was heard of can be read; beats when some of it can, not whenever anything can. */
  private async follow(): Promise<void> {
    if (this.following) return;
    this.following = true;
    let hidden: bigint[] = [];
    let waitMs: number = HIDDEN_MS.first;
    while (this.listeners.size > 0) {
      const isNew = this.heard;
      this.heard = false;
      const horizon = await this.look();
      if (horizon === null) break;
      const wanted = isNew ? [...hidden, horizon.committed] : hidden;
      hidden = wanted.filter((place) => place > horizon.readable);
      if (hidden.length < wanted.length) this.beatAt(horizon);
      if (hidden.length === 0 && !this.heard) break;
      waitMs = isNew ? HIDDEN_MS.first : Math.min(HIDDEN_MS.most, 2 * waitMs);
      if (!this.heard) await pause(waitMs);
    }
    this.following = false;
  }
}
