import fc from 'fast-check';
import { AppError } from '@kohort/kernel-errors';
import { profileIdSchema, type DeliveryOutcome } from '@kohort/kernel-contracts';
import type { BuiltRequest, Interpretation, MemberRef, OpenedPage, Reply } from '@kohort/plugin-kit-sdk';
import { PageDelivery } from './delivery';

const profileId = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
const membersOf = (count: number): MemberRef[] =>
  Array.from({ length: count }, (_, i) => ({
    key: `k${i}`,
    profileId: profileId(i),
    operation: 'add',
    changeVersion: 1,
    fingerprint: 'f',
  }));

/** A destination with a body limit and with records that it will not have. */
function destination(options: {
  members: MemberRef[];
  perRequest?: number;
  bad?: (member: MemberRef) => boolean;
  tooLarge?: (count: number) => boolean;
  script?: (call: number, members: readonly MemberRef[]) => Interpretation | Error | undefined;
}): { run: (maxRequests?: number) => Promise<DeliveryOutcome>; applied: Map<string, number>; calls: number[] } {
  const applied = new Map<string, number>();
  const calls: number[] = [];
  const answers = new WeakMap<Reply, Interpretation>();
  const build = (members: readonly MemberRef[]): BuiltRequest[] => {
    const size = options.perRequest ?? 1_000_000;
    const parts: MemberRef[][] = [];
    for (let i = 0; i < members.length; i += size) parts.push(members.slice(i, i + size));
    return parts.map((part) => ({
      key: part.map((one) => one.key).join(),
      members: part,
      send: () => {
        calls.push(part.length);
        const scripted = options.script?.(calls.length, part);
        if (scripted instanceof Error) return Promise.reject(scripted);
        const reply: Reply = { status: 0, headers: {}, body: '' };
        if (scripted) answers.set(reply, scripted);
        else if (options.tooLarge?.(part.length))
          answers.set(reply, { ok: false, class: 'split', code: 'HTTP_413', message: 'too large' });
        else if (part.some((one) => options.bad?.(one)))
          answers.set(reply, { ok: false, class: 'record', code: 'HTTP_400', message: 'bad record' });
        else {
          for (const one of part) applied.set(one.key, (applied.get(one.key) ?? 0) + 1);
          answers.set(reply, { ok: true });
        }
        return Promise.resolve(reply);
      },
      interpret: (reply) => answers.get(reply) ?? { ok: true },
    }));
  };
  const page: OpenedPage = { rejections: [], members: options.members, build };
  return {
    applied,
    calls,
    run: (maxRequests = 10_000) =>
      new PageDelivery(page, {
        send: (request) => request.send({} as never),
        now: () => 0,
        scrub: (message) => message,
        stopped: () => false,
        profileId: (member) => profileIdSchema.parse(member.profileId),
        maxRequests,
      }).run(),
  };
}

const fates = (outcome: DeliveryOutcome): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const verdict of outcome.verdicts) counts[verdict.fate] = (counts[verdict.fate] ?? 0) + 1;
  return counts;
};

describe('one bad record among 1,000', () => {
  it.each([0, 1, 499, 500, 511, 512, 777, 998, 999])('at %i is found in 15 requests at most', async (at) => {
    const shop = destination({ members: membersOf(1_000), bad: (one) => one.key === `k${at}` });
    const outcome = await shop.run();
    expect(fates(outcome)).toEqual({ accepted: 999, rejected: 1 });
    expect(outcome.verdicts.find((one) => one.fate === 'rejected')?.profileId).toBe(profileId(at));
    expect(outcome.requests).toBeLessThanOrEqual(15);
    expect(Math.max(...shop.applied.values())).toBe(1);
  });

  it('in requests of 500 costs no more', async () => {
    const shop = destination({ members: membersOf(1_000), perRequest: 500, bad: (one) => one.key === 'k731' });
    expect((await shop.run()).requests).toBeLessThanOrEqual(15);
  });
});

describe('any set of bad records', () => {
  it('is found exactly, each good one is applied once', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 120 }),
        fc.integer({ min: 1, max: 60 }),
        fc.uniqueArray(fc.integer({ min: 0, max: 119 }), { maxLength: 12 }),
        async (count, perRequest, positions) => {
          const bad = new Set(positions.map((n) => `k${n}`));
          const shop = destination({ members: membersOf(count), perRequest, bad: (one) => bad.has(one.key) });
          const outcome = await shop.run();
          const rejected = outcome.verdicts.filter((one) => one.fate === 'rejected').map((one) => one.profileId);
          const wanted = membersOf(count)
            .filter((one) => bad.has(one.key))
            .map((one) => one.profileId);
          expect(rejected.sort()).toEqual(wanted.sort());
          expect(outcome.verdicts.length).toBe(count);
          expect([...shop.applied.values()].every((times) => times === 1)).toBe(true);
          expect(shop.applied.size).toBe(count - wanted.length);
        },
      ),
      { seed: 3, numRuns: 150 },
    );
  });
});

describe('a request that is too large', () => {
  it('is halved until it fits, and nothing is rejected', async () => {
    const shop = destination({ members: membersOf(64), tooLarge: (count) => count > 10 });
    const outcome = await shop.run();
    expect(fates(outcome)).toEqual({ accepted: 64 });
    expect(outcome.requests).toBe(1 + 2 + 4 + 8);
  });

  it('for one record alone is that record rejected', async () => {
    const shop = destination({ members: membersOf(3), tooLarge: () => true });
    expect(fates(await shop.run())).toEqual({ rejected: 3 });
  });
});

describe('a destination that is away', () => {
  const error = (delivered: 'no' | 'unknown', kind: 'transient' | 'configuration' = 'transient'): AppError =>
    new AppError({ code: 'X', kind, message: 'away', details: { delivered } });

  it('leaves the members of the request unknown and the others untouched', async () => {
    const shop = destination({
      members: membersOf(30),
      perRequest: 10,
      script: (call) => (call === 2 ? error('unknown') : undefined),
    });
    const outcome = await shop.run();
    expect(fates(outcome)).toEqual({ accepted: 10, unknown: 10, retry: 10 });
    expect(outcome.stop).toMatchObject({ action: 'wait', code: 'X' });
    expect(outcome.verdicts.filter((one) => one.code === 'NOT_TRIED').every((one) => !one.countsAsAttempt)).toBe(true);
  });

  it('that was not reached owes nothing but another try', async () => {
    const outcome = await destination({ members: membersOf(5), script: () => error('no') }).run();
    expect(fates(outcome)).toEqual({ retry: 5 });
  });

  it('asks for patience: the wait is kept and no try is used up', async () => {
    const outcome = await destination({
      members: membersOf(5),
      script: () => ({ ok: false, class: 'rate_limit', code: 'HTTP_429', message: 'slow', retryAfterMs: 9_000 }),
    }).run();
    expect(outcome.stop).toMatchObject({ action: 'wait', retryAfterMs: 9_000 });
    expect(
      outcome.verdicts.every((one) => one.fate === 'retry' && !one.countsAsAttempt && one.retryAfterMs === 9_000),
    ).toBe(true);
  });

  it.each(['auth_fatal', 'config_fatal', 'gone', 'auth_refresh'] as const)('%s pauses', async (failed) => {
    const outcome = await destination({
      members: membersOf(5),
      script: () => ({ ok: false, class: failed, code: 'C', message: 'm' }),
    }).run();
    expect(outcome.stop?.action).toBe('pause');
    expect(fates(outcome)).toEqual({ retry: 5 });
  });

  it('in the middle of a search loses nothing', async () => {
    const shop = destination({
      members: membersOf(100),
      bad: (one) => one.key === 'k40',
      script: (call) => (call === 4 ? error('unknown') : undefined),
    });
    const outcome = await shop.run();
    expect(outcome.verdicts.length).toBe(100);
    expect(fates(outcome)['rejected']).toBeUndefined();
    for (const verdict of outcome.verdicts)
      if (verdict.fate === 'accepted') expect(shop.applied.has(`k${Number(verdict.profileId.slice(-12))}`)).toBe(true);
  });
});

it('keeps to its budget when everything is bad', async () => {
  const shop = destination({ members: membersOf(500), bad: () => true });
  const outcome = await shop.run(30);
  expect(outcome.requests).toBe(30);
  expect(outcome.verdicts.length).toBe(500);
  expect(outcome.stop?.code).toBe('ISOLATION_BUDGET');
  expect(fates(outcome)['rejected']).toBeGreaterThan(0);
});

it('what is no fate of a record is thrown', async () => {
  const lost = new AppError({ code: 'POSTGRES_FENCE_LOST', kind: 'cancelled', message: 'lost' });
  await expect(destination({ members: membersOf(2), script: () => lost }).run()).rejects.toBe(lost);
});
