import type { ErrorDetails, ErrorKind } from '@kohort/kernel-errors';
import type { Progress } from '@kohort/kernel-contracts';

/** An error on its way out of a thread. */
export interface Failure {
  readonly code: string;
  readonly kind: ErrorKind;
  readonly message: string;
  /** When to try again. */
  readonly afterMs?: number | undefined;
  readonly details: ErrorDetails;
}

/** What a job thread says to the process that started it. */
export type FromThread =
  | { readonly type: 'progress'; readonly progress: Progress }
  | { readonly type: 'done'; readonly output: unknown }
  | { readonly type: 'failed'; readonly error: Failure };

/** What a job thread is told. */
export type ToThread = { readonly type: 'cancel' };

/** What a thread that answers questions says. */
export type FromService =
  { readonly id: number; readonly answer: unknown } | { readonly id: number; readonly error: Failure };

/** What a thread that answers questions is told. */
export interface ToService {
  readonly id: number;
  readonly question: object;
}
