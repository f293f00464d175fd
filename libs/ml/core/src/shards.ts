/** Rows per shard and number of shards. */
export interface Shards {
  readonly count: number;
  readonly rows: number;
}

const FEWEST_ROWS = 1024;

/**
 * Cuts rows into shards. The cut depends on the number of rows alone, never on threads, so that sums reduced in shard
 * order are the same on any machine.
 *
 * Shape   most: upper bound on shards; rows of a shard are a multiple of 4, the last may have fewer
 */
export function shardsFor(rows: number, most = 16): Shards {
  const wanted = Math.min(most, Math.max(1, Math.ceil(rows / FEWEST_ROWS)));
  const perShard = Math.max(4, Math.ceil(rows / wanted / 4) * 4);
  return { count: Math.max(1, Math.ceil(rows / perShard)), rows: perShard };
}
