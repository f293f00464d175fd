import { retryAfterOf } from './retry-after';

const now = Date.UTC(2026, 0, 1);

describe('retryAfterOf', () => {
  it.each([
    ['seconds', { 'retry-after': '7' }, 7_000],
    ['a fraction', { 'retry-after': '1.5' }, 1_500],
    ['an HTTP date', { 'retry-after': 'Thu, 01 Jan 2026 00:00:30 GMT' }, 30_000],
    ['a date in the past', { 'retry-after': 'Wed, 31 Dec 2025 23:00:00 GMT' }, 1_000],
    ['zero', { 'retry-after': '0' }, 1_000],
    ['a day', { 'retry-after': '86400' }, 3_600_000],
    ['nonsense', { 'retry-after': 'soon' }, null],
    ['a negative number', { 'retry-after': '-5' }, null],
    ['a reset in seconds', { 'x-ratelimit-reset': '12' }, 12_000],
    ['a reset as an instant', { 'x-ratelimit-reset': String(now / 1000 + 9) }, 9_000],
    ['nothing', {}, null],
  ])('reads %s', (_name, headers, expected) => {
    expect(retryAfterOf(headers as Record<string, string>, now)).toBe(expected);
  });
});
