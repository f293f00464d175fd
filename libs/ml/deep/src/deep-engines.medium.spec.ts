import { seededRandom } from '@kohort/kernel-clock-random';
import { tensorflowBackend } from '@kohort/ml-adapters';
import { fourGroups } from '@kohort/ml-conformance';
import { adjustedRandIndex } from '@kohort/ml-metrics';
import { kernelBackend } from '@kohort/ml-neural';
import { autoencoderKmeans } from './autoencoder/autoencoder-kmeans';
import { dec } from './dec/dec';
import { vaeMixture } from './vae/vae-mixture';

const small = { k: 4, layers: [8], epochs: 50, batchRows: 200, rate: 0.03, restarts: 2 };

describe('clusterings whose network TensorFlow.js trains', () => {
  it('are those of the own engine, and are placed by it', async () => {
    const matrix = fourGroups(2);
    const truth = Array.from({ length: matrix.rows }, (_, i) => i % 4);
    for (const backend of [kernelBackend, await tensorflowBackend('wasm')]) {
      const control = () => ({ random: seededRandom(3), backend });
      const plain = await autoencoderKmeans.fit(matrix, { ...autoencoderKmeans.defaults, ...small }, control());
      const deep = await dec.fit(matrix, { ...dec.defaults, ...small, rounds: 3, steps: 5 }, control());
      const drawn = await vaeMixture.fit(matrix, { ...vaeMixture.defaults, ...small }, control());
      for (const { labels } of [plain, deep, drawn]) expect(adjustedRandIndex(truth, labels)).toBeGreaterThan(0.95);
      const stored = dec.fromJson(JSON.parse(JSON.stringify(dec.toJson(deep))));
      expect([...(await dec.predict(stored, matrix))]).toEqual([...deep.labels]);
    }
  });
});
