import {
  faults,
  sampleChange,
  sampleInput,
  scriptedDestination,
  tryOut,
  type ScriptedDestination,
  type TryOut,
} from '@kohort/plugin-kit-testkit';
import { plugin } from '../../plugin';
import { verifyWebhook } from '../../signature';

const secret = 'whsec_c2VnLXN5bmMtZGVtby1zZWNyZXQtMzItYnl0ZXMteHg=';
const previous = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const changes = (count: number): ReturnType<typeof sampleChange>[] =>
  Array.from({ length: count }, (_, n) => sampleChange(n));

describe('send-members', () => {
  let shop: ScriptedDestination;
  let trial: TryOut;
  let answer = '{}';
  beforeEach(async () => {
    answer = '{}';
    shop = await scriptedDestination(() => ({ status: 200, body: answer }));
    trial = tryOut(plugin, { pair: shop.pair });
  });
  afterEach(async () => {
    await trial.close();
    await shop.close();
  });

  it('signs with both secrets while one is replaced, each alone verifies', async () => {
    const settings = { url: shop.url, secret, previousSecret: previous, legacySecret: 'shh' };
    await trial.deliverer.deliver(sampleInput(plugin, settings, changes(2)), {});
    const [call] = shop.calls;
    const nowMs = trial.machine.clock.now();
    for (const one of [secret, previous])
      expect(verifyWebhook(call?.headers ?? {}, call?.body ?? '', { secret: one, nowMs })).toBe(true);
    expect(call?.headers['x-signature']).toMatch(/^[0-9a-f]{40}$/);
  });

  it('reads per-record results', async () => {
    const [first, second] = changes(2).map((change) => change.profileId);
    answer = JSON.stringify({
      results: [
        { id: first, status: 'accepted' },
        { id: second, status: 'rejected', reason: 'unknown person person1@example.org' },
      ],
    });
    const outcome = await trial.deliverer.deliver(sampleInput(plugin, { url: shop.url, secret }, changes(2)), {});
    expect(outcome.verdicts.map((one) => [one.fate, one.code])).toEqual([
      ['accepted', null],
      ['rejected', 'REFUSED_BY_RECEIVER'],
    ]);
    expect(outcome.verdicts[1]?.message).not.toContain('person1');
  });

  it.each(['', 'OK', '[]', '{"results":"many"}'])('takes a 2xx with body %j for all accepted', async (body) => {
    answer = body;
    const outcome = await trial.deliverer.deliver(sampleInput(plugin, { url: shop.url, secret }, changes(2)), {});
    expect(outcome.verdicts.map((one) => one.fate)).toEqual(['accepted', 'accepted']);
  });

  it('pauses the destination when the endpoint is gone', async () => {
    shop.script(faults.status(410));
    const outcome = await trial.deliverer.deliver(sampleInput(plugin, { url: shop.url, secret }, changes(2)), {});
    expect(outcome.stop).toMatchObject({ action: 'pause', code: 'HTTP_410' });
  });

  it('puts at most 500 members, or the number that was set, in a message', async () => {
    const sizes = async (settings: object): Promise<number[]> => {
      const preview = await trial.deliverer.preview(
        sampleInput(plugin, { url: shop.url, secret, ...settings }, changes(1_001)),
      );
      return preview.requests.map((request) => request.members);
    };
    expect(await sizes({})).toEqual([500, 500, 1]);
    expect(await sizes({ maxMembers: 400 })).toEqual([400, 400, 201]);
  });

  it('keeps additions and removals apart', async () => {
    const mixed = [sampleChange(1), sampleChange(2, { operation: 'remove', before: true }), sampleChange(3)];
    await trial.deliverer.deliver(sampleInput(plugin, { url: shop.url, secret }, mixed), {});
    const sent = shop.calls.map((call) => JSON.parse(call.body).data);
    expect(sent.map((data) => [data.action, data.members.length])).toEqual([
      ['remove', 1],
      ['add', 2],
    ]);
  });

  it('refuses a record that no message can hold', async () => {
    const huge = sampleChange(1, { traits: { note: 'x'.repeat(300_000) } });
    const mapping = { id: 'profile.id', 'traits.note': 'traits.note' };
    const outcome = await trial.deliverer.deliver(sampleInput(plugin, { url: shop.url, secret }, [huge], mapping), {});
    expect(outcome.verdicts[0]).toMatchObject({
      fate: 'rejected',
      code: 'WEBHOOK_MEMBER_TOO_LARGE',
      stage: 'identified',
    });
    expect(shop.calls.length).toBe(0);
  });
});
