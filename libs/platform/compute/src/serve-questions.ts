import { parentPort } from 'node:worker_threads';
import { failureOf, serveErrors } from './serve-errors';
import type { FromService, ToService } from './thread-protocol';

/** An answer, and the memory that is given away with it. */
export interface Answered {
  readonly answer: unknown;
  readonly transfer?: readonly ArrayBuffer[];
}

/**
 * The body of a thread entry that answers questions, one after the other, until its starter ends it. What is thrown goes
 * back as data and the thread stays.
 */
export function serveQuestions<Question>(answer: (question: Question) => Promise<Answered>): void {
  const port = parentPort;
  if (!port) throw serveErrors.COMPUTE_NOT_A_THREAD();
  const say = (message: FromService, transfer: readonly ArrayBuffer[] = []): void =>
    port.postMessage(message, [...transfer]);
  let before: Promise<void> = Promise.resolve();
  port.on('message', ({ id, question }: ToService) => {
    before = before
      .then(() => answer(question as Question))
      .then(({ answer: found, transfer }) => say({ id, answer: found }, transfer))
      .catch((thrown: unknown) => say({ id, error: failureOf(thrown) }));
  });
}
