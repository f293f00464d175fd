import type { ComputeControl, Matrix } from '@kohort/ml-core';

/**
 * Texts as points: texts that mean alike lie near each other.
 *
 * A caller may rely on: one row a text, in order; rows of length 1, all 0 for a text that says nothing; a row depends on
 * its text alone, not on those beside it; the same text gives the same row again.
 */
export interface Embedder {
  /** Stored beside what is made of the points: points of different embedders are never compared. */
  readonly name: string;
  readonly dimensions: number;
  /** What it understands, for people: "English", "the language of the texts that it was fitted on". */
  readonly languages: string;
  /** Throws ML_CANCELLED. */
  embed(texts: readonly string[], control?: ComputeControl): Promise<Matrix>;
}
