import fc from 'fast-check';
import { LIMITS } from '../limits';
import { bodyHash } from './digests';
import { normaliseEvent, type NormaliseContext } from './normalise-event';
import type { NormaliseResult } from './verdict';

const receivedAt = Date.UTC(2026, 4, 14, 10);
const base: NormaliseContext = { sourceId: 's1', receivedAt, sentAt: null, index: 0 };

function accepted(result: NormaliseResult) {
  if (result.verdict !== 'accepted') throw new TypeError(`refused: ${result.code} ${result.field}`);
  return result.message;
}
const track = (extra: object = {}) => ({
  type: 'track',
  userId: 'u1',
  event: 'Order Completed',
  messageId: 'm1',
  ...extra,
});
const normalise = (raw: unknown, context: Partial<NormaliseContext> = {}) =>
  normaliseEvent(raw, { ...base, ...context });

describe('normaliseEvent: the six calls', () => {
  it('keeps a track as it is', () => {
    const message = accepted(normalise(track({ properties: { total: 12.5 }, timestamp: '2026-05-14T09:00:00Z' })));
    expect(message).toMatchObject({
      type: 'track',
      name: 'Order Completed',
      userId: 'u1',
      anonymousId: null,
      properties: { total: 12.5 },
      traits: {},
      ts: Date.UTC(2026, 4, 14, 9),
      originalTs: Date.UTC(2026, 4, 14, 9),
      rowWeight: 1,
      flags: [],
    });
  });

  it.each([
    ['page', 'Page Viewed'],
    ['screen', 'Screen Viewed'],
  ])('stores %s as %s with its name and category as properties', (type, event) => {
    const message = accepted(
      normalise({ type, anonymousId: 'a', messageId: 'm', name: 'Home', category: 'Docs', properties: { url: '/' } }),
    );
    expect(message.name).toBe(event);
    expect(message.properties).toEqual({ url: '/', name: 'Home', category: 'Docs' });
  });

  it('takes the account from the context where the call names none', () => {
    const track = { type: 'track', event: 'X', userId: 'u' };
    expect(accepted(normalise({ ...track, context: { groupId: 'g' } })).groupId).toBe('g');
    expect(accepted(normalise({ ...track, context: { groupId: 7 } })).groupId).toBe('7');
    expect(accepted(normalise({ ...track, groupId: 'own', context: { groupId: 'g' } })).groupId).toBe('own');
    const odd = accepted(normalise({ ...track, context: { groupId: ['g'] } }));
    expect(odd).toMatchObject({
      groupId: null,
      flags: expect.arrayContaining(['context_group_id_invalid']) as unknown,
    });
  });

  it('takes traits of identify and group alone', () => {
    expect(accepted(normalise({ type: 'identify', userId: 'u', traits: { plan: 'pro' } })).traits).toEqual({
      plan: 'pro',
    });
    expect(accepted(normalise({ type: 'group', userId: 'u', groupId: 'g', traits: { size: 3 } })).groupId).toBe('g');
    expect(accepted(normalise(track({ traits: { plan: 'pro' } }))).traits).toEqual({});
  });

  it('keeps alias as a pair of ids', () => {
    expect(accepted(normalise({ type: 'alias', previousId: 'a', userId: 'u' }))).toMatchObject({
      previousId: 'a',
      userId: 'u',
      name: null,
    });
  });

  it('takes a number as id, and says so', () => {
    const message = accepted(normalise(track({ userId: 42 })));
    expect(message.userId).toBe('42');
    expect(message.flags).toContain('id_coerced');
  });
});

describe('normaliseEvent: what is refused', () => {
  const deep = (levels: number): unknown => {
    let value: unknown = 1;
    for (let i = 0; i < levels; i += 1) value = { a: value };
    return value;
  };
  it.each<[string, unknown, string, string]>([
    ['an array', [], 'not_an_object', ''],
    ['no type', { userId: 'u' }, 'type_unknown', 'type'],
    ['an unknown type', { type: 'trak', userId: 'u' }, 'type_unknown', 'type'],
    ['nobody', { type: 'track', event: 'x' }, 'no_user_anon_id', 'userId'],
    ['empty ids', track({ userId: '', anonymousId: '' }), 'no_user_anon_id', 'userId'],
    ['a track without event', { type: 'track', userId: 'u' }, 'event_required', 'event'],
    ['a group without id', { type: 'group', userId: 'u' }, 'group_id_required', 'groupId'],
    ['an alias without previous id', { type: 'alias', userId: 'u' }, 'previous_id_required', 'previousId'],
    ['an alias without user id', { type: 'alias', previousId: 'p', anonymousId: 'a' }, 'user_id_required', 'userId'],
    ['an array as traits', { type: 'identify', userId: 'u', traits: [1] }, 'wrong_type', 'traits'],
    ['an event that is a number', track({ event: 5 }), 'wrong_type', 'event'],
    ['a user id of 10 KB', track({ userId: 'x'.repeat(10_240) }), 'id_too_long', 'userId'],
    ['a message id of 101 characters', track({ messageId: 'x'.repeat(101) }), 'message_id_too_long', 'messageId'],
    ['a time that is no time', track({ timestamp: 'yesterday' }), 'timestamp_invalid', 'timestamp'],
    ['30 February', track({ timestamp: '2026-02-30T00:00:00Z' }), 'timestamp_invalid', 'timestamp'],
    ['the year 275760', track({ timestamp: '+275760-09-13T00:00:00Z' }), 'timestamp_out_of_range', 'timestamp'],
    ['the year 1', track({ originalTimestamp: '0001-01-01T00:00:00Z' }), 'timestamp_out_of_range', 'originalTimestamp'],
    ['a number that is not finite', track({ properties: { v: 1e400 } }), 'number_not_finite', 'properties.v'],
    ['too many levels', track({ properties: deep(100) }), 'too_deep', expect.stringContaining('properties.a') as never],
    [
      'a key of 300 characters',
      track({ properties: { ['k'.repeat(300)]: 1 } }),
      'key_too_long',
      expect.anything() as never,
    ],
    [
      'constructor as key',
      track({ properties: { constructor: { prototype: 1 } } }),
      'forbidden_key',
      'properties.constructor',
    ],
  ])('%s', (_name, raw, code, field) => {
    expect(normalise(raw)).toEqual({ verdict: 'rejected', code, field });
  });

  it('__proto__ as it comes out of JSON.parse', () => {
    const raw: unknown = JSON.parse(
      '{"type":"track","userId":"u","event":"x","properties":{"__proto__":{"admin":true}}}',
    );
    expect(normalise(raw)).toEqual({ verdict: 'rejected', code: 'forbidden_key', field: 'properties.__proto__' });
  });

  it('nesting of 10,000 levels does not end the process', () => {
    const raw: unknown = JSON.parse(
      `{"type":"track","userId":"u","event":"x","properties":${'{"a":'.repeat(10_000)}1${'}'.repeat(10_001)}`,
    );
    expect(normalise(raw)).toMatchObject({ verdict: 'rejected', code: 'too_deep' });
  });

  it.each([
    ['\0', 'nul_character'],
    ['\ud800', 'lone_surrogate'],
    ['a\udc00b', 'lone_surrogate'],
  ])('quarantines what jsonb cannot hold: %j', (text, code) => {
    expect(normalise(track({ properties: { note: text } }))).toEqual({
      verdict: 'quarantined',
      code,
      field: 'properties.note',
    });
    expect(normalise(track({ userId: `u${text}` }))).toEqual({ verdict: 'quarantined', code, field: 'userId' });
    expect(normalise(track({ properties: { [`k${text}`]: 1 } }))).toMatchObject({ verdict: 'quarantined', code });
  });

  it('accepts what only looks dangerous: emoji, right-to-left marks, minus zero', () => {
    expect(normalise(track({ properties: { a: '👩‍👩‍👧', b: '\u202e', c: -0 } })).verdict).toBe('accepted');
  });

  it.each([
    [LIMITS.eventBytes - 1, 'accepted'],
    [LIMITS.eventBytes, 'accepted'],
    [LIMITS.eventBytes + 1, 'rejected'],
  ])('an event of %d bytes is %s', (bytes, verdict) => {
    const empty = Buffer.byteLength(JSON.stringify(track({ properties: { pad: '' } })));
    const raw = track({ properties: { pad: 'é'.repeat(10) + 'x'.repeat(bytes - empty - 20) } });
    expect(Buffer.byteLength(JSON.stringify(raw))).toBe(bytes);
    expect(normalise(raw).verdict).toBe(verdict);
  });
});

describe('normaliseEvent: time', () => {
  it('takes out the error of the sender’s clock', () => {
    const message = accepted(
      normalise(track({ timestamp: '2026-05-14T11:59:00+02:00', sentAt: '2026-05-14T12:05:00+02:00' })),
    );
    expect(message.ts).toBe(receivedAt - 6 * 60_000);
    expect(message.sentAt).toBe(Date.UTC(2026, 4, 14, 10, 5));
  });

  it('uses the batch’s sentAt when the item has none', () => {
    const message = accepted(
      normalise(track({ timestamp: '2026-05-14T08:00:00Z' }), { sentAt: '2026-05-14T08:00:30Z' }),
    );
    expect(message.ts).toBe(receivedAt - 30_000);
  });

  it('prefers originalTimestamp, falls back to receipt, clamps at +24 h', () => {
    expect(
      accepted(normalise(track({ originalTimestamp: '2026-05-01T00:00:00Z', timestamp: '2026-05-02T00:00:00Z' }))).ts,
    ).toBe(Date.UTC(2026, 4, 1));
    expect(accepted(normalise(track())).ts).toBe(receivedAt);
    const ahead = accepted(normalise(track({ timestamp: '2027-01-01T00:00:00Z' })));
    expect(ahead.ts).toBe(receivedAt + LIMITS.futureMs);
    expect(ahead.flags).toContain('future_clamped');
  });

  it('reads the forms that SDKs write', () => {
    const at = (timestamp: string) => accepted(normalise(track({ timestamp }))).ts;
    expect(at('2026-05-14T09:00:00.123456+00:00')).toBe(Date.UTC(2026, 4, 14, 9, 0, 0, 123));
    expect(at('2026-05-14T09:00:00.5Z')).toBe(Date.UTC(2026, 4, 14, 9, 0, 0, 500));
    expect(at('2026-05-14T09:00:00+0530')).toBe(Date.UTC(2026, 4, 14, 3, 30));
    expect(at('1969-12-31T23:59:59Z')).toBe(-1000);
    expect(accepted(normalise(track({ timestamp: '2026-05-14 09:00:00' }))).flags).toContain('timestamp_without_zone');
  });

  it('ignores a sentAt that cannot be read, and says so', () => {
    const message = accepted(normalise(track({ timestamp: '2026-05-14T09:00:00Z', sentAt: 'soon' })));
    expect(message.ts).toBe(Date.UTC(2026, 4, 14, 9));
    expect(message.flags).toContain('sent_at_invalid');
  });
});

describe('normaliseEvent: batch context and ids', () => {
  it('merges context and integrations, the item wins', () => {
    const message = accepted(
      normalise(track({ context: { ip: '1.1.1.1' }, integrations: { All: true } }), {
        batchContext: { ip: '9.9.9.9', locale: 'de' },
        batchIntegrations: { All: false, Amplitude: false },
      }),
    );
    expect(message.context).toEqual({ ip: '1.1.1.1', locale: 'de', integrations: { All: true, Amplitude: false } });
  });

  it('derives an id that a byte-identical retry derives again, and nothing else does', () => {
    const raw = track({ messageId: undefined, properties: { b: 1, a: 2 } });
    const id = (context: Partial<NormaliseContext>, item: object = raw) => accepted(normalise(item, context)).messageId;
    const first = id({ sentAt: '2026-05-14T10:00:00Z' });
    expect(first).toMatch(/^[0-9a-f]{64}$/);
    expect(id({ sentAt: '2026-05-14T10:00:00Z', receivedAt: receivedAt + 5000 })).toBe(first);
    expect(id({ sentAt: '2026-05-14T10:00:00Z' }, { ...raw, properties: { a: 2, b: 1 } })).toBe(first);
    expect(id({ sentAt: '2026-05-14T10:00:01Z' })).not.toBe(first);
    expect(id({ sentAt: '2026-05-14T10:00:00Z', index: 1 })).not.toBe(first);
    expect(id({ sentAt: '2026-05-14T10:00:00Z', sourceId: 's2' })).not.toBe(first);
  });

  it('flags more than 300 properties and keeps them', () => {
    const properties = Object.fromEntries(Array.from({ length: 301 }, (_, i) => [`p${i}`, i]));
    const message = accepted(normalise(track({ properties })));
    expect(message.flags).toContain('properties_over_300');
    expect(Object.keys(message.properties)).toHaveLength(301);
  });

  it('bodyHash ignores what a retry changes and sees what it must not', () => {
    const hash = (raw: object, context: Partial<NormaliseContext> = {}) => bodyHash(accepted(normalise(raw, context)));
    const first = hash(track({ properties: { a: 1, b: 2 }, timestamp: '2026-05-14T09:00:00Z' }));
    expect(
      hash(track({ properties: { b: 2, a: 1 }, timestamp: '2026-05-14T09:00:00Z', sentAt: '2026-05-14T09:30:00Z' }), {
        receivedAt: receivedAt + 60_000,
      }),
    ).toBe(first);
    expect(hash(track({ properties: { a: 1, b: 3 }, timestamp: '2026-05-14T09:00:00Z' }))).not.toBe(first);
  });

  it('never throws, whatever JSON it is given', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom('identify', 'track', 'page', 'alias', 'x'), (value, type) => {
        const raw = typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value, type } : value;
        const first = normalise(raw);
        expect(normalise(raw)).toEqual(first);
        expect(normalise(track({ properties: { value } })).verdict).not.toBe('');
      }),
      { seed: 11, numRuns: 300 },
    );
  });
});
