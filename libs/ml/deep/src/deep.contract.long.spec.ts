import { clusterExample, estimatorContract, tooFewForClusters, type ContractSubject } from '@kohort/ml-conformance';
import { matrixOf, type Matrix } from '@kohort/ml-core';
import { adjustedRandIndex } from '@kohort/ml-metrics';
import { autoencoderKmeans } from './autoencoder/autoencoder-kmeans';
import type { CoderParams } from './coder/coder.params';
import { dec } from './dec/dec';
import { vaeMixture } from './vae/vae-mixture';

/** Few steps of a small network find four plain groups. */
const small = { k: 4, layers: [8], epochs: 20, batchRows: 64, rate: 0.02, restarts: 2 };

/** Steps so long, through layers so many, that weights leave float32. */
const hastily = <P extends CoderParams>(params: P) => ({
  title: 'a rate at which weights leave float32',
  training: matrixOf(Array.from({ length: 60 }, (_, i) => [i % 4, (i * 7) % 5])),
  params: { ...params, rate: 1, layers: [64, 64, 64, 64, 64, 64, 64, 64], epochs: 200 },
  code: 'DEEP_DIVERGED',
});

/** What every estimator through a network takes and refuses alike. */
function subjectOf<P extends CoderParams & { k: number; restarts: number }>(params: P): ContractSubject<P, Matrix> {
  return {
    ...clusterExample,
    params,
    agreement: adjustedRandIndex,
    leastAgreement: { permuted: 0.95, shifted: 0.95, scaled: 0.95 },
    refused: tooFewForClusters(params),
    badParams: [
      { ...params, k: 0 },
      { ...params, layers: [] },
      { ...params, layers: [8, 0] },
      { ...params, code: 0 },
      { ...params, epochs: 0 },
      { ...params, batchRows: 0.5 },
      { ...params, rate: 0 },
      { ...params, restarts: 0 },
    ],
  };
}

estimatorContract(autoencoderKmeans, subjectOf({ ...autoencoderKmeans.defaults, ...small }));

const tied = { ...dec.defaults, ...small, rounds: 3, steps: 10 };
const decSubject = subjectOf(tied);
estimatorContract(dec, {
  ...decSubject,
  refused: [...decSubject.refused, hastily(tied)],
  badParams: [...decSubject.badParams, { ...tied, rounds: 0 }, { ...tied, steps: 0 }, { ...tied, tolerance: -1 }],
});

const pulled = { ...vaeMixture.defaults, ...small, epochs: 30 };
const vaeSubject = subjectOf(pulled);
estimatorContract(vaeMixture, {
  ...vaeSubject,
  refused: [...vaeSubject.refused, hastily(pulled)],
  badParams: [...vaeSubject.badParams, { ...pulled, warmUp: 2 }],
});
