import { kmeansDefaults } from '@kohort/ml-clustering';
import type { ParamLimits } from '@kohort/ml-core';
import { coderDefaults, coderLimits, type CoderParams } from '../coder/coder.params';

/** How to cluster the codes of an autoencoder. */
export interface AutoencoderKmeansParams extends CoderParams {
  /** Number of clusters. */
  readonly k: number;
  /** Independent starts of the k-means over the codes. */
  readonly restarts: number;
}

export const autoencoderKmeansDefaults: AutoencoderKmeansParams = {
  ...coderDefaults,
  k: kmeansDefaults.k,
  restarts: 20,
};

/** Limits of k and of the starts: the same wherever codes are clustered by k-means. */
export const codeClusterLimits = {
  k: { kind: 'number', min: 1, max: 4096, integer: true, unit: 'clusters', help: 'number of clusters' },
  restarts: {
    kind: 'number',
    min: 1,
    max: 1000,
    integer: true,
    unit: 'starts',
    help: 'starts of the k-means over the codes',
  },
} as const;

/** The limits of the plain parameters; the network's others are checked by `checkCoder`. */
export const autoencoderKmeansLimits: Partial<ParamLimits<AutoencoderKmeansParams>> = {
  ...coderLimits,
  ...codeClusterLimits,
};
