import { featuresErrors, isTextFeature, isTextsFeature } from '@kohort/features-domain';
import { workspaceFeatures } from '@kohort/features-flow';
import type { TrainClustersInput } from '@kohort/gateway-schema';
import { parseShape, runParams, type RunParams } from '@kohort/kernel-contracts';
import { checkClusterAlgorithm } from '@kohort/models-domain';
import { callerOf, type GatewayContext } from '../context/gateway-context';
import { instantText } from './run-request';

/** The fields that are there. */
function present(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value != null));
}

function checkAsked(
  { algorithm = 'kmeans', params = {}, seeds, mustLink, cannotLink }: RunParams<'models.fitClusters'>,
  categories = false,
): void {
  const links = mustLink !== undefined || cannotLink !== undefined;
  checkClusterAlgorithm(algorithm, params, { seeds: seeds !== undefined, links, categories });
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
  checkAsked(asked);
  return asked;
}

/**
 * Holds the traits that are named against what the algorithm takes: texts are words, which some take and most do not; what
 * is read out of texts none does. What names no trait is left to the job, and so are texts of too many different words.
 *
 * Throws  ALGORITHM_SETTING, FEATURES_OF_TEXTS
 */
export async function checkWordsToTrain(
  context: GatewayContext,
  asked: RunParams<'models.fitClusters'>,
): Promise<void> {
  const { features, exclude = [] } = asked;
  if (!features) return;
  const { definitions } = await workspaceFeatures(context.services.traits.store, callerOf(context).workspaceId);
  const taken = features.filter((key) => !exclude.includes(key));
  const own = definitions.filter(({ key }) => taken.includes(key));
  const ofTexts = own.find(isTextsFeature);
  if (ofTexts) throw featuresErrors.FEATURES_OF_TEXTS({ key: ofTexts.key });
  checkAsked(asked, own.some(isTextFeature));
}
