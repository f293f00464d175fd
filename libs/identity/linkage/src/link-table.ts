import { seededRandom } from '@kohort/kernel-clock-random';
import type { JobControl } from '@kohort/kernel-contracts';
import { buildPass, type BlockPass } from './blocking/block-index';
import { chooseBlocking, defaultLimits } from './blocking/choose-blocking';
import { namedRules } from './blocking/named-rules';
import { sortedNeighbourhood } from './blocking/sorted-neighbourhood';
import type { EncodedTable } from './encode/table-encoder';
import { linkageErrors } from './linkage-errors';
import type { PairRunner } from './pairs/pair-shard';
import { PairScorer, type WeighedPairs } from './pairs/pair-scorer';
import { walkUnits } from './pairs/walk-pairs';
import { decidePairs, type DecidedPairs } from './resolve/decide-pairs';
import { assignOneToOne, resolveClusters, shareOfMultiple, type Clusters } from './resolve/resolve-clusters';
import { learnModel, type LearnedModel } from './weights/learn-model';
import { weightOf } from './weights/match-model';

/** The settings of a linkage; what is left out is chosen from the data. */
export interface LinkParams {
  /** Probability from which a pair is a match; default 0.9. */
  readonly threshold?: number;
  /** Probability from which a pair is worth a look; default 0.1. */
  readonly reviewLow?: number;
  /** Default 1. */
  readonly seed?: number;
  /** Rules such as `surname:sound + postcode`; see blockKeys for the parts a field has. */
  readonly blocking?: readonly string[];
  /** Adds a pass of neighbours in the order of a column. */
  readonly sortedBy?: { readonly column: string; readonly window: number };
  /** Whether a record of one file may match only one of the other; default auto. Not asked for one file. */
  readonly oneToOne?: 'auto' | 'yes' | 'no';
}

/** What a linkage found and how. */
export interface LinkOutcome {
  readonly decided: DecidedPairs;
  readonly clusters: Clusters;
  readonly learned: LearnedModel;
  readonly passes: readonly BlockPass[];
  /** Distinct pairs that blocking brought together. */
  readonly candidates: number;
  /** Pairs at or above the threshold before clusters were resolved, and those between the two bounds. */
  readonly weighed: WeighedPairs;
  readonly matchBits: number;
  readonly expectedCoverage: number | null;
  readonly isOneToOne: boolean;
  readonly scorer: PairScorer;
}

/** Two files are linked one to one unless more records than this match several. */
const MOST_MULTIPLE = 0.02;

/** The threshold and the lower bound of the review that hold where none is given. */
export const DEFAULT_THRESHOLD = 0.9;
export const DEFAULT_REVIEW_LOW = 0.1;

function checked({ threshold = DEFAULT_THRESHOLD, reviewLow = DEFAULT_REVIEW_LOW }: LinkParams): {
  match: number;
  review: number;
} {
  const isInside = (p: number): boolean => p > 0 && p < 1;
  if (!isInside(threshold))
    throw linkageErrors.LINKAGE_BAD_PARAMETER({ parameter: 'threshold', must: 'between 0 and 1' });
  if (!isInside(reviewLow) || reviewLow > threshold) {
    throw linkageErrors.LINKAGE_BAD_PARAMETER({ parameter: 'review-low', must: 'between 0 and the threshold' });
  }
  return { match: weightOf(threshold), review: weightOf(reviewLow) };
}

function blockingOf(table: EncodedTable, params: LinkParams): { passes: BlockPass[]; expectedCoverage: number | null } {
  const limits = defaultLimits(table.records);
  const choice = params.blocking
    ? { rules: namedRules(table, params.blocking), expectedCoverage: null }
    : chooseBlocking(table, limits, seededRandom(params.seed ?? 1).split('blocking'));
  const passes = choice.rules.map((rule) => buildPass(table, rule, limits.blockCap));
  if (params.sortedBy) passes.push(sortedNeighbourhood(table, params.sortedBy.column, params.sortedBy.window));
  const kept = passes.filter(({ pairs }) => pairs > 0);
  if (kept.length === 0) throw linkageErrors.LINKAGE_NO_BLOCKING({ most: limits.mostPairs });
  return { passes: kept, expectedCoverage: choice.expectedCoverage };
}

/**
 * Links the records of a table: blocking, weights by EM, scores, one threshold, clusters. Nothing is labelled and nothing
 * is tuned to a data set.
 *
 * Shape   pairs i < j; of two files i is of the first
 * Cost    linear in candidate pairs; see defaultLimits for how many those may be
 * Throws  LINKAGE_BAD_PARAMETER, LINKAGE_TOO_FEW_RECORDS, LINKAGE_NO_BLOCKING, LINKAGE_NO_MATCHES, LINKAGE_CANCELLED
 */
export async function linkTable(
  table: EncodedTable,
  params: LinkParams,
  { runner, signal, onProgress }: JobControl & { readonly runner: PairRunner },
): Promise<LinkOutcome> {
  const { match, review } = checked(params);
  if (table.records < 2) throw linkageErrors.LINKAGE_TOO_FEW_RECORDS({ records: table.records });
  const phase = (name: string, done: number): void => {
    if (signal?.aborted) throw linkageErrors.LINKAGE_CANCELLED();
    onProgress?.({ phase: name, done, total: 4 });
  };
  phase('choosing blocks', 0);
  const { passes, expectedCoverage } = blockingOf(table, params);
  phase('learning weights', 1);
  const random = seededRandom(params.seed ?? 1);
  const learned = await learnModel(table, passes, { runner, random });
  phase('weighing pairs', 2);
  const { model } = learned;
  const job = { kind: 'score', model, leastBits: review } as const;
  const { pairs: weighed, visited } = await runner.run({ table, passes, units: walkUnits(passes), job });
  phase('resolving clusters', 3);
  const { records } = table;
  const scorer = new PairScorer(table, model);
  const isTwoFiles = table.split < records;
  const multiple = isTwoFiles ? shareOfMultiple({ records, pairs: weighed, matchBits: match }) : 1;
  const { oneToOne = 'auto' } = params;
  const isOneToOne = isTwoFiles && (oneToOne === 'yes' || (oneToOne === 'auto' && multiple <= MOST_MULTIPLE));
  const weight = (i: number, j: number): number => scorer.weight(i, j, -Infinity);
  const resolving = { records, pairs: weighed, matchBits: match, weightOf: weight };
  const clusters = isOneToOne ? assignOneToOne(resolving) : resolveClusters(resolving);
  const decided = decidePairs(weighed, clusters, { matchBits: match, weightOf: weight, split: table.split });
  phase('done', 4);
  return {
    decided,
    clusters,
    learned,
    passes,
    candidates: visited,
    weighed,
    matchBits: match,
    expectedCoverage,
    isOneToOne,
    scorer,
  };
}
