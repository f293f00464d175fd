import type { ErrorKind } from '@kohort/kernel-errors';
import type { Progress } from '@kohort/kernel-contracts';

/** What a job thread says to the process that started it. */
export type FromThread =
  | { readonly type: 'progress'; readonly progress: Progress }
  | { readonly type: 'done'; readonly output: unknown }
  | {
      readonly type: 'failed';
      readonly error: {
        readonly code: string;
        readonly kind: ErrorKind;
        readonly message: string;
        /** When to try again. */
        readonly afterMs?: number | undefined;
        readonly details: Readonly<Record<string, string | number | boolean | null | readonly string[]>>;
      };
    };

/** What a job thread is told. */
export type ToThread = { readonly type: 'cancel' };
