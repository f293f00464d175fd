import type { TrainClustersInput } from '@kohort/gateway-schema';
import { parseShape, runParams, type RunParams } from '@kohort/kernel-contracts';
import { checkClusterAlgorithm } from '@kohort/models-domain';
import { instantText } from './run-request';

/** The fields that are there. */
function present(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value != null));
}

/**
 * What a clustering is asked for, as its job takes it.
 *
 * Throws  what a shape that does not fit throws; ALGORITHM_UNKNOWN, ALGORITHM_PARAM, ALGORITHM_PARAM_UNKNOWN, ALGORITHM_SETTING: before
 *         anything is queued
 */
export function clustersToTrain(input: TrainClustersInput, now: number): RunParams<'models.fitClusters'> {
  const { key, features, exclude, algorithm, params, weights, k, kLeast, kMost, minSize, maxSize, seed } = input;
  const { mustLink, cannotLink } = input;
  const seeds = input.seeds?.map(({ group, people }) => ({ group, people }));
  const range = kLeast == null && kMost == null ? 'auto' : { from: kLeast ?? 2, to: kMost ?? kLeast };
  const sizes = present({ min: minSize, max: maxSize });
  const asked = parseShape(runParams['models.fitClusters'], {
    ...present({ features, exclude, algorithm, params, weights, seeds, mustLink, cannotLink }),
    ...(Object.keys(sizes).length > 0 ? { sizes } : {}),
    modelKey: key,
    asOf: instantText(input.asOf ?? now),
    k: k ?? range,
    seed,
  });
  checkClusterAlgorithm(asked.algorithm ?? 'kmeans', asked.params ?? {}, {
    seeds: asked.seeds !== undefined,
    links: asked.mustLink !== undefined || asked.cannotLink !== undefined,
  });
  return asked;
}
