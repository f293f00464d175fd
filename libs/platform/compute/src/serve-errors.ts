import { defineErrors, toAppError } from '@kohort/kernel-errors';
import type { Failure } from './thread-protocol';

export const serveErrors = defineErrors({
  COMPUTE_NOT_A_THREAD: { kind: 'bug', message: () => 'a thread entry was loaded outside a worker thread' },
});

/** What was thrown in a thread, as data. The message of a bug is kept for the starter's log; it is masked further out. */
export function failureOf(thrown: unknown): Failure {
  const error = toAppError(thrown, 'computing in a thread');
  const { code, kind, details, afterMs } = error;
  return { code, kind, message: error.message, details, afterMs };
}
