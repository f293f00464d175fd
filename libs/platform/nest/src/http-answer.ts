import { HttpException } from '@nestjs/common';
import { AppError, ERROR_KINDS, isAppError, toAppError } from '@kohort/kernel-errors';
import type { Logger } from '@kohort/kernel-telemetry';

/** An error as plain HTTP answers it. */
export interface HttpErrorAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: { readonly code: string; readonly message: string; readonly correlationId: string };
}

function fromTransport(thrown: unknown): AppError | null {
  const status =
    thrown instanceof HttpException
      ? thrown.getStatus()
      : thrown instanceof Error && 'statusCode' in thrown && typeof thrown.statusCode === 'number'
        ? thrown.statusCode
        : null;
  if (status === 404)
    return new AppError({ code: 'HTTP_NOT_FOUND', kind: 'not-found', message: 'there is no such path' });
  if (status === null || status < 400 || status >= 500) return null;
  return new AppError({ code: 'HTTP_REQUEST_INVALID', kind: 'invalid-input', message: 'the request is not valid' });
}

/**
 * Makes the answer to anything that was thrown while a plain HTTP request was served: status by kind, a stable code, a
 * sentence of ours. What is no fault of the caller is logged under the correlation id.
 */
export function httpAnswer(thrown: unknown, setting: { correlationId: string; logger: Logger }): HttpErrorAnswer {
  const error = isAppError(thrown) ? thrown : (fromTransport(thrown) ?? toAppError(thrown, 'http'));
  const { http, log } = ERROR_KINDS[error.kind];
  const reason = error.cause instanceof Error ? error.cause.name : undefined;
  setting.logger[log]('request refused', {
    correlationId: setting.correlationId,
    code: error.code,
    status: http,
    reason,
  });
  const headers: Record<string, string> = { 'x-correlation-id': setting.correlationId };
  if (error.afterMs !== undefined) headers['retry-after'] = String(Math.ceil(error.afterMs / 1_000));
  return {
    status: http,
    headers,
    body: { code: error.code, message: error.publicMessage, correlationId: setting.correlationId },
  };
}
