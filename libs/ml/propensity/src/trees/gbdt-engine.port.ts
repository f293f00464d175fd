import type { JobControl } from '@kohort/kernel-contracts';
import type { TreeEnsemble, TreeRows } from './tree-ensemble';

/** Settings of gradient-boosted trees for a yes/no outcome; an engine uses every one of them, none is implied. */
export interface GbdtParams {
  /** Number of trees. */
  readonly iterations: number;
  /** Share of each tree's step that is taken, 0..1. */
  readonly learningRate: number;
  /** Splits between root and leaf at most. */
  readonly maxDepth: number;
  /** Smallest sum of second derivatives in a leaf (about a quarter of its rows where the outcome is even). */
  readonly minChildWeight: number;
  /** Share of rows each tree is grown on, 0..1. */
  readonly rowShare: number;
  /** Share of columns each tree may use, 0..1. */
  readonly columnShare: number;
  /** Ridge penalty on leaf values. */
  readonly lambda: number;
  /** Lasso penalty on leaf values. */
  readonly alpha: number;
  /** Least gain of a split. */
  readonly gamma: number;
}

/** What an engine is given. Rows hold bins 0..254, -1 is missing. */
export interface GbdtRequest {
  readonly rows: TreeRows;
  /** n values of 0 or 1, both present. */
  readonly labels: Uint8Array;
  readonly params: GbdtParams;
  /** Same seed, rows and params: the same trees. */
  readonly seed: number;
}

export interface EngineAvailability {
  readonly available: boolean;
  /** Name and version of what was found. */
  readonly engine: string;
  /** Why it is not available. */
  readonly reason?: string;
}

/**
 * Grows boosted trees. A caller may rely on: the request is left as it was; the trees' margins are log-odds; a missing
 * value is only ever sent by `missingLeft`; an aborted signal ends the work with an error of kind `cancelled`; a failure
 * of one call does not harm the next.
 */
export interface GbdtEngine {
  available(): Promise<EngineAvailability>;
  train(request: GbdtRequest, control?: JobControl): Promise<TreeEnsemble>;
}
