import type { Fence, ModelId, ModelStore, RunContext, ScoreRow } from '@kohort/kernel-contracts';

/** One transaction's worth: the horizon of the commit-safe readers stands still while it is open. */
const PAGE_ROWS = 5_000;

/** Writes everybody's rows page by page under the fence, with progress; obeys cancel between pages. */
export async function saveScorePages(
  store: ModelStore,
  context: RunContext,
  scores: {
    readonly modelId: ModelId;
    readonly version: number;
    readonly asOf: number;
    readonly rows: readonly ScoreRow[];
  },
): Promise<void> {
  const fence: Fence = context.fence;
  const { rows, ...at } = scores;
  for (let from = 0; from < rows.length; from += PAGE_ROWS) {
    context.signal.throwIfAborted();
    await store.saveScores(fence, at, rows.slice(from, from + PAGE_ROWS));
    context.onProgress({ phase: 'writing scores', done: Math.min(from + PAGE_ROWS, rows.length), total: rows.length });
  }
}
