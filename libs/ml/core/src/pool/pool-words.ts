/**
 * The words of a pool's control buffer (Int32). TICKET holds a generation (upper 20 bits) and the next shard to take
 * (lower 12 bits): a thread claims a shard by compare-and-exchange, so a late waker can never take a shard of a command
 * whose words it has not read. While the words change the ticket's shard is CLOSED.
 */
export const WORD = {
  ticket: 0,
  done: 1,
  kernel: 2,
  first: 3,
  shards: 4,
  job: 5,
  failed: 6,
  stop: 7,
  cancel: 8,
  progress: 9,
} as const;

export const CONTROL_BYTES = 64;
/** Lower bits of the ticket while no shard may be claimed; a command has fewer shards than this. */
export const CLOSED = 4095;

/** What another thread may do with a pool's control buffer: ask it to stop, and see how far it is. */
export interface PoolFlags {
  cancel(): void;
  readonly cancelled: boolean;
  /** Shards computed since the pool began; wraps at 2^31. */
  readonly shardsDone: number;
}

/**
 * A view on `pool.control` for the thread that watches a computation (the buffer may be posted to any thread).
 */
export function poolFlags(control: SharedArrayBuffer): PoolFlags {
  const words = new Int32Array(control);
  return {
    cancel: () => {
      Atomics.store(words, WORD.cancel, 1);
    },
    get cancelled() {
      return Atomics.load(words, WORD.cancel) !== 0;
    },
    get shardsDone() {
      return Atomics.load(words, WORD.progress);
    },
  };
}
