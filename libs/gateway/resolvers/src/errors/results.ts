import { z } from 'zod';
import { isAppError, type AppError, type ErrorKind } from '@kohort/kernel-errors';

/** One thing wrong with an input, and where. */
export interface Issue {
  readonly path: string;
  readonly message: string;
}

const FAILURES: Partial<Record<ErrorKind, string>> = {
  'invalid-input': 'InvalidInput',
  'not-found': 'NotFound',
  conflict: 'Conflict',
  configuration: 'NeedsAttention',
  'unsuitable-data': 'NeedsAttention',
};

/** A member of a mutation's union; the rest of it is the member's fields. */
export interface Answer {
  readonly __typename: string;
  readonly [field: string]: unknown;
}

/** An issue as a sentence with its place; the rule language says the place itself. */
function said({ path, message }: Issue): string {
  const isPlaced = path === '' || message.startsWith(`${path}: `) || message.startsWith(`node ${path}: `);
  return isPlaced ? message : `${path}: ${message}`;
}

/** The failure that says what is wrong with an input. */
export function invalidInput(code: string, issues: readonly Issue[]): Answer {
  const message = issues.map(said).join('; ');
  return { __typename: 'InvalidInput', code, message, issues };
}

function failureOf(error: AppError): Answer | null {
  const __typename = FAILURES[error.kind];
  return __typename === undefined ? null : { __typename, code: error.code, message: error.message, issues: [] };
}

/**
 * Runs a mutation and makes its union answer: what was made, or the expected failure as data. Surprises (kinds that are
 * no state of the caller's world) are thrown on.
 */
export async function answer<T extends object>(success: string, work: () => Promise<T>): Promise<Answer> {
  try {
    return { __typename: success, ...(await work()) };
  } catch (thrown) {
    if (thrown instanceof z.ZodError) {
      const issues = thrown.issues.map((issue) => ({ path: issue.path.join('.'), message: issue.message }));
      return invalidInput('GATEWAY_INPUT_INVALID', issues);
    }
    const failure = isAppError(thrown) ? failureOf(thrown) : null;
    if (failure === null) throw thrown;
    return failure;
  }
}
