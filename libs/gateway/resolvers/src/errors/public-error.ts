import { GraphQLError } from 'graphql';
import { AppError, isAppError, toAppError } from '@kohort/kernel-errors';
import type { Logger } from '@kohort/kernel-telemetry';

/** What stands beside an error in the answer: enough to act and to ask us, never a stack, SQL or a path. */
export interface ErrorSetting {
  readonly correlationId: string;
  readonly logger: Logger;
}

/** A typing hint names fields that the caller may not know of. */
const HINT = /\s*Did you mean .*\?$/;

function causeOf(thrown: unknown): unknown {
  return thrown instanceof GraphQLError && thrown.originalError ? causeOf(thrown.originalError) : thrown;
}

function codeOf(extensions: Readonly<Record<string, unknown>>): string {
  return typeof extensions['code'] === 'string' ? extensions['code'] : 'GATEWAY_QUERY_INVALID';
}

function position(thrown: unknown): { nodes?: GraphQLError['nodes']; path?: GraphQLError['path'] } {
  return thrown instanceof GraphQLError ? { nodes: thrown.nodes, path: thrown.path } : {};
}

/** Errors that Fastify and Mercurius raise themselves: they carry the status that they mean. */
function ofTransport(thrown: unknown): AppError | null {
  if (!(thrown instanceof Error) || !('statusCode' in thrown) || typeof thrown.statusCode !== 'number') return null;
  if (thrown.statusCode === 413) {
    return new AppError({ code: 'GATEWAY_BODY_TOO_LARGE', kind: 'invalid-input', message: 'the body is too large' });
  }
  if (thrown.statusCode < 400 || thrown.statusCode >= 500) return null;
  return new AppError({ code: 'GATEWAY_REQUEST_INVALID', kind: 'invalid-input', message: 'the request is not valid' });
}

/** Where the caller of a stream goes on: the cursor that it resumes from, or the token of a snapshot. */
function wayOn({ details }: AppError): Record<string, string> {
  const known = ['cursor', 'snapshotToken'].map((name) => [name, details[name]] as const);
  return Object.fromEntries(known.flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])));
}

/**
 * What a caller sees of anything that was thrown: a stable code, a sentence of ours, and the correlation id under which
 * the log has the rest. Errors of the document itself (syntax, unknown fields) keep their message without hints.
 */
export function toPublicError(thrown: unknown, setting: ErrorSetting): GraphQLError {
  const cause = causeOf(thrown);
  if (cause instanceof GraphQLError) {
    // Made public already, nearer to where it was thrown: only the place in the answer is added.
    if ('correlationId' in cause.extensions) {
      return new GraphQLError(cause.message, { ...position(thrown), extensions: { ...cause.extensions } });
    }
    return new GraphQLError(cause.message.replace(HINT, ''), {
      ...position(thrown),
      extensions: { code: codeOf(cause.extensions), correlationId: setting.correlationId },
    });
  }
  const error = ofTransport(cause) ?? toAppError(cause, 'graphql');
  if (error.kind === 'bug') {
    const reason = isAppError(error.cause)
      ? error.cause.code
      : error.cause instanceof Error
        ? error.cause.name
        : 'none';
    setting.logger.error('request failed', { correlationId: setting.correlationId, code: error.code, reason });
  }
  return new GraphQLError(error.publicMessage, {
    ...position(thrown),
    extensions: {
      code: error.code,
      kind: error.kind,
      correlationId: setting.correlationId,
      ...(error.afterMs === undefined ? {} : { retryAfterMs: error.afterMs }),
      ...wayOn(error),
    },
  });
}
