import { parentPort, workerData } from 'node:worker_threads';
import type { JobControl } from '@kohort/kernel-contracts';
import { defineErrors, toAppError } from '@kohort/kernel-errors';
import type { FromThread, ToThread } from './thread-protocol';

const serveErrors = defineErrors({
  COMPUTE_NOT_A_THREAD: { kind: 'bug', message: () => 'a thread entry was loaded outside a worker thread' },
});

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
    .catch((thrown: unknown) => {
      const error = toAppError(thrown, 'computing in a thread');
      const { code, kind, details, afterMs } = error;
      // The message of a bug is kept for the log of the starter; it is masked where it would leave the system.
      say({ type: 'failed', error: { code, kind, message: error.message, details, afterMs } });
    })
    .finally(() => port.close());
}
