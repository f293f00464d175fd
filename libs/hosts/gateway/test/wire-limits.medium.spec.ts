import { gzipSync } from 'node:zlib';
import type { WorkspaceId } from '@kohort/kernel-contracts';
import { GatewayRig } from './gateway-rig';

/** Sizes of the wire, as Segment documents them. */
const EVENT = 32_768;
const BATCH = 512_000;
const ITEMS = 2_500;

describe('limits of the wire', () => {
  let rig: GatewayRig;
  let workspaceId: WorkspaceId;
  let headers: Record<string, string>;
  let apiKey: string;
  beforeAll(async () => {
    rig = await GatewayRig.start({ ingest: undefined });
    workspaceId = await rig.db.addWorkspace('Ours');
    apiKey = (await rig.key(workspaceId)).text;
    const made = await rig.ask(
      apiKey,
      'mutation { createSource(input: { key: "web", name: "Web" }) { ... on NewSource { writeKey } } }',
    );
    const { writeKey } = (made.data as unknown as { createSource: { writeKey: string } }).createSource;
    headers = { authorization: `Basic ${Buffer.from(`${writeKey}:`).toString('base64')}` };
  });
  afterAll(() => rig.stop());

  const post = async (path: string, body: string | Buffer, extra: Record<string, string> = {}) => {
    const response = await fetch(rig.gateway.url + path, { method: 'POST', body, headers: { ...headers, ...extra } });
    const text = await response.text();
    return [response.status, (JSON.parse(text) as { code?: string }).code] as const;
  };
  const good = [200, undefined];

  /** A call with padding up to exactly so many bytes. */
  function padded(bytes: number, make: (pad: string) => unknown): string {
    const bare = Buffer.byteLength(JSON.stringify(make('')));
    return JSON.stringify(make('p'.repeat(bytes - bare)));
  }
  const track = (messageId: string, pad = ''): object => ({
    ...{ type: 'track', event: 'x', userId: 'u', messageId },
    properties: { pad },
  });

  it.each([
    [EVENT - 1, good],
    [EVENT, good],
    [EVENT + 1, [400, 'payload_too_large']],
  ])('a single call of %i bytes', async (bytes, expected) => {
    const call = padded(bytes, (pad) => track(`one-${bytes}`, pad));
    expect(Buffer.byteLength(call)).toBe(bytes);
    expect(await post('/v1/track', call)).toEqual(expected);
  });

  it.each([
    [EVENT - 1, good],
    [EVENT, good],
    [EVENT + 1, [400, 'event_too_large']],
  ])('an item of %i bytes in a batch', async (bytes, expected) => {
    const item = padded(bytes, (pad) => track(`item-${bytes}`, pad));
    const small = JSON.stringify(track(`beside-${bytes}`));
    expect(await post('/v1/batch', `{"batch":[${item},${small}]}`)).toEqual(expected);
  });

  it.each([
    [BATCH - 1, good],
    [BATCH, good],
    [BATCH + 1, [400, 'payload_too_large']],
  ])('a batch of %i bytes, plain and compressed', async (bytes, expected) => {
    const items = Array.from({ length: 20 }, (_, n) => track(`batch-${bytes}-${n}`, 'p'.repeat(25_000)));
    const body = padded(bytes, (pad) => ({ batch: [...items, track(`last-${bytes}`, pad)] }));
    expect(Buffer.byteLength(body)).toBe(bytes);
    expect(await post('/v1/batch', body)).toEqual(expected);
    expect(await post('/v1/batch', gzipSync(body), { 'content-encoding': 'gzip' })).toEqual(expected);
  });

  it.each([
    [ITEMS - 1, good],
    [ITEMS, good],
    [ITEMS + 1, [400, 'batch_too_long']],
  ])('a batch of %i items', async (count, expected) => {
    const batch = Array.from({ length: count }, (_, n) => track(`many-${n}`));
    expect(await post('/v1/batch', JSON.stringify({ batch }))).toEqual(expected);
  });

  it('refuses a body that inflates to a gigabyte at its first byte too many, in bounded memory', async () => {
    // Members of a gzip stream may follow each other: 1 GB in about a megabyte, of which little is read.
    const member = gzipSync(Buffer.alloc(64 * 1_048_576));
    const bomb = Buffer.concat(Array.from({ length: 16 }, () => member));
    const before = process.memoryUsage().rss;
    for (let time = 0; time < 5; time += 1) {
      expect(await post('/v1/batch', bomb, { 'content-encoding': 'gzip' })).toEqual([400, 'payload_too_large']);
    }
    expect(process.memoryUsage().rss - before).toBeLessThan(64 * 1_048_576);
  });

  it('flags what is above the caps, and refuses what cannot be held, item by item', async () => {
    const wide = Object.fromEntries(Array.from({ length: 301 }, (_, n) => [`k${n}`, n]));
    const batch = [
      { type: 'identify', userId: 'u', messageId: 'caps-wide', traits: wide },
      { type: 'group', userId: 'u', messageId: 'caps-group', groupId: 'g'.repeat(500) },
      { type: 'group', userId: 'u', messageId: 'caps-long', groupId: 'g'.repeat(501) },
      { type: 'track', userId: 'u', messageId: 'caps-nul', event: 'x', properties: { a: 'b\0' } },
      { type: 'track', userId: 'u', messageId: 'caps-late', event: 'x', timestamp: '2036-01-01T00:00:00Z' },
    ];
    // A surrogate that stands alone has no bytes in UTF-8; in JSON it comes as an escape.
    const lone = '{"type":"track","userId":"u","messageId":"caps-lone","event":"x","properties":{"a":"\\ud800"}}';
    const body = JSON.stringify({ batch }).replace(/\]\}$/, `,${lone}]}`);
    const response = await fetch(`${rig.gateway.url}/v1/batch`, {
      ...{ method: 'POST', body, headers: { ...headers, 'x-kohort-results': '1' } },
    });
    const { results } = (await response.json()) as { results: { outcome: string; reason: string | null }[] };
    expect(results.map(({ outcome, reason }) => [outcome, reason])).toEqual([
      ['stored', null],
      ['stored', null],
      ['rejected', 'id_too_long'],
      ['quarantined', 'nul_character'],
      ['stored', null],
      ['quarantined', 'lone_surrogate'],
    ]);
    const flags = await rig.db.database.inWorkspace(workspaceId, (tx) =>
      tx.selectFrom('event').select(['message_id', 'flags']).where('message_id', 'like', 'caps-%').execute(),
    );
    expect(Object.fromEntries(flags.map((row) => [row.message_id, row.flags]))).toEqual({
      ...{ 'caps-wide': ['traits_over_300'], 'caps-group': [], 'caps-late': ['future_clamped'] },
    });
  });

  it('tells a workspace that sends too much when to come again, and lets another one in', async () => {
    const small = await GatewayRig.start({ ingest: undefined, door: { admission: { rows: 10 } } });
    try {
      const send = async (name: string) => {
        const id = await small.db.addWorkspace(name);
        const { text } = await small.key(id);
        const made = await small.ask(
          text,
          'mutation { createSource(input: { key: "web", name: "Web" }) { ... on NewSource { writeKey } } }',
        );
        const { writeKey } = (made.data as unknown as { createSource: { writeKey: string } }).createSource;
        return (rows: number) =>
          fetch(`${small.gateway.url}/v1/batch`, {
            method: 'POST',
            body: JSON.stringify({ writeKey, batch: Array.from({ length: rows }, (_, n) => track(`${name}-${n}`)) }),
          });
      };
      const [noisy, quiet] = [await send('noisy'), await send('quiet')];
      const answers = await Promise.all([...Array.from({ length: 30 }, () => noisy(5)), quiet(1)]);
      const refused = answers.filter((answer) => answer.status === 429);
      expect(refused.length).toBeGreaterThan(0);
      expect(answers.at(-1)?.status).toBe(200);
      for (const { headers: told } of refused) {
        const seconds = Number(told.get('retry-after'));
        expect(seconds).toBeGreaterThanOrEqual(1);
        expect(seconds).toBeLessThanOrEqual(60);
        expect(told.get('x-ratelimit-reset')).toBe(String(seconds));
        expect(told.get('access-control-expose-headers')).toContain('retry-after');
      }
    } finally {
      await small.stop();
    }
  });
});
