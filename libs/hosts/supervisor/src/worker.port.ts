import type { LeaveManner } from './protocol';

/** A process that serves behind the supervisor. Port: a forked one, or one of a test. */
export interface WorkerPort<C> {
  /** Hands it a connection; it says `taken` before it reads from it. */
  give(id: number, connection: C): void;
  /** Tells it to serve what it has, and to end. */
  leave(manner: LeaveManner): void;
  /** Ends it at once. */
  kill(): void;
}

/** What becomes of a worker. */
export interface WorkerEvents {
  onReady(): void;
  onTaken(id: number): void;
  /** It has ended, and everything that it said was heard. */
  onGone(code: number | null): void;
}

/** Starts a worker. `isFirst`: none has served yet, so that one which cannot start should say so and end. */
export type ForkWorker<C> = (as: { readonly isFirst: boolean }, events: WorkerEvents) => WorkerPort<C>;

/** Does something after a while; gives back what calls it off. */
export type Later = (waitMs: number, work: () => void) => () => void;
