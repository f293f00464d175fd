import { parentPort, workerData } from 'node:worker_threads';
import type { JobControl } from '@kohort/kernel-contracts';
import { failureOf, serveErrors } from './serve-errors';
import type { FromThread, ToThread } from './thread-protocol';

/**
 * The body of a thread entry: takes its input from the starter, runs the work once, reports progress, obeys cancel,
 * and answers with the output or with the error as data. Typed arrays on SharedArrayBuffers are not copied.
 */
export function serveThread<Input, Output>(
  work: (input: Input, control: Required<JobControl>) => Promise<Output>,
): void {
  const port = parentPort;
  if (!port) throw serveErrors.COMPUTE_NOT_A_THREAD();
  const abort = new AbortController();
  const say = (message: FromThread): void => port.postMessage(message);
  port.on('message', (message: ToThread) => {
    if (message.type === 'cancel') abort.abort();
  });
  const control: Required<JobControl> = {
    signal: abort.signal,
    onProgress: (progress) => say({ type: 'progress', progress }),
  };
  work(workerData as Input, control)
    .then((output) => say({ type: 'done', output }))
    .catch((thrown: unknown) => say({ type: 'failed', error: failureOf(thrown) }))
    .finally(() => port.close());
}
