import {
  faults,
  sampleChange,
  sampleInput,
  scriptedDestination,
  tryOut,
  type ScriptedDestination,
  type TryOut,
} from '@kohort/plugin-kit-testkit';
import type { JsonObject, MembershipDelta } from '@kohort/kernel-contracts';
import { plugin } from '../../plugin';

interface Sent {
  readonly type: string;
  readonly messageId: string;
  readonly [key: string]: unknown;
}

describe('audience-events', () => {
  let shop: ScriptedDestination;
  let trial: TryOut;
  beforeEach(async () => {
    shop = await scriptedDestination();
    trial = tryOut(plugin, { pair: shop.pair });
  });
  afterEach(async () => {
    await trial.close();
    await shop.close();
  });
  const deliver = (
    changes: readonly MembershipDelta[],
    settings: JsonObject = {},
    mapping = {},
  ): ReturnType<TryOut['deliverer']['deliver']> =>
    trial.deliverer.deliver(
      sampleInput(plugin, { writeKey: 'wk_demo_42', host: shop.url, ...settings }, changes, mapping),
      {},
    );
  const batchOf = (index: number): Sent[] => JSON.parse(shop.calls[index]?.body ?? '{}').batch;

  it('says that u-9 entered lapsed_90d, in both shapes, with the vendor’s own client', async () => {
    await deliver([sampleChange(9, { identifiers: { user_id: ['u-9'], email: ['a@b.example'] } })]);
    expect(shop.calls[0]?.path).toBe('/v1/batch');
    expect(shop.calls[0]?.headers['authorization']).toBe('Basic d2tfZGVtb180Mjo=');
    const personas = {
      computation_class: 'audience',
      computation_id: '00000000-0000-4000-9000-000000000004',
      computation_key: 'vip',
      namespace: 'kohort',
      space_id: 'kohort',
    };
    expect(batchOf(0)).toMatchObject([
      { type: 'identify', userId: 'u-9', traits: { vip: true, email: 'a@b.example' }, context: { personas } },
      {
        type: 'track',
        userId: 'u-9',
        event: 'Audience Entered',
        properties: { audience_key: 'vip', vip: true },
        context: { personas, traits: { email: 'a@b.example' } },
        timestamp: '2026-01-02T03:04:05.000Z',
      },
    ]);
    for (const event of batchOf(0)) expect(event.messageId.length).toBeLessThan(100);
  });

  it('says that someone left with false and Audience Exited', async () => {
    await deliver([sampleChange(1, { operation: 'remove', before: true })]);
    expect(batchOf(0)).toMatchObject([
      { traits: { vip: false } },
      { event: 'Audience Exited', properties: { audience_key: 'vip', vip: false } },
    ]);
  });

  it('gives one change the same message ids for ever, another version others', async () => {
    await deliver([sampleChange(1)]);
    await deliver([sampleChange(1)]);
    await deliver([sampleChange(1, { changeVersion: 3 })]);
    const ids = [0, 1, 2].map((n) => batchOf(n).map((event) => event.messageId));
    expect(ids[1]).toEqual(ids[0]);
    expect(ids[2]).not.toEqual(ids[0]);
    expect(new Set(ids[0]).size).toBe(2);
  });

  it('splits 2,501 events into 2,500 and 1', async () => {
    const people = Array.from({ length: 2_501 }, (_, n) => sampleChange(n, { identifiers: { user_id: [`u${n}`] } }));
    const outcome = await deliver(people, { events: 'track' });
    const sizes = shop.calls.map((call) => JSON.parse(call.body).batch.length);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(2_501);
    for (const call of shop.calls) expect(Buffer.byteLength(call.body)).toBeLessThanOrEqual(500_000);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(2_500);
    expect(new Set(outcome.verdicts.map((one) => one.fate))).toEqual(new Set(['accepted']));
  });

  it('refuses an event of 33,000 bytes here and sends the others', async () => {
    const note = 'ä'.repeat(16_500);
    const outcome = await deliver(
      [sampleChange(1, { traits: { note } }), sampleChange(2, { traits: { note: 'short' } })],
      {},
      { userId: 'identifiers.user_id', 'traits.note': 'traits.note' },
    );
    expect(outcome.verdicts.map((one) => [one.fate, one.code]).sort()).toEqual([
      ['accepted', null],
      ['rejected', 'SEGMENT_EVENT_TOO_LARGE'],
    ]);
    expect(shop.calls.length).toBe(1);
  });

  it('refuses a person without user id and anonymous id', async () => {
    const outcome = await deliver([sampleChange(1, { identifiers: { email: ['x@y.example'] } })]);
    expect(outcome.verdicts[0]).toMatchObject({ fate: 'rejected', code: 'NO_IDENTIFIER', stage: 'segment' });
    expect(shop.calls.length).toBe(0);
  });

  it('leaves waiting to the host: a 429 with Retry-After makes one request', async () => {
    shop.script(faults.tooMany('1'));
    const outcome = await deliver([sampleChange(1)]);
    expect(shop.calls.length).toBe(1);
    expect(outcome.stop).toMatchObject({ action: 'wait', retryAfterMs: 1_000 });
  });

  it.each([
    [400, 'rejected'],
    [408, 'retry'],
    [410, 'retry'],
    [460, 'retry'],
    [500, 'retry'],
    [511, 'retry'],
  ])('status %i: %s, with one request', async (status, fate) => {
    shop.script(faults.status(status), faults.status(status));
    const outcome = await deliver([sampleChange(1)]);
    expect(outcome.verdicts[0]?.fate).toBe(fate);
    expect(shop.calls.length).toBe(1);
  });

  it('keeps events in the source when asked', async () => {
    await deliver([sampleChange(1)], { onlyThisSource: true, events: 'identify' });
    expect(batchOf(0)).toMatchObject([{ type: 'identify', integrations: { All: false } }]);
  });
});
