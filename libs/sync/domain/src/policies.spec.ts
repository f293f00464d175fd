import { seededRandom } from '@kohort/kernel-clock-random';
import { profileIdSchema, type MemberVerdict } from '@kohort/kernel-contracts';
import { backoffMs } from './backoff';
import { EMPTY_FUNNEL, addToFunnel, runStatus } from './funnel';
import { reasonToHold } from './guard';
import { pageSize } from './page-size';

describe('backoffMs', () => {
  it('is uniform below a doubling ceiling of 15 minutes', () => {
    const random = seededRandom(2);
    for (const [attempt, ceiling] of [
      [1, 1_000],
      [4, 8_000],
      [11, 900_000],
      [500, 900_000],
    ] as const) {
      const draws = Array.from({ length: 400 }, () => backoffMs(attempt, random));
      expect(Math.max(...draws)).toBeLessThanOrEqual(ceiling);
      expect(Math.min(...draws)).toBeGreaterThanOrEqual(1_000);
      const mean = draws.reduce((sum, draw) => sum + draw, 0) / draws.length;
      if (ceiling > 10_000) expect(Math.abs(mean / ceiling - 0.5)).toBeLessThan(0.06);
    }
  });
});

describe('reasonToHold', () => {
  it.each([
    [{ held: 1_000, owedAdds: 0, owedRemovals: 300 }, null],
    [{ held: 1_000, owedAdds: 0, owedRemovals: 301 }, 'it would remove 301 of 1000 people (30 %)'],
    [{ held: 1_000, owedAdds: 5_000, owedRemovals: 400 }, 'it would remove 400 of 1000 people (40 %)'],
    [{ held: 10, owedAdds: 0, owedRemovals: 10 }, 'it would empty the audience of 10'],
    [{ held: 0, owedAdds: 50, owedRemovals: 0 }, null],
    [{ held: 0, owedAdds: 0, owedRemovals: 3 }, null],
    [{ held: 50, owedAdds: 10, owedRemovals: 0 }, null],
  ])('%j → %s', (counts, expected) => {
    expect(reasonToHold(counts)).toBe(expected);
  });
});

describe('funnel', () => {
  const verdict = (fate: MemberVerdict['fate'], stage: MemberVerdict['stage'], code: string | null): MemberVerdict => ({
    profileId: profileIdSchema.parse('00000000-0000-4000-8000-000000000001'),
    operation: 'add',
    changeVersion: 1,
    fate,
    stage,
    code,
    message: null,
    retryAfterMs: null,
    countsAsAttempt: true,
    fingerprint: null,
  });

  it('counts how far each record came, and why it went no further', () => {
    const funnel = addToFunnel(
      EMPTY_FUNNEL,
      [
        verdict('accepted', 'accepted', null),
        verdict('rejected', 'segment', 'NO_IDENTIFIER'),
        verdict('rejected', 'identified', 'FIELD_INVALID'),
        verdict('rejected', 'sent', 'HTTP_400'),
        verdict('retry', 'valid', 'NOT_TRIED'),
        verdict('unknown', 'sent', 'HTTP_TIMEOUT'),
      ],
      2,
    );
    expect(funnel).toMatchObject({
      segment: 6,
      identified: 5,
      valid: 4,
      consented: null,
      sent: 3,
      accepted: 1,
      matched: null,
      rejected: 3,
      retry: 1,
      unknown: 1,
      requests: 2,
      reasons: { NO_IDENTIFIER: 1, FIELD_INVALID: 1, HTTP_400: 1, NOT_TRIED: 1, HTTP_TIMEOUT: 1 },
    });
    expect(EMPTY_FUNNEL.segment).toBe(0);
  });

  const of = (segment: number, accepted: number): typeof EMPTY_FUNNEL => ({ ...EMPTY_FUNNEL, segment, accepted });
  it.each([
    [of(10, 10), { left: false, stopped: false }, 'succeeded'],
    [of(0, 0), { left: false, stopped: false }, 'succeeded'],
    [of(10, 10), { left: true, stopped: false }, 'partial'],
    [of(10, 9), { left: false, stopped: false }, 'partial'],
    [of(10, 0), { left: true, stopped: true }, 'failed'],
    [of(0, 0), { left: true, stopped: true }, 'failed'],
    [of(0, 0), { left: true, stopped: false }, 'partial'],
  ] as const)('ends honestly: %#', (funnel, how, expected) => {
    expect(runStatus(funnel, how)).toBe(expected);
  });
});

it.each([
  [1_000, 0, 1_000],
  [1_000, 4, 1_000],
  [1_000, 5, 500],
  [1_000, 7, 125],
  [1_000, 14, 1],
  [1_000, 90, 1],
])('a page of %i after %i tries has %i members', (members, attempts, expected) => {
  expect(pageSize(members, attempts)).toBe(expected);
});
