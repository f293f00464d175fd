import { gzipSync } from 'node:zlib';
import { createHash } from 'node:crypto';
import { Analytics } from '@segment/analytics-node';
import { Client } from 'pg';
import type { WorkspaceId } from '@kohort/kernel-contracts';
import { GatewayRig } from './gateway-rig';

const item = { type: 'track', event: 'Order Completed', userId: 'u1', messageId: 'm1' };

describe('ingest over HTTP', () => {
  let rig: GatewayRig;
  let workspaceId: WorkspaceId;
  let apiKey: string;
  let writeKey: string;
  beforeAll(async () => {
    // The real store: what is answered 200 is in PostgreSQL.
    rig = await GatewayRig.start({ ingest: undefined, maxArtifactBytes: 100_000 });
    workspaceId = await rig.db.addWorkspace('Ours');
    apiKey = (await rig.key(workspaceId)).text;
    const made = await rig.ask(
      apiKey,
      'mutation { createSource(input: { key: "web", name: "Web" }) { ... on NewSource { writeKey } } }',
    );
    writeKey = (made.data as unknown as { createSource: { writeKey: string } }).createSource.writeKey;
  });
  afterAll(() => rig.stop());

  const basic = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`;
  const post = async (path: string, body: unknown, headers: Record<string, string> = {}) => {
    const content = body instanceof Uint8Array ? body : typeof body === 'string' ? body : JSON.stringify(body);
    const response = await fetch(rig.gateway.url + path, { method: 'POST', body: content, headers });
    return { status: response.status, text: await response.text(), headers: response.headers };
  };
  const stored = () =>
    rig.db.database.inWorkspace(workspaceId, (tx) =>
      tx.selectFrom('event').select(['message_id', 'type', 'name', 'user_id']).orderBy('message_id').execute(),
    );
  const accepted = '{"success":true}';

  it('answers exactly {"success":true} on all paths of the wire, and has stored it then', async () => {
    const calls: [string, Record<string, unknown>][] = [
      ['identify', { userId: 'p1', traits: { plan: 'pro' } }],
      ['track', { userId: 'p1', event: 'Signed Up' }],
      ['page', { anonymousId: 'a1', name: 'Home' }],
      ['screen', { anonymousId: 'a1', name: 'Main' }],
      ['group', { userId: 'p1', groupId: 'g1' }],
      ['alias', { userId: 'p1', previousId: 'a1' }],
      ['batch', { batch: [{ ...item, messageId: 'path-batch' }] }],
      ['import', { batch: [{ ...item, messageId: 'path-import' }] }],
      ['i', { userId: 'p1' }],
      ['t', { userId: 'p1', event: 'x' }],
      ['p', { userId: 'p1' }],
      ['s', { userId: 'p1' }],
      ['g', { userId: 'p1', groupId: 'g1' }],
      ['a', { userId: 'p1', previousId: 'a1' }],
      ['b', { batch: [{ ...item, messageId: 'path-b' }] }],
      ['m', { series: [] }],
    ];
    for (const [path, call] of calls) {
      const answered = await post(
        `/v1/${path}`,
        { messageId: `path-${path}`, ...call },
        { authorization: basic(`${writeKey}:`), 'content-type': 'text/plain' },
      );
      expect({ path, status: answered.status, text: answered.text }).toEqual({ path, status: 200, text: accepted });
    }
    const rows = (await stored()).filter((row) => row.message_id.startsWith('path-'));
    expect(rows).toHaveLength(15);
    expect(rows.find((row) => row.message_id === 'path-page')).toMatchObject({ type: 'page', name: 'Page Viewed' });
    expect(rows.find((row) => row.message_id === 'path-i')).toMatchObject({ type: 'identify' });
  });

  it('takes the key from the header with or without colon, from the body, or from both when they agree', async () => {
    const batch = [{ ...item, messageId: 'keys' }];
    const other = writeKey.slice(0, -1);
    for (const [headers, body, status, code] of [
      [{ authorization: basic(`${writeKey}:`) }, { batch }, 200, undefined],
      [{ authorization: basic(writeKey) }, { batch }, 200, undefined],
      [{}, { batch, writeKey }, 200, undefined],
      [{ authorization: basic(`${writeKey}:`) }, { batch, writeKey }, 200, undefined],
      [{ authorization: `Bearer ${writeKey}` }, { batch }, 200, undefined],
      [{ authorization: basic(`${writeKey}:`) }, { batch, writeKey: other }, 400, 'write_key_mismatch'],
      [{ authorization: basic('khw_unknown:') }, { batch }, 401, 'write_key_unknown'],
      [{}, { batch }, 401, 'write_key_missing'],
      [{ authorization: `Bearer ${apiKey}` }, { batch }, 401, 'write_key_unknown'],
    ] as const) {
      const answered = await post('/v1/batch', body, headers);
      expect(answered.status).toBe(status);
      if (code === undefined) expect(answered.text).toBe(accepted);
      else expect(JSON.parse(answered.text)).toMatchObject({ success: false, code });
    }
  });

  it('does not let a write key do anything else', async () => {
    expect((await rig.ask(writeKey, '{ workspace { name } }')).status).toBe(401);
    expect((await post('/v2/artifacts', 'x', { authorization: `Bearer ${writeKey}` })).status).toBe(401);
  });

  it('reads gzip, and answers 400 to what is too large or no JSON, in the wire’s words', async () => {
    const authorization = basic(`${writeKey}:`);
    const zipped = gzipSync(JSON.stringify({ batch: [{ ...item, messageId: 'zipped' }] }));
    expect((await post('/v1/batch', zipped, { authorization, 'content-encoding': 'gzip' })).text).toBe(accepted);
    expect(await stored()).toContainEqual(expect.objectContaining({ message_id: 'zipped' }));
    const bomb = gzipSync(Buffer.alloc(20_000_000));
    expect(
      JSON.parse((await post('/v1/batch', bomb, { authorization, 'content-encoding': 'gzip' })).text),
    ).toMatchObject({ code: 'payload_too_large' });
    const wide = JSON.stringify({
      batch: Array.from({ length: 20 }, () => ({ ...item, properties: { pad: 'p'.repeat(26_000) } })),
    });
    expect((await post('/v1/batch', wide, { authorization })).status).toBe(400);
    const huge = await post('/v1/batch', `{"batch":["${'x'.repeat(5_000_000)}"]}`, { authorization });
    expect([huge.status, JSON.parse(huge.text).code]).toEqual([400, 'payload_too_large']);
    for (const body of ['', '{', '[]', 'null']) {
      const answered = await post('/v1/track', body, { authorization });
      expect([answered.status, JSON.parse(answered.text).code]).toEqual([400, 'invalid_json']);
    }
  });

  it('answers item by item where that is asked for; one bad item never takes the others along', async () => {
    const batch = [
      { ...item, messageId: 'good' },
      { type: 'track', event: 'x' },
      { ...item, messageId: 'good' },
    ];
    const wire = await post('/v1/batch', { batch, writeKey }, { 'x-kohort-results': '1' });
    expect(JSON.parse(wire.text)).toMatchObject({
      success: true,
      results: [{ outcome: 'stored' }, { outcome: 'rejected', reason: 'no_user_anon_id' }, { outcome: 'duplicate' }],
    });
    const native = await post(
      '/v2/events?source=web',
      { batch: [{ ...item, messageId: 'native' }] },
      { authorization: `Bearer ${apiKey}` },
    );
    expect([native.status, JSON.parse(native.text)]).toMatchObject([
      202,
      { results: [{ index: 0, outcome: 'stored', messageId: 'native', reason: null }] },
    ]);
    const unnamed = await post('/v2/events', { batch }, { authorization: `Bearer ${apiKey}` });
    expect([unnamed.status, JSON.parse(unnamed.text).code]).toEqual([400, 'source_unnamed']);
    const foreign = await post('/v2/events?source=nothing', { batch }, { authorization: `Bearer ${apiKey}` });
    expect(foreign.status).toBe(404);
  });

  it('tells a browser that it may, and gives its SDK the settings it begins with', async () => {
    const preflight = await fetch(`${rig.gateway.url}/v1/t`, {
      method: 'OPTIONS',
      headers: { origin: 'https://shop.example' },
    });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get('access-control-allow-headers')).toMatch(/authorization.*x-retry-count/);
    const answered = await post('/v1/t', { ...item, writeKey, messageId: 'cors' });
    expect(answered.headers.get('access-control-allow-origin')).toBe('*');
    const settings = await fetch(`${rig.gateway.url}/v1/projects/${writeKey}/settings`);
    expect(await settings.json()).toMatchObject({ integrations: { 'Segment.io': { apiKey: writeKey } } });
    expect((await fetch(`${rig.gateway.url}/v1/projects/khw_x/settings`)).status).toBe(401);
  });

  it('serves an unmodified @segment/analytics-node', async () => {
    const errors: unknown[] = [];
    const analytics = new Analytics({ writeKey, host: rig.gateway.url, flushAt: 15, maxRetries: 0 });
    analytics.on('error', (error) => errors.push(error));
    for (let n = 0; n < 50; n += 1) {
      analytics.track({ userId: `sdk-${n % 5}`, event: 'SDK Event', properties: { n } });
    }
    analytics.identify({ userId: 'sdk-0', traits: { email: 'sdk@example.org' } });
    await analytics.closeAndFlush({ timeout: 60_000 });
    expect(errors).toEqual([]);
    const rows = (await stored()).filter((row) => row.user_id?.startsWith('sdk-'));
    expect(rows).toHaveLength(51);
    expect(new Set(rows.map((row) => row.message_id)).size).toBe(51);
  });

  it('masks what a source is to be masked of, and no table has seen what was sent', async () => {
    const made = await rig.ask(
      apiKey,
      'mutation { createSource(input: { key: "reviews", name: "Reviews" }) { ... on NewSource { writeKey } } }',
    );
    const { writeKey: key } = (made.data as unknown as { createSource: { writeKey: string } }).createSource;
    const mask = (source: string, fields: string[]) =>
      rig.ask(
        apiKey,
        `mutation ($source: String!, $fields: [String!]!) {
          maskSource(source: $source, masking: { fields: $fields, longTexts: 60, kinds: [EMAIL, CARD, IP, PERSON] }) {
            __typename ... on Source { masking { fields longTexts kinds country } } ... on InvalidInput { message } } }`,
        { source, fields },
      );
    expect((await mask('reviews', ['comment'])).data).toMatchObject({ maskSource: { __typename: 'InvalidInput' } });
    expect((await mask('nobody', ['traits.bio'])).data).toMatchObject({ maskSource: { __typename: 'NotFound' } });
    expect((await mask('reviews', ['properties.comment'])).data).toEqual({
      maskSource: {
        __typename: 'Source',
        masking: {
          fields: ['properties.comment'],
          longTexts: 60,
          kinds: ['EMAIL', 'CARD', 'IP', 'PERSON'],
          country: null,
        },
      },
    });
    const secret = 'marker7@example.org';
    const review = { type: 'track', event: 'Review', userId: 'u-masked' };
    const batch = [
      { ...review, messageId: 'masked-1', properties: { comment: `I am John Smith, ${secret}`, card: '' } },
      { ...review, messageId: 'masked-2', properties: { deep: { text: `${'so it goes on, '.repeat(5)} ${secret}` } } },
      // Refused, and kept for somebody to look at.
      { ...review, messageId: 'masked-3', event: '', extra: secret },
      { ...review, messageId: 'masked-4', properties: secret },
      secret,
    ];
    const context = { note: `${'a long note about somebody, '.repeat(3)} ${secret}` };
    const sent = await post('/v1/batch', { batch, context }, { authorization: basic(`${key}:`) });
    expect(sent.status).toBe(200);
    const rows = await rig.db.database.inWorkspace(workspaceId, (tx) =>
      tx
        .selectFrom('event')
        .select(['properties', 'flags'])
        .where('user_id', '=', 'u-masked')
        .orderBy('message_id')
        .execute(),
    );
    expect(rows).toMatchObject([
      { properties: { comment: 'I am [person], [email]' }, flags: ['personal_data_masked'] },
      { properties: { deep: { text: expect.stringMatching(/goes on, {2}\[email\]$/) as string } } },
    ]);
    const client = new Client({ connectionString: rig.db.url });
    await client.connect();
    const tables = await client.query<{ name: string }>(
      "select c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = 'kohort' and c.relkind in ('r', 'p')",
    );
    const seen: string[] = [];
    let marked = 0;
    for (const { name } of tables.rows) {
      const held = await client.query<{ raw: string; masked: string }>(
        `select count(*) filter (where t::text like '%marker7%') as raw,
          count(*) filter (where t::text like '%[email]%') as masked from kohort."${name}" t`,
      );
      if (Number(held.rows[0]?.raw) > 0) seen.push(name);
      marked += Number(held.rows[0]?.masked);
    }
    await client.end();
    expect(seen).toEqual([]);
    // Two events and three refused items, each partition counted with its table.
    expect(marked).toBeGreaterThanOrEqual(5);
    const metrics = await (await fetch(`${rig.gateway.url}/metrics`)).text();
    expect(metrics).toMatch(/kohort_ingest_masked_total\{kind="email"\} [1-9]/);
    expect(metrics).toContain('kohort_ingest_masked_total{kind="person"} 1');
    const off = await rig.ask(
      apiKey,
      'mutation { maskSource(source: "reviews") { ... on Source { masking { fields } } } }',
    );
    expect(off.data).toEqual({ maskSource: { masking: null } });
  });

  it('keeps books that balance, whatever came', async () => {
    const answered = await rig.ask(
      apiKey,
      '{ ledger(first: 5) { nodes { source { key } received stored duplicate rejected residual } } }',
    );
    const { ledger } = answered.data as unknown as {
      ledger: {
        nodes: { source: { key: string }; residual: number; stored: number; rejected: number; duplicate: number }[];
      };
    };
    const web = ledger.nodes.find(({ source }) => source.key === 'web');
    expect(ledger.nodes).toHaveLength(2);
    expect(ledger.nodes).toMatchObject([{ residual: 0 }, { residual: 0 }]);
    expect(ledger.nodes.reduce((sum, one) => sum + one.stored, 0)).toBe((await stored()).length);
    expect(web?.rejected).toBeGreaterThan(0);
    expect(web?.duplicate).toBeGreaterThan(0);
  });

  it('stores an upload as it comes, and refuses one that is too large', async () => {
    const content = Buffer.alloc(90_000, 'row;');
    const authorization = `Bearer ${apiKey}`;
    const answered = await post('/v2/artifacts', content, { authorization, 'content-type': 'text/csv' });
    expect(answered.status).toBe(201);
    expect(JSON.parse(answered.text)).toEqual({
      key: expect.any(String),
      sha256: createHash('sha256').update(content).digest('hex'),
      bytes: 90_000,
    });
    const weak = (await rig.key(workspaceId, ['graphql:read'])).text;
    expect((await post('/v2/artifacts', content, { authorization: `Bearer ${weak}` })).status).toBe(403);
    expect((await post('/v2/artifacts', content)).status).toBe(401);
    expect((await post('/v2/artifacts', Buffer.alloc(3_000_000), { authorization })).status).toBe(400);
  });
});
