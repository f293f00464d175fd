import { isAppError } from '@kohort/kernel-errors';

const PASSING: ReadonlySet<string> = new Set(['transient', 'rate-limited', 'cancelled']);

/**
 * Whether a failed reading says nothing of what was to be read: the store is away or busy, somebody cancelled, or it is no
 * error of ours. Read again, the file may be whole.
 */
export const isPassing = (thrown: unknown): boolean => !isAppError(thrown) || PASSING.has(thrown.kind);
