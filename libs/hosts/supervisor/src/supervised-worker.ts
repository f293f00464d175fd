import { Socket } from 'node:net';
import { HandedEntrance, type Entrance } from './entrance';
import { BEHIND, PATIENT, READY, readOrder, type WorkerWord } from './protocol';

/** This process as a worker behind a supervisor. */
export interface SupervisedWorker {
  readonly entrance: Entrance;
  /** Says that connections may come. */
  ready(): void;
  /**
   * Tells when this process should leave: its supervisor says so or is gone, or SIGTERM. What a terminal sends to all its
   * processes is the supervisor's to hear. Gives back what ends the listening.
   */
  calls(ask: () => void): () => void;
  /** Lets go of the supervisor, which keeps this process running. */
  part(): void;
}

const say = (word: WorkerWord, then: () => void = () => undefined): void =>
  void process.send?.(word, undefined, {}, then);

class Joined implements SupervisedWorker {
  readonly entrance = new HandedEntrance(process.ppid, process.argv.includes(PATIENT));
  private isReady = false;
  private isLeaving = false;
  private hasParted = false;
  private ask: () => void = () => undefined;

  constructor() {
    process.on('message', (message, connection) => this.hear(message, connection));
    process.once('disconnect', () => this.leave());
    if (!process.connected) this.leave();
  }

  ready(): void {
    this.isReady = true;
    say(READY);
  }

  calls(ask: () => void): () => void {
    this.ask = ask;
    const ignore = (): void => undefined;
    const leave = (): void => this.leave();
    process.on('SIGTERM', leave).on('SIGINT', ignore).on('SIGHUP', ignore);
    return () => void process.off('SIGTERM', leave).off('SIGINT', ignore).off('SIGHUP', ignore);
  }

  part(): void {
    this.hasParted = true;
    if (process.connected) process.disconnect();
  }

  private hear(message: unknown, handed: unknown): void {
    const order = readOrder(message);
    const connection = handed instanceof Socket ? handed : null;
    if (order?.order === 'leave') {
      this.entrance.manner = order;
      this.leave();
    } else if (order?.order === 'take') {
      // Nothing was read from it: who leaves without being told leaves it to the next.
      if (this.isLeaving) connection?.destroy();
      // Said before anything is read: what was not said when this process ends goes to another from its first byte.
      else say({ says: 'taken', connection: order.connection }, () => connection && this.entrance.take(connection));
    }
  }

  private leave(): void {
    if (this.hasParted) return;
    this.isLeaving = true;
    // Who never served has nothing to finish, and may be waiting for what does not come.
    if (!this.isReady) process.exit(1);
    this.ask();
  }
}

/** The supervisor of this process, where it was started by one; null: it is on its own. */
export function joinSupervisor(): SupervisedWorker | null {
  return process.argv.includes(BEHIND) && process.send ? new Joined() : null;
}
