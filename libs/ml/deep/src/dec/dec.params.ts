import type { ParamLimits } from '@kohort/ml-core';
import {
  autoencoderKmeansDefaults,
  autoencoderKmeansLimits,
  type AutoencoderKmeansParams,
} from '../autoencoder/autoencoder-kmeans.params';

/** How to train an embedding and its clusters together; the autoencoder and the k-means are where it begins. */
export interface DecParams extends AutoencoderKmeansParams {
  /**
   * How the autoencoder is trained it begins from. `drawn`: codes are drawn while it is (a variational one), so that near rows
   * keep near codes, which k-means and Student's t rely on; `plain`: as in the paper, without its noise.
   */
  readonly start: 'drawn' | 'plain';
  /** Most rounds: in each the targets are set anew, and the network follows them. */
  readonly rounds: number;
  /** Steps of a round; null: one pass over the rows, 20 at least. */
  readonly steps: number | null;
  /** It has settled when no more than this share of the rows changes its cluster in a round. */
  readonly tolerance: number;
}

export const decDefaults: DecParams = {
  ...autoencoderKmeansDefaults,
  start: 'drawn',
  rounds: 60,
  steps: null,
  tolerance: 1e-3,
};

const LEAST_STEPS = 20;

/** The steps of a round where none are given. */
export const stepsFor = ({ steps, batchRows }: DecParams, rows: number): number =>
  steps ?? Math.max(LEAST_STEPS, Math.ceil(rows / batchRows));

/** The limits of `steps` where they are given. */
export const stepsLimits = {
  steps: { kind: 'number', min: 1, max: 1_000_000, integer: true, unit: 'steps', help: 'steps of a round' },
} as const;

/** The limits of the plain parameters; the network's others are checked by `checkCoder`. */
export const decLimits: Partial<ParamLimits<DecParams>> = {
  ...autoencoderKmeansLimits,
  start: { kind: 'choice', allowed: ['drawn', 'plain'], help: 'how the autoencoder it begins from is trained' },
  rounds: { kind: 'number', min: 1, max: 100_000, integer: true, unit: 'rounds', help: 'most rounds' },
  tolerance: {
    kind: 'number',
    min: 0,
    max: 1,
    integer: false,
    unit: 'share of the rows',
    help: 'rows that change their cluster in a round, at which it has settled',
  },
};
