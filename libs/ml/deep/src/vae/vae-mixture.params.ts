import type { ParamLimits } from '@kohort/ml-core';
import { codeClusterLimits } from '../autoencoder/autoencoder-kmeans.params';
import { coderDefaults, coderLimits, type CoderParams } from '../coder/coder.params';

/** How to cluster the codes of a variational autoencoder. */
export interface VaeMixtureParams extends CoderParams {
  /** Number of clusters. */
  readonly k: number;
  /** Independent starts of the mixture over the codes. */
  readonly restarts: number;
  /** Share of the epochs in which the pull towards the standard normal rises to its full weight. */
  readonly warmUp: number;
}

export const vaeMixtureDefaults: VaeMixtureParams = { ...coderDefaults, k: 4, restarts: 10, warmUp: 0.5 };

/** The limits of the plain parameters; the network's others are checked by `checkCoder`. */
export const vaeMixtureLimits: Partial<ParamLimits<VaeMixtureParams>> = {
  ...coderLimits,
  ...codeClusterLimits,
  k: { ...codeClusterLimits.k, max: 1024 },
  warmUp: { kind: 'number', min: 0, max: 1, integer: false, unit: 'share of the epochs', help: 'rise of the pull' },
};
