import { defineErrors, type AppError } from '@kohort/kernel-errors';

/** What a bucket can do to a pull. */
export const s3SourceErrors = defineErrors({
  S3_SOURCE_REFUSED: {
    kind: 'configuration',
    message: (d) => `the bucket refuses: ${String(d['reason'])} (${String(d['code'])})`,
  },
  S3_SOURCE_AWAY: {
    kind: 'transient',
    message: (d) => `the bucket does not answer as it should: ${String(d['reason'])}`,
  },
  S3_SOURCE_CHANGED: { kind: 'transient', message: () => 'an object changed while it was read; it is read anew' },
  S3_SOURCE_POSITION: {
    kind: 'configuration',
    message: () => 'the stored position does not fit the settings any more; pull from the beginning',
  },
});

const REASONS: Readonly<Record<string, string>> = {
  AccessDenied: 'this key may not list or read it',
  InvalidAccessKeyId: 'there is no such access key',
  SignatureDoesNotMatch: 'the secret key is wrong, or the clock is',
  NoSuchBucket: 'there is no such bucket',
  PermanentRedirect: 'the bucket is in another region, or the endpoint is not its own',
  AuthorizationHeaderMalformed: 'the region is wrong',
  ExpiredToken: 'the session token has expired',
};

/**
 * A reply that is no success, by its status and the code in its body; the body's prose is not passed on.
 *
 * Source  https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
 */
export function toS3Error(status: number, body: string): AppError {
  const code = /<Code>([A-Za-z]{1,60})<\/Code>/.exec(body)?.[1] ?? `status ${status}`;
  if (status === 412 || code === 'PreconditionFailed' || code === 'NoSuchKey')
    return s3SourceErrors.S3_SOURCE_CHANGED();
  if (status >= 500 || status === 429 || status === 408) return s3SourceErrors.S3_SOURCE_AWAY({ reason: code });
  return s3SourceErrors.S3_SOURCE_REFUSED({ code, reason: REASONS[code] ?? 'the request is not taken' });
}
