import { isAppError } from '@kohort/kernel-errors';
import { evaluateRuleFile, type RuleFileLine } from './evaluate-rule-file';
import type { MessageLine } from './message';

const lines = (...messages: object[]): MessageLine[] =>
  messages.map((message, index) => ({ line: index + 1, message }));
const rule = (where: unknown, timezone?: string): unknown => ({
  version: 1,
  entity: 'profile',
  where,
  ...(timezone === undefined ? {} : { options: { timezone } }),
});
const NOW = '2026-05-14T10:00:00.000Z';
const evaluate = (messages: object[], where: unknown, segments?: unknown): Promise<readonly RuleFileLine[]> =>
  evaluateRuleFile({ events: lines(...messages), rule: rule(where), segments, now: NOW });
const order = (userId: string, timestamp: string, more: object = {}): object => ({
  type: 'track',
  event: 'Order Completed',
  userId,
  timestamp,
  ...more,
});

async function refusal(promise: Promise<unknown>): Promise<{ code: string; kind: string; message: string }> {
  const thrown: unknown = await promise.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!isAppError(thrown)) throw new Error(`no error of ours: ${String(thrown)}`);
  return { code: thrown.code, kind: thrown.kind, message: thrown.message };
}

describe('evaluateRuleFile', () => {
  it('counts in a rolling window, open at its start, and says when the answer changes', async () => {
    const where = {
      event: { name: 'Order Completed', count: { op: 'gte', n: 2 }, window: { last: { n: 30, unit: 'day' } } },
    };
    const found = await evaluate(
      [
        order('u1', '2026-05-10T00:00:00Z', { messageId: 'm2' }),
        order('u1', '2026-04-20T12:00:00Z', { messageId: 'm1' }),
        order('u1', '2026-04-20T12:00:00Z', { messageId: 'm1' }),
        order('u2', '2026-04-14T10:00:00.000Z', { messageId: 'm3' }),
        order('u2', '2026-04-14T10:00:00.001Z', { messageId: 'm4' }),
        order('u2', '2026-05-14T10:00:00.000Z', { messageId: 'm5' }),
        order('u3', '2026-05-01T00:00:00Z', { messageId: 'm6' }),
        order('u3', '2026-05-20T00:00:00Z', { messageId: 'm7' }),
      ],
      where,
    );
    expect(found.map(({ profile, member, nextChangeAt }) => [profile, member, nextChangeAt])).toEqual([
      ['u1', true, '2026-05-20T12:00:00.000Z'],
      ['u2', true, '2026-05-14T10:00:00.001Z'],
      ['u3', false, '2026-05-20T00:00:00.000Z'],
    ]);
    expect(found[0]?.proof.nodes).toEqual([
      {
        id: 'where',
        result: true,
        values: [{ op: 'gte', n: 2 }],
        eventIds: ['m1', 'm2'],
        count: 2,
        window: { from: '2026-04-14T10:00:00.000Z', to: NOW, bounds: '(]' },
      },
    ]);
    expect(found[2]?.proof.flip).toEqual({
      kind: 'record',
      text: 'one more "Order Completed" before 2026-05-20T00:00:00.000Z',
      by: '2026-05-20T00:00:00.000Z',
      nodes: ['where'],
    });
  });

  it('holds "count = 0" for people with no events at all', async () => {
    const found = await evaluate([{ type: 'identify', userId: 'u1', traits: {}, timestamp: NOW }, order('u2', NOW)], {
      event: { name: 'Order Completed', count: { op: 'eq', n: 0 } },
    });
    expect(found.map(({ profile, member }) => [profile, member])).toEqual([
      ['u1', true],
      ['u2', false],
    ]);
  });

  it('resolves identities: links, aliases, the canonical id, in code-point order', async () => {
    const messages = [
      {
        type: 'identify',
        userId: 'u9',
        anonymousId: 'a1',
        traits: { plan: 'free' },
        timestamp: '2026-01-01T00:00:00Z',
        messageId: '1',
      },
      { type: 'track', event: 'X', anonymousId: 'a1', timestamp: '2026-01-02T00:00:00Z', messageId: '2' },
      { type: 'alias', previousId: 'u9', userId: 'u3', timestamp: '2026-01-03T00:00:00Z', messageId: '3' },
      { type: 'alias', previousId: 'a2', userId: 'u3', timestamp: '2026-01-03T00:00:00Z', messageId: '4' },
      { type: 'page', anonymousId: 'a2', name: 'Home', timestamp: '2026-01-04T00:00:00Z', messageId: '5' },
      { type: 'screen', anonymousId: '\u{1F600}', name: 'Main', timestamp: '2026-01-04T00:00:00Z', messageId: '6' },
      { type: 'screen', anonymousId: '\uFF5E', timestamp: '2026-01-04T00:00:00Z', messageId: '7' },
      { type: 'group', userId: 'nobody', groupId: 'g', timestamp: '2026-01-04T00:00:00Z', messageId: '8' },
    ];
    const where = {
      all: [
        { trait: { path: 'plan', op: 'eq', value: 'free' } },
        { event: { name: 'X' } },
        { event: { name: 'Page Viewed', where: [{ path: 'name', op: 'eq', value: 'Home' }] } },
      ],
    };
    const forth = await evaluate(messages, where);
    expect(forth.map(({ profile, member }) => [profile, member])).toEqual([
      ['u3', true],
      ['\uFF5E', false],
      ['\u{1F600}', false],
    ]);
    expect(await evaluate([...messages].reverse(), where)).toEqual(forth);
  });

  it('gives traits validity: the greater messageId of one instant wins, null removes, later values come later', async () => {
    const identify = (messageId: string, timestamp: string, plan: string | null): object => ({
      type: 'identify',
      userId: 'u1',
      traits: { plan },
      timestamp,
      messageId,
    });
    const messages = [
      identify('b', '2026-05-01T00:00:00Z', 'pro'),
      identify('a', '2026-05-01T00:00:00Z', 'free'),
      identify('c', '2026-06-01T00:00:00Z', null),
    ];
    const now = await evaluate(messages, { trait: { path: 'plan', op: 'eq', value: 'pro' } });
    expect(now[0]).toMatchObject({ member: true, nextChangeAt: '2026-06-01T00:00:00.000Z' });
    const ever = await evaluate(messages, { trait: { path: 'plan', op: 'eq', value: 'free', ever: true } });
    expect(ever[0]).toMatchObject({ member: false, nextChangeAt: null });
    const asOf = await evaluate(messages, { trait: { path: 'plan', op: 'exists', asOf: '2026-04-30T23:59:59.999Z' } });
    expect(asOf[0]).toMatchObject({ member: false, nextChangeAt: null });
  });

  it('counts every message without an id, also twins', async () => {
    const twin = order('u1', '2026-05-01T00:00:00Z');
    const found = await evaluate([twin, twin, twin], { event: { count: { op: 'eq', n: 3 } } });
    expect(found[0]?.member).toBe(true);
  });

  it('corrects clocks where receivedAt and sentAt are given', async () => {
    const skewed = {
      ...order('u1', '2026-05-20T00:00:00Z'),
      sentAt: '2026-05-20T00:00:05Z',
      receivedAt: '2026-05-14T10:00:05Z',
    };
    const found = await evaluate([skewed], { event: { count: { op: 'eq', n: 1 } } });
    expect(found[0]).toMatchObject({ member: true, nextChangeAt: null });
  });

  it('evaluates segments by their rules, seen through time, and refuses circles and strangers', async () => {
    const vip = rule({ event: { name: 'Order Completed', window: { last: { n: 1, unit: 'day' } } } });
    const messages = [order('u1', '2026-05-14T09:00:00Z')];
    const found = await evaluate(messages, { segment: { key: 'vip' } }, { vip });
    expect(found[0]).toMatchObject({ member: true, nextChangeAt: '2026-05-15T09:00:00.000Z' });
    const outside = await evaluate(messages, { none: [{ segment: { key: 'vip', is: false } }] }, { vip });
    expect(outside[0]?.member).toBe(true);
    const circle = { a: rule({ segment: { key: 'b' } }), b: rule({ all: [{ segment: { key: 'a' } }] }) };
    const refused = await refusal(evaluate(messages, { segment: { key: 'a' } }, circle));
    expect(refused).toMatchObject({ code: 'SEGMENTS_SEGMENT_CYCLE', kind: 'invalid-input' });
    expect(refused.message).toContain('a → b → a');
    expect(refused.message).toContain('where.all.0');
    const unknown = await refusal(evaluate(messages, { all: [{ segment: { key: 'vpi' } }] }, { vip }));
    expect(unknown.message).toBe('node where.all.0: there is no segment "vpi"; did you mean "vip"?');
  });

  it.each(['prediction', 'cluster', 'text', 'consent'])('refuses a %s node by its name', async (kind) => {
    const body = {
      prediction: { model: 'm', measure: 'percentile', op: 'gte', value: 90 },
      cluster: { model: 'm', in: ['x'] },
      text: { trait: 'review', topic: 'price' },
      consent: { purpose: 'ads' },
    }[kind];
    const found = await refusal(evaluate([], { any: [{ all: [] }, { [kind]: body }] }));
    expect(found).toMatchObject({ code: 'SEGMENTS_NODE_UNSUPPORTED', kind: 'invalid-input' });
    expect(found.message).toContain('where.any.1');
  });

  it.each([
    [{ type: 'track', event: 'X', userId: 'u1' }, 'line 2: timestamp is missing'],
    [{ type: 'track', userId: 'u1', timestamp: NOW }, 'line 2: a track message needs "event"'],
    [{ type: 'track', event: 'X', timestamp: NOW }, 'line 2: needs "userId" or "anonymousId" (no_user_anon_id)'],
    [{ type: 'alias', userId: 'u1', timestamp: NOW }, 'line 2: an alias message needs "previousId" and "userId"'],
    [
      { type: 'track', event: 'X', userId: 'u1', timestamp: '2026-05-14' },
      'line 2: timestamp must be an ISO-8601 instant with a zone',
    ],
    [{ type: 'trak', event: 'X', userId: 'u1', timestamp: NOW }, 'line 2: type'],
    [{ type: 'identify', userId: 'u1', timestamp: NOW, traits: [] }, 'line 2: traits'],
  ])('refuses %j', async (message, reason) => {
    const found = await refusal(evaluate([order('u1', NOW), message], { all: [] }));
    expect(found).toMatchObject({ code: 'SEGMENTS_MESSAGE_INVALID', kind: 'invalid-input' });
    expect(found.message.startsWith(reason)).toBe(true);
  });

  it('counts calendar months on the wall clock, back and forth at a month end', async () => {
    const where = { event: { name: 'Order Completed', window: { last: { n: 1, unit: 'month', calendar: true } } } };
    const at = (now: string): Promise<readonly RuleFileLine[]> =>
      evaluateRuleFile({ events: lines(order('u1', '2026-02-28T08:30:00Z')), rule: rule(where, 'Europe/Berlin'), now });
    // 28 February 09:30 in Berlin. It leaves on 28 March 09:30 …
    expect((await at('2026-03-28T08:29:59.999Z'))[0]).toMatchObject({
      member: true,
      nextChangeAt: '2026-03-28T08:30:00.000Z',
    });
    // … comes back at midnight, for 29 March less one month is 28 February as well, and leaves again at 09:30 (summer time) …
    expect((await at('2026-03-28T08:30:00Z'))[0]).toMatchObject({
      member: false,
      nextChangeAt: '2026-03-28T23:00:00.000Z',
    });
    expect((await at('2026-03-28T23:00:00Z'))[0]).toMatchObject({
      member: true,
      nextChangeAt: '2026-03-29T07:30:00.000Z',
    });
    // … and for the last time on 31 March.
    expect((await at('2026-03-31T07:29:00Z'))[0]).toMatchObject({
      member: true,
      nextChangeAt: '2026-03-31T07:30:00.000Z',
    });
    expect((await at('2026-03-31T07:30:00Z'))[0]).toMatchObject({ member: false, nextChangeAt: null });
  });
});
