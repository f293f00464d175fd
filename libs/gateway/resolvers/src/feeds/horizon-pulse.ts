import { setTimeout as timer } from 'node:timers/promises';
import type { ChangeLogPort } from '@kohort/kernel-contracts';
import type { Logger } from '@kohort/kernel-telemetry';
import { HiddenPlaces } from './hidden-places';

type LogHorizon = Awaited<ReturnType<ChangeLogPort['horizon']>>;

/** Tells that something may have been committed. */
export type Beat = () => void;

/** What a pulse stands on. */
export interface PulseParts {
  readonly log: Pick<ChangeLogPort, 'horizon'>;
  readonly logger: Logger;
  /** How long a commit may stay unnoticed when nobody wakes us. */
  readonly pollMs: number;
  /** Lets a time pass; only tests bring their own. */
  readonly pause?: (ms: number) => Promise<void>;
}

/** Pauses between looks at what was heard of, in milliseconds: twice as long each time that nothing has become readable. */
const HIDDEN_MS = { first: 2, most: 32 } as const;

/**
 * The one clockwork of a process for all its streams: asks for the log's horizon once in `pollMs`, and after each `hear`
 * until what was heard of can be read. It calls its listeners only when that has come, the horizon has moved or somebody
 * woke it. It stands still while nobody listens, so that an idle process costs one small query a second at most, however
 * many streams and workspaces there are; and a transaction that stays open costs it one in 32 ms, whatever is committed.
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
    if (this.listeners.size > 0) void this.follow();
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
    const { pause = timer } = this.parts;
    const hidden = new HiddenPlaces();
    let waitMs: number = HIDDEN_MS.first;
    do {
      const { head } = hidden;
      const isNew = this.heard;
      this.heard = false;
      const horizon = await this.look();
      if (horizon === null) break;
      if (isNew) hidden.add(horizon.committed);
      if (hidden.release(horizon.readable)) this.beatAt(horizon);
      // What is committed behind a head that stands still is as hidden as that is, and no reason to look sooner.
      const stands = hidden.head !== undefined && hidden.head === head;
      waitMs = stands ? Math.min(HIDDEN_MS.most, 2 * waitMs) : HIDDEN_MS.first;
      // Also after the last: what is heard meanwhile shares one look.
      await pause(waitMs);
    } while (this.listeners.size > 0 && (hidden.size > 0 || this.heard));
    this.following = false;
  }
}
