import { seededRandom } from '@kohort/kernel-clock-random';
import { fourGroups } from '@kohort/ml-conformance';
import { matrixOf } from '@kohort/ml-core';
import { bentGroups } from '../test/bent-groups';
import { autoencoderKmeans, codeDistances } from './autoencoder/autoencoder-kmeans';
import { dec, decPlaces } from './dec/dec';
import { vaeMixture, vaeProbabilities } from './vae/vae-mixture';

const small = { k: 4, layers: [8], epochs: 20, batchRows: 64, rate: 0.02, restarts: 2 };
const matrix = fourGroups(1);
const far = matrixOf([[400, -300, 200]]);
/** The place of each row's largest or smallest value. */
const placesOf = (values: Float64Array, k: number, best: (...row: number[]) => number): number[] =>
  Array.from({ length: values.length / k }, (_, i) => {
    const row = values.subarray(i * k, i * k + k);
    return row.indexOf(best(...row));
  });

describe('what clusterings through networks tell of rows', () => {
  it('autoencoder: the nearest centre is the label; a strange row is far from all', async () => {
    const params = { ...autoencoderKmeans.defaults, ...small };
    const seen = new Set<string>();
    const onProgress = ({ phase }: { phase: string }) => seen.add(phase);
    const fitted = await autoencoderKmeans.fit(matrix, params, { random: seededRandom(3), onProgress });
    const distances = await codeDistances(fitted, matrix);
    expect(placesOf(distances, 4, Math.min)).toEqual([...fitted.labels]);
    expect([...(await autoencoderKmeans.predict(fitted, matrix))]).toEqual([...fitted.labels]);
    expect(Math.min(...(await codeDistances(fitted, far)))).toBeGreaterThan(Math.max(...distances));
    expect(fitted.loss).toBeLessThan(0.5);
    expect([...seen]).toEqual(['training the network', 'fitting clusters']);
  });

  it('dec: shares sum to one and the largest is the label; the rounds and whether it settled are told', async () => {
    const params = { ...dec.defaults, ...small, rounds: 8 };
    const rounds: number[] = [];
    const onProgress = ({ phase, done }: { phase: string; done: number }) => {
      if (phase === 'training clusters') rounds.push(done);
    };
    const fitted = await dec.fit(matrix, params, { random: seededRandom(3), onProgress });
    const { shares, distances } = await decPlaces(fitted, matrix);
    expect(placesOf(shares, 4, Math.max)).toEqual([...fitted.labels]);
    expect(placesOf(distances, 4, Math.min)).toEqual([...fitted.labels]);
    expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(matrix.rows, 6);
    expect(rounds).toEqual(Array.from({ length: fitted.rounds }, (_, at) => at + 1));
    expect(fitted.converged).toBe(true);
    const hurried = { ...params, rounds: 1, tolerance: 0, start: 'plain', rate: 0.1 } as const;
    const { converged } = await dec.fit(bentGroups(1, { rows: 200 }).matrix, hurried, { random: seededRandom(3) });
    expect(converged).toBe(false);
  });

  it('vae: probabilities sum to one; codes in use tell something; a strange row is hardly dense', async () => {
    const params = { ...vaeMixture.defaults, ...small, epochs: 40 };
    const fitted = await vaeMixture.fit(matrix, params, { random: seededRandom(3) });
    const { probabilities, logDensities } = await vaeProbabilities(fitted, matrix);
    expect(placesOf(probabilities, 4, Math.max)).toEqual([...fitted.labels]);
    expect(probabilities.reduce((sum, share) => sum + share, 0)).toBeCloseTo(matrix.rows, 6);
    const strange = (await vaeProbabilities(fitted, far)).logDensities[0] ?? NaN;
    expect(strange).toBeLessThan(Math.min(...logDensities));
    expect(fitted.divergence).toBeGreaterThan(0.5);
    expect(fitted.mixture.cols).toBe(fitted.used.length);
  });

  it('are cancelled between epochs and between rounds', async () => {
    for (const phase of ['training the network', 'training clusters']) {
      const stop = new AbortController();
      const onProgress = (progress: { phase: string }) => {
        if (progress.phase === phase) stop.abort();
      };
      const params = { ...dec.defaults, ...small, tolerance: 0 };
      const fitting = dec.fit(matrix, params, { random: seededRandom(3), signal: stop.signal, onProgress });
      await expect(fitting).rejects.toMatchObject({ code: 'ML_CANCELLED' });
    }
  });
});

describe('a collapse of drawn codes', () => {
  const refused = { code: 'DEEP_COLLAPSED', kind: 'unsuitable-data' };

  it('is named where there is nothing to tell of rows: twelve columns of chance', async () => {
    const random = seededRandom(4);
    const noise = { data: Float32Array.from({ length: 3600 }, () => random.normal()), rows: 300, cols: 12 };
    const params = { ...vaeMixture.defaults, ...small, code: 1, epochs: 40, warmUp: 0 };
    await expect(vaeMixture.fit(noise, params, { random: seededRandom(1) })).rejects.toMatchObject(refused);
  });

  it('is named where steps are too long to learn a code', async () => {
    const hasty = { ...dec.defaults, ...small, rate: 0.2 };
    const fitting = dec.fit(matrix, hasty, { random: seededRandom(3) });
    await expect(fitting).rejects.toMatchObject(refused);
    await expect(fitting).rejects.toThrow('its codes tell nothing of the rows');
  });
});
