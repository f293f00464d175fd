import { AppError, type ErrorDetails, type ErrorKind } from './app-error';

/** One entry of a catalogue: the kind and the sentence, which may use the details. */
export interface ErrorEntry {
  readonly kind: ErrorKind;
  readonly message: (details: ErrorDetails) => string;
}

/** What may accompany an error beside its details. */
export interface RaiseOptions {
  readonly cause?: unknown;
  readonly afterMs?: number;
}

/** A scope's catalogue: one maker per stable code. */
export type Catalogue<T extends Readonly<Record<string, ErrorEntry>>> = {
  readonly [K in keyof T]: (details?: ErrorDetails, options?: RaiseOptions) => AppError;
};

/**
 * Declares the errors of one scope. Keys are the stable codes, `SCOPE_WHAT_WENT_WRONG`.
 *
 * @example
 * export const rulesErrors = defineErrors({
 *   RULES_TOO_DEEP: { kind: 'invalid-input', message: (d) => `the rule is ${d['depth']} levels deep, 12 are allowed` },
 * });
 * throw rulesErrors.RULES_TOO_DEEP({ depth: 14 });
 */
export function defineErrors<const T extends Readonly<Record<string, ErrorEntry>>>(entries: T): Catalogue<T> {
  const makers: Record<string, (details?: ErrorDetails, options?: RaiseOptions) => AppError> = {};
  for (const [code, entry] of Object.entries(entries)) {
    makers[code] = (details = {}, options = {}) =>
      new AppError({
        code,
        kind: entry.kind,
        message: entry.message(details),
        details,
        cause: options.cause,
        afterMs: options.afterMs,
      });
  }
  return makers as Catalogue<T>;
}
