import { loadSource } from '../load-source.mjs';

export const title = 'training networks (autoencoder 30-64-32-5-32-64-30, Adam, batch 256) against TensorFlow.js';

const cpuSeconds = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};

export async function run(report) {
  const external = ['@tensorflow/tfjs', '@tensorflow/tfjs-backend-wasm'];
  const { exports: bench } = await loadSource('libs/ml/adapters/src/neural.bench.ts', { external });
  const own = await bench.neuralBenchEngine('own');
  for (const { peer, rows, rounds, goalRatio } of bench.neuralBenchCases) {
    const theirs = await bench.neuralBenchEngine(peer);
    const matrix = bench.neuralBenchRows(rows);
    const seconds = { own: [], theirs: [] };
    let gap = 0;
    for (let round = 0; round < rounds; round += 1) {
      const a = await bench.runNeuralBench(own, matrix, cpuSeconds);
      const b = await bench.runNeuralBench(theirs, matrix, cpuSeconds);
      seconds.own.push(a.seconds);
      seconds.theirs.push(b.seconds);
      gap = Math.abs(a.loss / b.loss - 1);
    }
    report({
      name: `an epoch of ${rows.toLocaleString('en')} rows beside ${theirs.name}`,
      own: Math.min(...seconds.own),
      reference: Math.min(...seconds.theirs),
      goal: goalRatio,
      note: `losses of the second epoch differ by ${gap.toExponential(1)} of their value`,
    });
  }
}
