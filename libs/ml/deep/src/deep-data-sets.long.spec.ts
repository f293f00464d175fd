import { seededRandom } from '@kohort/kernel-clock-random';
import { kmeans, kmeansDefaults } from '@kohort/ml-clustering';
import { hasDataSets, plantedSet, zScored } from '@kohort/ml-conformance';
import { matrixOf, type Matrix } from '@kohort/ml-core';
import { normalizedMutualInformation } from '@kohort/ml-metrics';
import { bentGroups } from '../test/bent-groups';
import { autoencoderKmeans } from './autoencoder/autoencoder-kmeans';
import { dec } from './dec/dec';
import { vaeMixture } from './vae/vae-mixture';

const control = () => ({ random: seededRandom(5) });

/** What each says of the truth: normalised mutual information. */
async function agreements(matrix: Matrix, truth: readonly number[]) {
  const k = new Set(truth).size;
  const start = { method: 'k-means++', restarts: 20 } as const;
  const [raw, plain, deep, drawn] = [
    await kmeans.fit(matrix, { ...kmeansDefaults, k, start }, control()),
    await autoencoderKmeans.fit(matrix, { ...autoencoderKmeans.defaults, k }, control()),
    await dec.fit(matrix, { ...dec.defaults, k }, control()),
    await vaeMixture.fit(matrix, { ...vaeMixture.defaults, k }, control()),
  ].map(({ labels }) => normalizedMutualInformation(truth, labels));
  return { raw: raw ?? NaN, plain: plain ?? NaN, deep: deep ?? NaN, drawn: drawn ?? NaN };
}

describe('groups on a bent surface among columns of chance', () => {
  it.each([1, 2, 3])(
    'seed %d: DEC and VAE agree with the truth by .05 more than k-means on the columns',
    async (seed) => {
      const { matrix, truth } = bentGroups(seed);
      const { raw, deep, drawn } = await agreements(matrix, truth);
      expect(deep).toBeGreaterThanOrEqual(raw + 0.05);
      expect(drawn).toBeGreaterThanOrEqual(raw + 0.05);
    },
  );
});

(hasDataSets ? describe : describe.skip)('public data sets', () => {
  it.each([
    ['wine', { plain: 0.5, deep: 0.65, drawn: 0.65 }],
    ['iris', { plain: 0.6, deep: 0.55, drawn: 0.55 }],
  ])('%s: the classes are found, though few rows teach a network little', async (name, least) => {
    const { points, truth } = plantedSet(name);
    const found = await agreements(matrixOf(zScored(points)), truth);
    expect(found.plain).toBeGreaterThan(least.plain);
    expect(found.deep).toBeGreaterThan(least.deep);
    expect(found.drawn).toBeGreaterThan(least.drawn);
  });
});
