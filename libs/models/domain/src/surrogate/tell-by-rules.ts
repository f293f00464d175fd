import type { ClusterRule, ClusteringCard } from '@kohort/kernel-contracts';
import type { ComputeControl } from '@kohort/ml-core';
import type { ClusterModel } from '../clusters/cluster-model';
import type { ClusterTableInput } from '../clusters/cluster-table';
import { modelRules } from './model-rules';
import { pathInWords, writtenRule } from './rule-of-cluster';
import { surrogateTree } from './surrogate-tree';

/** A model that can tell one person's place, and what its card says of its rules. */
export interface ToldByRules {
  readonly model: ClusterModel;
  readonly rules: NonNullable<ClusteringCard['rules']>;
}

/**
 * Grows the rules of a clustering and gives them to its model: under any algorithm a person's place can be told then.
 *
 * Shape   labels: those of the rows of `input`
 * Cost    see surrogateTree
 * Throws  ML_SHAPE, ML_NOT_FINITE, ML_TOO_FEW_ROWS, ML_CANCELLED
 */
export async function tellByRules(
  input: ClusterTableInput,
  { model, labels, seed }: { readonly model: ClusterModel; readonly labels: ArrayLike<number>; readonly seed: number },
  control: ComputeControl = {},
): Promise<ToldByRules> {
  const { featureNames, matrix, categories = [] } = input;
  const features = { featureNames, categories };
  const surrogate = await surrogateTree({ featureNames, matrix, labels, k: model.placing.k, seed }, control);
  const { fidelity, baseline, rowsHeldOut: heldOut } = surrogate;
  const clusters = surrogate.clusters.map(({ cluster, paths, fidelity: { precision, recall, f1 }, importance }) => {
    const words = paths.map((path) => pathInWords(path, features));
    const told: ClusterRule = {
      ...{ words, precision, recall, f1, importance: [...importance] },
      ...writtenRule(surrogate, cluster, features),
    };
    return told;
  });
  return {
    model: { ...model, rules: modelRules(surrogate, input) },
    rules: { fidelity, baseline, heldOut, clusters },
  };
}
