import { isAppError } from '@kohort/kernel-errors';

function codeOf(thrown: unknown): string {
  return thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : '';
}

/** Where an error came from, without its message, which may quote a person's data: class and first frames. */
export function originOf(thrown: unknown): string {
  const cause = isAppError(thrown) && thrown.cause instanceof Error ? thrown.cause : thrown;
  if (!(cause instanceof Error)) return typeof cause;
  const frames = (cause.stack ?? '').split('\n').filter((line) => line.trimStart().startsWith('at '));
  return [cause.name, codeOf(cause), ...frames.slice(0, 4).map((line) => line.trim())].filter(Boolean).join(' | ');
}
