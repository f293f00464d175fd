import { algorithmErrors, clusteringAlgorithm, type ClusteringAlgorithm } from '@kohort/ml-algorithms';

/** What is given to an algorithm beside its parameters. */
export interface GivenToAlgorithm {
  readonly seeds?: boolean;
  readonly links?: boolean;
  /** Whether some features are of words. */
  readonly categories?: boolean;
  /** Whether some feature weighs other than 1. */
  readonly weights?: boolean;
}

function problemOf({ needs }: ClusteringAlgorithm, { seeds = false, links = false }: GivenToAlgorithm): string | null {
  if (needs === 'seeds' && !seeds) return 'it needs some people whose group is known (seeds)';
  if (needs === 'links' && !links) return 'it needs some people who belong together or apart (links)';
  if (needs !== 'seeds' && seeds) return 'it heeds no seeds; seeded-kmeans and label-spreading do';
  return needs !== 'links' && links ? 'it heeds no links; linked-kmeans does' : null;
}

/**
 * Holds an algorithm's name, its parameters and what is said of people and features against the registry, before anything is fitted.
 *
 * Throws  ALGORITHM_UNKNOWN with the nearest name; ALGORITHM_PARAM, ALGORITHM_PARAM_UNKNOWN, ALGORITHM_SETTING
 */
export function checkClusterAlgorithm(
  name: string,
  params: Readonly<Record<string, unknown>>,
  given: GivenToAlgorithm = {},
): void {
  const algorithm = clusteringAlgorithm(name);
  const { categories = false, weights = false } = given;
  algorithm.checkColumns({ params, categories, weights });
  const problem = problemOf(algorithm, given);
  if (problem) throw algorithmErrors.ALGORITHM_SETTING({ algorithm: algorithm.name, setting: 'known people', problem });
}
