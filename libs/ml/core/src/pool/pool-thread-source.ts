import { BLOCK_ADDRESS } from './arena';
import { CLOSED, WORD } from './pool-words';
import { KERNEL_NAMES } from './wasm-engine';

/**
 * The pool's thread as plain JavaScript, started with `new Worker(source, { eval: true })`: no file to find, so it works
 * from TypeScript sources, from a bundle and inside another thread alike. It knows no kernel: it claims a shard, calls the
 * export named by the command, and counts. Memories arrive over a message port that is read without an event loop.
 */
export const POOL_THREAD_SOURCE = `
'use strict';
const { workerData, receiveMessageOnPort, parentPort } = require('node:worker_threads');
const words = new Int32Array(workerData.control);
const names = ${JSON.stringify(KERNEL_NAMES)};
const compiled = new WebAssembly.Module(workerData.kernels);
let job = 0;
let kernels;
function attach(wanted) {
  for (let got = receiveMessageOnPort(workerData.port); got; got = receiveMessageOnPort(workerData.port)) {
    job = got.message.job;
    kernels = new WebAssembly.Instance(compiled, { env: { memory: got.message.memory } }).exports;
  }
  return job === wanted;
}
parentPort.postMessage('ready');
while (Atomics.load(words, ${WORD.stop}) === 0) {
  const ticket = Atomics.load(words, ${WORD.ticket});
  const index = ticket & ${CLOSED};
  const shards = Atomics.load(words, ${WORD.shards});
  if (index >= shards) {
    Atomics.wait(words, ${WORD.ticket}, ticket);
    continue;
  }
  const name = names[Atomics.load(words, ${WORD.kernel})];
  const first = Atomics.load(words, ${WORD.first});
  const wanted = Atomics.load(words, ${WORD.job});
  if (wanted !== job && !attach(wanted)) continue;
  if (Atomics.compareExchange(words, ${WORD.ticket}, ticket, ticket + 1) !== ticket) continue;
  try {
    if (Atomics.load(words, ${WORD.cancel}) === 0) kernels[name](first + index, ${BLOCK_ADDRESS});
  } catch {
    Atomics.store(words, ${WORD.failed}, 1);
  }
  Atomics.add(words, ${WORD.progress}, 1);
  if (Atomics.add(words, ${WORD.done}, 1) + 1 === shards) Atomics.notify(words, ${WORD.done});
}
`;
