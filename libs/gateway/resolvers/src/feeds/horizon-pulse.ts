import type { ChangeLogPort } from '@kohort/kernel-contracts';
import type { Logger } from '@kohort/kernel-telemetry';

/** Tells that something may have been committed. */
export type Beat = () => void;

/** What a pulse stands on. */
export interface PulseParts {
  readonly log: Pick<ChangeLogPort, 'horizon'>;
  readonly logger: Logger;
  /** How long a commit may stay unnoticed when nobody wakes us. */
  readonly pollMs: number;
}

/**
 * The one clockwork of a process for all its streams: asks for the log's horizon once in `pollMs`, and calls its
 * listeners only when that has moved or somebody woke it. It stands still while nobody listens, so that an idle process
 * costs one small query a second at most, however many streams and workspaces there are.
 */
export class HorizonPulse {
  private readonly listeners = new Set<Beat>();
  private timer: NodeJS.Timeout | undefined;
  private horizon = '';
  private asking = false;

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

  /** Ends the clockwork; listeners hear nothing any more. */
  stop(): void {
    clearInterval(this.timer);
    this.timer = undefined;
  }

  private async ask(): Promise<void> {
    if (this.asking) return;
    this.asking = true;
    try {
      const horizon = await this.parts.log.horizon();
      if (horizon === this.horizon) return;
      this.horizon = horizon;
      this.wake();
    } catch (thrown) {
      // The database is away: the next beat tries again, and streams stay open. Its first answer is a beat, for those
      // who could not read.
      this.horizon = '';
      this.parts.logger.warn('horizon not read', { reason: thrown instanceof Error ? thrown.name : 'unknown' });
    } finally {
      this.asking = false;
    }
  }
}
