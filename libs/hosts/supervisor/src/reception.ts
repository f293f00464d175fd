import type { Clock } from '@kohort/kernel-clock-random';
import type { Later, WorkerPort } from './worker.port';

/** What becomes of connections that no worker takes, and of our end of those that one did. */
export interface ReceptionParts<C> {
  readonly clock: Clock;
  readonly later: Later;
  /** Tells a client to come again. */
  refuse(connection: C): void;
  /** Lets go of our end: a worker has the connection. */
  letGo(connection: C): void;
}

interface Guest<C> {
  readonly id: number;
  readonly connection: C;
  readonly since: number;
}

/** So long a connection waits for a worker. */
export const HOLD_MS = 10_000;
/** So many wait at most. */
export const MOST_HELD = 4_000;

/**
 * Connections between the listening socket and the worker that serves: given to it in the order in which they came, held
 * while there is none. One that was given stays ours too until the worker says that it has it, before it reads from it:
 * what a worker that dies had not taken goes to the next as if nothing had been.
 */
export class Reception<C> {
  private worker: WorkerPort<C> | null = null;
  private lastId = 0;
  private held: Guest<C>[] = [];
  private readonly given = new Map<number, Guest<C> & { readonly to: WorkerPort<C> }>();
  private cancel: () => void = () => undefined;
  private longest = 0;

  constructor(private readonly parts: ReceptionParts<C>) {}

  /** How many wait for a worker. */
  get waiting(): number {
    return this.held.length;
  }

  /** The longest that a connection taken since `watch` had waited, milliseconds. */
  get longestWaitMs(): number {
    return this.longest;
  }

  /** Begins to measure anew; what waits now counts from when it came. */
  watch(): void {
    this.longest = 0;
  }

  arrive(connection: C): void {
    this.lastId += 1;
    const guest = { id: this.lastId, connection, since: this.parts.clock.now() };
    if (this.worker) this.give(guest, this.worker);
    else if (this.held.length < MOST_HELD) this.hold([guest]);
    else this.parts.refuse(connection);
  }

  /** From now on connections go to this worker; null: to nobody for a while. */
  turnTo(worker: WorkerPort<C> | null): void {
    this.worker = worker;
    if (!worker) return;
    this.cancel();
    for (const guest of this.held.splice(0)) this.give(guest, worker);
  }

  taken(id: number): void {
    const guest = this.given.get(id);
    if (!guest) return;
    this.given.delete(id);
    this.longest = Math.max(this.longest, this.parts.clock.now() - guest.since);
    this.parts.letGo(guest.connection);
  }

  /** A worker is gone: what it had not taken is another's. */
  lost(worker: WorkerPort<C>): void {
    const back = [...this.given.values()].filter(({ to }) => to === worker);
    for (const { id } of back) this.given.delete(id);
    if (this.worker === worker) this.worker = null;
    if (!this.worker) this.hold(back);
    else for (const guest of back) this.give(guest, this.worker);
  }

  /** Nobody will come any more: who waits is told. */
  close(): void {
    this.cancel();
    for (const { connection } of this.held.splice(0)) this.parts.refuse(connection);
  }

  private give(guest: Guest<C>, to: WorkerPort<C>): void {
    const { id, connection, since } = guest;
    this.given.set(id, { id, connection, since, to });
    to.give(id, connection);
  }

  private hold(guests: readonly Guest<C>[]): void {
    if (guests.length === 0) return;
    this.held = [...this.held, ...guests].sort((a, b) => a.id - b.id);
    this.schedule();
  }

  private schedule(): void {
    this.cancel();
    const [first] = this.held;
    if (first)
      this.cancel = this.parts.later(Math.max(0, first.since + HOLD_MS - this.parts.clock.now()), () => this.look());
  }

  private look(): void {
    const now = this.parts.clock.now();
    const late = this.held.filter(({ since }) => now - since >= HOLD_MS);
    this.held = this.held.filter(({ since }) => now - since < HOLD_MS);
    for (const { connection } of late) this.parts.refuse(connection);
    this.schedule();
  }
}
