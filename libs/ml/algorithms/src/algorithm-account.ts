import type { ClusteringAlgorithm } from './clustering-algorithm';
import { accountOfParams, type ParamAccount } from './params-schema';
import { CLUSTERING_ALGORITHMS } from './registry';

/** An algorithm as people are told of it: plain data. */
export interface AlgorithmAccount extends Omit<ClusteringAlgorithm, 'fit' | 'checkColumns' | 'params'> {
  readonly params: readonly ParamAccount[];
}

/** Every algorithm, the plainest first, with its parameters and what they are when left out. */
export function algorithmAccounts(): AlgorithmAccount[] {
  return CLUSTERING_ALGORITHMS.map(({ params, ...told }) => ({
    name: told.name,
    title: told.title,
    about: told.about,
    family: told.family,
    input: told.input,
    takesK: told.takesK,
    findsK: told.findsK,
    marksNoise: told.marksNoise,
    needs: told.needs,
    keepsSizes: told.keepsSizes,
    rowLimit: told.rowLimit,
    confidence: told.confidence,
    params: accountOfParams(params),
  }));
}
