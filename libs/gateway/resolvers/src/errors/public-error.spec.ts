import { GraphQLError } from 'graphql';
import { AppError } from '@kohort/kernel-errors';
import { silentLogger, type LogFields } from '@kohort/kernel-telemetry';
import { answer } from './results';
import { toPublicError } from './public-error';

const lines: LogFields[] = [];
const setting = {
  correlationId: 'c1',
  logger: { ...silentLogger, error: (_message: string, fields?: LogFields) => void lines.push(fields ?? {}) },
};

describe('toPublicError', () => {
  it('masks what is no error of ours, and logs only its name', () => {
    const thrown = new TypeError('select secret from /srv/app.ts:3 at db.internal');
    const shown = toPublicError(new GraphQLError('x', { path: ['a'], originalError: thrown }), setting);
    expect(JSON.stringify(shown)).not.toMatch(/secret|srv|internal/);
    expect(shown.extensions).toEqual({ code: 'KERNEL_UNEXPECTED', kind: 'bug', correlationId: 'c1' });
    expect(shown.path).toEqual(['a']);
    expect(lines).toEqual([{ correlationId: 'c1', code: 'KERNEL_UNEXPECTED', reason: 'TypeError' }]);
  });

  it('shows ours with code, kind and wait, and does not change them a second time', () => {
    const thrown = new AppError({ code: 'X_BUSY', kind: 'rate-limited', message: 'busy', afterMs: 10 });
    const once = toPublicError(thrown, setting);
    expect(once.extensions).toEqual({ code: 'X_BUSY', kind: 'rate-limited', correlationId: 'c1', retryAfterMs: 10 });
    expect(toPublicError(once, { ...setting, correlationId: 'c2' }).extensions).toEqual(once.extensions);
  });

  it('keeps what is wrong with a document, without hints', () => {
    const shown = toPublicError(new GraphQLError('Cannot query field "nam". Did you mean "name"?'), setting);
    expect(shown.message).toBe('Cannot query field "nam".');
    expect(shown.extensions['code']).toBe('GATEWAY_QUERY_INVALID');
  });

  it('names a body that is too large', () => {
    const thrown = Object.assign(new RangeError('Request body is too large'), { statusCode: 413 });
    expect(toPublicError(thrown, setting).extensions['code']).toBe('GATEWAY_BODY_TOO_LARGE');
  });
});

describe('answer', () => {
  it('makes data of expected failures and throws surprises on', async () => {
    const failing = (kind: AppError['kind']) =>
      answer('Thing', () => Promise.reject(new AppError({ code: 'X', kind, message: 'no' })));
    expect(await failing('conflict')).toMatchObject({ __typename: 'Conflict', code: 'X' });
    expect(await failing('not-found')).toMatchObject({ __typename: 'NotFound' });
    expect(await failing('configuration')).toMatchObject({ __typename: 'NeedsAttention' });
    await expect(failing('transient')).rejects.toMatchObject({ code: 'X' });
    await expect(failing('forbidden')).rejects.toMatchObject({ code: 'X' });
    expect(await answer('Thing', async () => ({ id: '1' }))).toEqual({ __typename: 'Thing', id: '1' });
  });
});
