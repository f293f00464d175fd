import { clusteringAlgorithm, readParams } from '@kohort/ml-algorithms';

/**
 * Holds an algorithm's name and parameters against the registry, before anything is fitted.
 *
 * Throws  ALGORITHM_UNKNOWN with the nearest name; ALGORITHM_PARAM, ALGORITHM_PARAM_UNKNOWN
 */
export function checkClusterAlgorithm(name: string, params: Readonly<Record<string, unknown>>): void {
  const algorithm = clusteringAlgorithm(name);
  readParams(algorithm.name, algorithm.params, params);
}
