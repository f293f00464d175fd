import { dirname, join } from 'node:path';
import { defineErrors } from '@kohort/kernel-errors';
import type { EngineAvailability } from '@kohort/ml-propensity';

const tensorflowErrors = defineErrors({
  TENSORFLOW_NOT_AVAILABLE: { kind: 'configuration', message: (d) => `TensorFlow.js cannot be loaded: ${d['reason']}` },
});

/** TensorFlow.js as its users see it; the same interface whatever computes below. */
export type Tensorflow = typeof import('@tensorflow/tfjs');

/** What computes: the native library (only where its download was possible), WebAssembly with SIMD, plain JavaScript. */
export type TensorflowBackend = 'tensorflow' | 'wasm' | 'cpu';

/** A loaded TensorFlow.js, and what was tried before its backend: for the health page and each model's metadata. */
export interface LoadedTensorflow {
  readonly tf: Tensorflow;
  readonly backend: TensorflowBackend;
  readonly tried: readonly { readonly backend: TensorflowBackend; readonly reason: string }[];
}

const reasonOf = (thrown: unknown): string => {
  if (!(thrown instanceof Error)) return String(thrown);
  // A missing package has a code; a missing native addon has none, and its message names paths of this machine.
  if ('code' in thrown && typeof thrown.code === 'string') return thrown.code;
  return thrown.message.split('\n')[0]?.includes('tfjs_binding') ? 'the native addon is not there' : thrown.name;
};

/** What a CommonJS package exports: a real import() puts it under `default`, a compiled one may not. */
const commonjsOf = <T extends object>(loaded: T & { readonly default?: T }): T => loaded.default ?? loaded;

/** Name in a variable: the package is an optional peer that the compiler must not look for. */
const NATIVE_PACKAGE: string = '@tensorflow/tfjs-node';

/** Removed from Node 23 on, still called by tfjs-node 4.22.0. */
async function restoreIsNullOrUndefined(): Promise<void> {
  const util: { isNullOrUndefined?: (value: unknown) => boolean } = (await import('node:util')).default;
  util.isNullOrUndefined ??= (value) => value === null || value === undefined;
}

async function loadNative(): Promise<Tensorflow> {
  await restoreIsNullOrUndefined();
  const tf: Tensorflow = commonjsOf(await import(NATIVE_PACKAGE));
  await tf.ready();
  if (tf.getBackend() !== 'tensorflow') {
    throw tensorflowErrors.TENSORFLOW_NOT_AVAILABLE({ reason: 'the native backend did not register' });
  }
  return tf;
}

async function useWasm(tf: Tensorflow): Promise<void> {
  const { setWasmPaths } = commonjsOf(await import('@tensorflow/tfjs-backend-wasm'));
  const folder = dirname(require.resolve('@tensorflow/tfjs-backend-wasm/package.json'));
  setWasmPaths(`${join(folder, 'wasm-out')}/`);
  if (!(await tf.setBackend('wasm'))) {
    throw tensorflowErrors.TENSORFLOW_NOT_AVAILABLE({ reason: 'the wasm backend did not start' });
  }
  await tf.ready();
}

/**
 * Loads TensorFlow.js with the fastest backend there is: native, then wasm, then cpu.
 *
 * Call it in a worker thread, never in a process that serves requests: the backend is global to the thread, and a
 * forward pass blocks it. Wrap what you compute in `tf.tidy`, or tensors stay in the backend's memory.
 *
 * Units   prefer: from the host's configuration; absent tries all three in order
 * Cost    about 0.15 s and 90 MB with wasm
 * Throws  TENSORFLOW_NOT_AVAILABLE when not even the cpu backend starts
 */
export async function loadTensorflow(prefer?: TensorflowBackend): Promise<LoadedTensorflow> {
  const tried: { backend: TensorflowBackend; reason: string }[] = [];
  if (prefer !== 'wasm' && prefer !== 'cpu') {
    try {
      return { tf: await loadNative(), backend: 'tensorflow', tried };
    } catch (thrown) {
      tried.push({ backend: 'tensorflow', reason: reasonOf(thrown) });
    }
  }
  const tf: Tensorflow = commonjsOf(await import('@tensorflow/tfjs'));
  // Also keeps the cpu backend from printing advice on which package to install.
  tf.enableProdMode();
  if (prefer !== 'cpu') {
    try {
      await useWasm(tf);
      return { tf, backend: 'wasm', tried };
    } catch (thrown) {
      tried.push({ backend: 'wasm', reason: reasonOf(thrown) });
    }
  }
  if (!(await tf.setBackend('cpu'))) throw tensorflowErrors.TENSORFLOW_NOT_AVAILABLE({ reason: 'no backend started' });
  await tf.ready();
  return { tf, backend: 'cpu', tried };
}

/** Whether TensorFlow.js is installed; loads nothing, since a backend belongs to the thread that loads it. */
export async function tensorflowAvailable(): Promise<EngineAvailability> {
  const engine = 'TensorFlow.js';
  try {
    require.resolve('@tensorflow/tfjs');
    return { available: true, engine };
  } catch (thrown) {
    return { available: false, engine, reason: reasonOf(thrown) };
  }
}
