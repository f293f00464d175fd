import {
  loadTensorflow,
  tensorflowAvailable,
  type LoadedTensorflow,
  type TensorflowBackend,
} from './tensorflow.adapter';

/** A dense layer with known weights: relu(x·W + b). */
function denseForward({ tf }: LoadedTensorflow): number[] {
  const model = tf.sequential({ layers: [tf.layers.dense({ units: 2, inputShape: [3], activation: 'relu' })] });
  tf.tidy(() =>
    model.setWeights([
      tf.tensor2d([
        [1, -1],
        [2, 0.5],
        [0, 3],
      ]),
      tf.tensor1d([0.5, -10]),
    ]),
  );
  const before = tf.memory().numTensors;
  const rows = [
    [1, 2, 3],
    [0, 0, 5],
  ];
  const out = tf.tidy(() =>
    [model.predict(tf.tensor2d(rows))].flat().flatMap((tensor) => Array.from(tensor.dataSync())),
  );
  expect(tf.memory().numTensors).toBe(before);
  model.dispose();
  return out;
}

describe('TensorFlow.js', () => {
  it('says that it is there', async () => {
    expect(await tensorflowAvailable()).toEqual({ available: true, engine: 'TensorFlow.js' });
  });

  it.each([undefined, 'wasm', 'cpu'] as (TensorflowBackend | undefined)[])(
    'a dense layer forward, preferring %s',
    async (prefer) => {
      const loaded = await loadTensorflow(prefer);
      expect(loaded.tf.getBackend()).toBe(loaded.backend);
      if (prefer !== undefined) expect(loaded.backend).toBe(prefer);
      const skipped = loaded.tried.map(({ backend }) => backend);
      expect(skipped).toEqual(loaded.backend === 'tensorflow' || prefer !== undefined ? [] : ['tensorflow']);
      const expected = [5.5, 0, 0.5, 5];
      const found = denseForward(loaded);
      expect(found).toHaveLength(4);
      expected.forEach((value, i) => expect(found[i]).toBeCloseTo(value, 5));
    },
  );
});
