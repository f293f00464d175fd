import type { Clock } from '@kohort/kernel-clock-random';
import type { Logger } from '@kohort/kernel-telemetry';
import type { Reception } from './reception';
import type { ForkWorker, Later, WorkerPort } from './worker.port';

/** What the line stands on. */
export interface WorkerLineParts<C> {
  readonly fork: ForkWorker<C>;
  readonly reception: Reception<C>;
  readonly clock: Clock;
  readonly later: Later;
  readonly logger: Logger;
  /** A worker serves for the first time. */
  onUp(): void;
  /** The very first worker ended before it served: another would not do better. */
  onFailed(code: number | null): void;
}

/** For one that hangs, or waits for its database all the while. */
export const START_LIMIT_MS = 180_000;
/** One that has been followed: its clients have time, the next serves already. */
export const FOLLOWED = { lingerMs: 2_000, graceMs: 20_000 };
/** One that nobody follows. */
const ENDING = { lingerMs: 0, graceMs: 3_000 };
const LEAVE_LIMIT_MS = 30_000;
const STOP_LIMIT_MS = 22_000;
/** A worker that served for so long did not fail because of how it was started. */
const STEADY_MS = 60_000;
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 10_000;
/** Around a change of workers the waits of connections are watched for so long. */
const WATCH_MS = 1_000;

interface Member<C> {
  readonly generation: number;
  readonly worker: WorkerPort<C>;
  cancel: () => void;
}

/**
 * One worker that serves, and the next one. On `roll` a new worker is started; when it can serve, connections go to it and
 * the old one is told to leave. A worker that ends unasked is followed at once, after a pause when that goes on. One that
 * does not come to serve leaves everything as it was.
 *
 * Never more than two at a time: a roll that is asked for while one is under way comes after it, once.
 */
export class WorkerLine<C> {
  private starting: Member<C> | null = null;
  private serving: Member<C> | null = null;
  private leaving: Member<C> | null = null;
  private generation = 0;
  private failures = 0;
  private servingSince = 0;
  private lostAt: number | null = null;
  private hasServed = false;
  private isWanted = false;
  private cancelRestart: () => void = () => undefined;
  private whenStopped: (() => void) | null = null;

  constructor(private readonly parts: WorkerLineParts<C>) {}

  start(): void {
    this.fork();
  }

  /** Asks for a new worker in place of the one that serves. */
  roll(): void {
    if (this.whenStopped || !this.hasServed) return;
    if (this.starting || this.leaving) this.isWanted = true;
    else if (this.serving) this.fork();
  }

  /** Ends all; resolves when they are gone. */
  stop(): Promise<void> {
    return new Promise((done) => {
      const cancel = this.parts.later(STOP_LIMIT_MS, () => this.kill());
      this.whenStopped = () => {
        cancel();
        done();
      };
      this.cancelRestart();
      this.starting?.worker.kill();
      this.serving?.worker.leave(ENDING);
      this.endWhenAllGone();
    });
  }

  /** Ends all at once. */
  kill(): void {
    for (const member of [this.starting, this.serving, this.leaving]) member?.worker.kill();
  }

  private fork(): void {
    this.generation += 1;
    const worker: WorkerPort<C> = this.parts.fork(
      { isFirst: !this.hasServed },
      {
        onReady: () => this.onReady(member),
        onTaken: (id) => this.parts.reception.taken(id),
        onGone: (code) => this.onGone(member, code),
      },
    );
    const member: Member<C> = { generation: this.generation, worker, cancel: () => undefined };
    member.cancel = this.parts.later(START_LIMIT_MS, () => worker.kill());
    this.starting = member;
  }

  private onReady(member: Member<C>): void {
    if (this.starting !== member || this.whenStopped) return;
    const { reception, logger, clock } = this.parts;
    const [now, before, version] = [clock.now(), this.serving, member.generation];
    member.cancel();
    reception.watch();
    [this.starting, this.serving, this.servingSince] = [null, member, now];
    reception.turnTo(member.worker);
    if (before) {
      this.dismiss(before);
      // The line is for whoever measures: how long a connection waited at most while the workers changed.
      this.parts.later(WATCH_MS, () =>
        logger.info('worker followed', { version, durationMs: reception.longestWaitMs }),
      );
    } else if (this.lostAt !== null) {
      logger.warn('served again', { version, durationMs: now - this.lostAt });
    }
    this.lostAt = null;
    if (!this.hasServed) this.parts.onUp();
    this.hasServed = true;
    if (!before) this.rollIfWanted();
  }

  private dismiss(member: Member<C>): void {
    this.leaving = member;
    member.worker.leave(FOLLOWED);
    member.cancel = this.parts.later(LEAVE_LIMIT_MS, () => member.worker.kill());
  }

  private onGone(member: Member<C>, code: number | null): void {
    member.cancel();
    this.parts.reception.lost(member.worker);
    const fields = { version: member.generation, status: code ?? 'killed' };
    if (this.starting === member) {
      this.starting = null;
      if (!this.whenStopped) this.startFailed(fields, code);
    } else if (this.serving === member) {
      this.serving = null;
      if (!this.whenStopped) this.servingLost(fields);
    } else if (this.leaving === member) {
      this.leaving = null;
      this.parts.logger.info('worker left', fields);
      this.rollIfWanted();
    }
    this.endWhenAllGone();
  }

  private startFailed(fields: { version: number; status: number | string }, code: number | null): void {
    if (!this.hasServed) return this.parts.onFailed(code);
    this.parts.logger.error('a new worker did not come to serve', fields);
    if (this.serving) this.rollIfWanted();
    else this.restart();
  }

  private servingLost(fields: { version: number; status: number | string }): void {
    const { logger, clock } = this.parts;
    this.lostAt = clock.now();
    if (this.lostAt - this.servingSince >= STEADY_MS) this.failures = 0;
    logger.error('the worker ended unasked', fields);
    if (!this.starting) this.restart();
  }

  private restart(): void {
    const waitMs = this.failures === 0 ? 0 : Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (this.failures - 1));
    this.failures += 1;
    this.isWanted = false;
    if (waitMs === 0) this.fork();
    else this.cancelRestart = this.parts.later(waitMs, () => this.fork());
  }

  private rollIfWanted(): void {
    if (!this.isWanted || this.starting || this.leaving) return;
    this.isWanted = false;
    this.roll();
  }

  private endWhenAllGone(): void {
    if (!this.whenStopped || this.starting || this.serving || this.leaving) return;
    this.parts.reception.close();
    this.whenStopped();
  }
}
