import { z } from 'zod';
import type { Json } from '@kohort/kernel-contracts';
import { mlErrors, readState } from '@kohort/ml-core';
import { gaussianMixtureFromJson, gaussianMixtureToJson, type GaussianMixtureState } from '@kohort/ml-mixture';
import type { Coder } from '../coder/coder';
import { coderFromJson, coderSchema, coderToJson } from '../coder/coder.state';

export const VAE_MIXTURE = 'vae-mixture';

/** A fitted mixture over the codes of a variational autoencoder: all that `predict` needs, read-only. */
export interface VaeMixtureState {
  readonly version: 1;
  /** Gives the means of the codes. */
  readonly coder: Coder;
  /** The clusters, in the space of the codes that are in use. */
  readonly mixture: GaussianMixtureState;
  /** Places of the codes' values that tell something of the rows; the others stayed at the standard normal. */
  readonly used: readonly number[];
  /** Divergence of the codes from the standard normal, a row's mean, in nats: what a code tells of its row at most. */
  readonly divergence: number;
  readonly epochs: number;
}

const schema = z.object({
  estimator: z.literal(VAE_MIXTURE),
  version: z.literal(1),
  coder: coderSchema,
  mixture: z.unknown(),
  used: z.array(z.number().int().nonnegative()).min(1),
  divergence: z.number(),
  epochs: z.number().int().nonnegative(),
});

/** The state as JSON; numbers keep every bit. */
export function vaeMixtureToJson({ version, coder, mixture, used, divergence, epochs }: VaeMixtureState): Json {
  const parts = { coder: coderToJson(coder), mixture: gaussianMixtureToJson(mixture), used: [...used] };
  return { estimator: VAE_MIXTURE, version, ...parts, divergence, epochs };
}

/** Reads what vaeMixtureToJson wrote. Throws ML_STATE with the first thing wrong. */
export function vaeMixtureFromJson(json: unknown): VaeMixtureState {
  const { version, used, divergence, epochs, ...parts } = readState(VAE_MIXTURE, schema, json);
  const [coder, mixture] = [coderFromJson(parts.coder), gaussianMixtureFromJson(parts.mixture)];
  const width = coder.layers.at(-1)?.units ?? 0;
  if (mixture.cols !== used.length || used.some((place) => place >= width)) {
    throw mlErrors.ML_STATE({ estimator: VAE_MIXTURE, problem: 'the mixture does not fit the code' });
  }
  return { version, coder, mixture, used, divergence, epochs };
}
