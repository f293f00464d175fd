import { kmeans, kmeansDefaults, type FittedKmeans } from '@kohort/ml-clustering';
import type { Matrix } from '@kohort/ml-core';
import { codesOf, type NeuralControl } from '../coder/coder';
import { codeWidth } from '../coder/coder.params';
import { checkCodes } from '../coder/collapse';
import { trainCoder, type TrainedCoder } from '../coder/train-coder';
import { trainDrawnCoder } from '../coder/train-drawn-coder';
import type { AutoencoderKmeansParams } from './autoencoder-kmeans.params';

/** An autoencoder, and the clustering of its training rows' codes. */
export interface FittedCodes extends TrainedCoder {
  readonly clusters: FittedKmeans;
}

/** What is fitted; with `warmUp` codes are drawn while the autoencoder is trained. */
interface CodeWork {
  readonly estimator: string;
  readonly params: AutoencoderKmeansParams;
  readonly warmUp?: number;
}

async function train(
  matrix: Matrix,
  { estimator, params, warmUp }: CodeWork,
  control: NeuralControl,
): Promise<TrainedCoder> {
  if (warmUp !== undefined) return trainDrawnCoder(matrix, { estimator, params: { ...params, warmUp } }, control);
  const units = codeWidth(params.code, { cols: matrix.cols, k: params.k });
  const kind = { estimator, code: { units, activation: 'linear' } as const };
  return trainCoder(matrix, { params, kind }, control);
}

/**
 * Trains an autoencoder and clusters the codes by k-means: a clustering of its own, and where deep embedded clustering begins.
 *
 * Throws  DEEP_COLLAPSED, DEEP_DIVERGED, ML_TOO_LARGE, ML_CANCELLED
 */
export async function fitCodes(matrix: Matrix, work: CodeWork, control: NeuralControl): Promise<FittedCodes> {
  const { k, restarts } = work.params;
  const { random } = control;
  const { coder, loss, epochs } = await train(matrix, work, { ...control, random: random.split('code') });
  const codes = await codesOf(coder, matrix, control);
  checkCodes(work.estimator, codes, k);
  const asked = { ...kmeansDefaults, k, start: { method: 'k-means++', restarts } as const };
  const clusters = await kmeans.fit(codes, asked, { ...control, random: random.split('k-means') });
  return { coder, loss, epochs, clusters };
}
