/**
 * The program of the thread that holds ml-xgboost, as text: Node 20 threads cannot load TypeScript, and the same text
 * works under jest, from a bundle and inside another thread. The engine is named by an absolute path in workerData.
 *
 * It calls the WebAssembly module below the package's own class, because that class passes the data on the 5 MiB
 * Emscripten stack (62,000 rows of 20 columns at most), predicts row by row through four copies, and ignores unknown
 * settings. Memory is taken with _malloc here and given back by ending the thread.
 */
export const XGBOOST_THREAD_SOURCE = `
'use strict';
const { parentPort, workerData } = require('node:worker_threads');

const CHUNK = 10;
// Bins are handed over one higher: the engine finds no split in a column whose present values are all 0.
const SHIFT = 1;
const shifted = (bins) => Float32Array.from(bins, (bin) => (bin < 0 ? bin : bin + SHIFT));
// The engine throws C++ exceptions as bare numbers, the address of the exception, or as text that begins with it.
const reasonOf = (thrown) => {
  const text = String((thrown && thrown.message) || thrown);
  return typeof thrown === 'number' || /^[0-9]+ - /.test(text) ? 'C++ exception' : text;
};

let doing = 'loading the engine';
const fail = (thrown) => parentPort.postMessage({ type: 'failed', doing, reason: reasonOf(thrown) });

function grow(engine, job) {
  const { rows, cols, bins, labels, settings, iterations, sampleRows } = job;
  doing = 'taking the rows';
  const matrixAt = engine._malloc(rows * cols * 4);
  const labelsAt = engine._malloc(rows * 4);
  if (matrixAt === 0 || labelsAt === 0) throw new Error('out of memory');
  engine.HEAPF32.set(shifted(bins), matrixAt >> 2);
  engine.HEAPF32.set(labels, labelsAt >> 2);
  const model = engine._create_model(matrixAt, labelsAt, rows, cols);
  engine._free(matrixAt);
  engine._free(labelsAt);
  const setParam = engine.cwrap('set_param', null, ['number', 'string', 'string']);
  for (const [name, value] of settings) setParam(model, name, value);
  doing = 'growing trees';
  for (let done = 0; done < iterations; ) {
    const count = Math.min(CHUNK, iterations - done);
    engine._train_full_model(model, count);
    done += count;
    parentPort.postMessage({ type: 'progress', done });
  }
  doing = 'reading the trees';
  const size = engine._save_model(model);
  if (size <= 0) throw new Error('nothing to save');
  const contentAt = engine._malloc(size);
  engine._get_file_content(contentAt, size);
  const content = engine.HEAPU8.slice(contentAt, contentAt + size);
  engine._free(contentAt);
  doing = 'predicting the sample';
  const sample = new Float32Array(sampleRows);
  const rowAt = engine._malloc(cols * 4);
  const outAt = engine._malloc(4);
  for (let row = 0; row < sampleRows; row += 1) {
    engine.HEAPF32.set(shifted(bins.subarray(row * cols, (row + 1) * cols)), rowAt >> 2);
    engine._predict_one(model, rowAt, cols, outAt);
    sample[row] = engine.HEAPF32[outAt >> 2];
  }
  engine._free(rowAt);
  engine._free(outAt);
  engine._free_memory_model(model);
  parentPort.postMessage({ type: 'grown', content, sample, heapBytes: engine.HEAPU8.length }, [content.buffer]);
}

try {
  const engine = require(workerData.enginePath);
  // The module answers then() itself and would be awaited for ever; the promise beside it is the one to wait for.
  const ready = engine.isReady;
  ready.then(
    () => {
      delete engine.then;
      try {
        if (workerData.job === null) parentPort.postMessage({ type: 'loaded' });
        else grow(engine, workerData.job);
      } catch (thrown) {
        fail(thrown);
      }
    },
    fail,
  );
} catch (thrown) {
  fail(thrown);
}
`;
