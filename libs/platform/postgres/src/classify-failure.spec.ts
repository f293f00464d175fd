import { AppError } from '@kohort/kernel-errors';
import { classifyFailure } from './classify-failure';

const coded = (code: string): Error => Object.assign(new Error('driver'), { code });

describe('classifyFailure', () => {
  it.each(['08006', '53300', '57P01', '58030', '55P03', 'ECONNREFUSED', 'ECONNRESET'])(
    'takes %s for an outage that passes',
    (code) => {
      expect(classifyFailure(coded(code), 'job x')).toMatchObject({ code: 'POSTGRES_AWAY', kind: 'transient' });
    },
  );

  it.each(['40001', '40P01'])('takes %s for another transaction in the way', (code) => {
    expect(classifyFailure(coded(code), 'job x')).toMatchObject({ code: 'POSTGRES_CONFLICT', kind: 'transient' });
  });

  it('knows a connection that ended under a query, which has no code', () => {
    expect(classifyFailure(new Error('Connection terminated unexpectedly'), 'job x').kind).toBe('transient');
  });

  it.each([coded('23505'), coded('42601'), new TypeError('x is not a function'), 'a text'])(
    'takes %s for a bug',
    (thrown) => {
      expect(classifyFailure(thrown, 'job x')).toMatchObject({ code: 'KERNEL_UNEXPECTED', kind: 'bug' });
    },
  );

  it('lets ours pass', () => {
    const ours = new AppError({ code: 'SPEC_ODD', kind: 'conflict', message: 'odd' });
    expect(classifyFailure(ours, 'job x')).toBe(ours);
  });
});
