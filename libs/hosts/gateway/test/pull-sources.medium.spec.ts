import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { Client } from 'pg';
import { openPipelineHost, type PipelineHost } from '@kohort/hosts-pipeline';
import { threadCompute, type OpenedColumns } from '@kohort/hosts-runtime';
import { systemClock } from '@kohort/kernel-clock-random';
import { runIdSchema, type JsonObject, type WorkspaceId } from '@kohort/kernel-contracts';
import { silentLogger } from '@kohort/kernel-telemetry';
import { openLocalArtifacts } from '@kohort/platform-artifacts';
import { createSecretBox } from '@kohort/plugin-kit-host';
import { GatewayRig } from './gateway-rig';
import { liveClient, subscribe } from './live-client';

const PASSWORD = 'reader-secret-7';
const failure = '... on Failure { __typename code message } ... on InvalidInput { issues { path message } }';
const CREATE = `mutation C($input: CreatePullSourceInput!, $k: String) { answer: createPullSource(input: $input, idempotencyKey: $k) {
  ... on PullSource { __typename key plugin settings mapping createProfiles everyMinutes nextAt pulledAt source { key } } ${failure} } }`;
const JOB = `... on Job { __typename id job status params } ${failure}`;
const MAPPING = {
  name: 'customers',
  version: 1,
  format: 'table',
  createProfiles: true,
  match: { columns: ['id', 'plan'] },
  fields: { id: { column: 'id', type: 'text', required: true }, plan: { column: 'plan', type: 'text' } },
  message: { type: 'identify', userId: { field: 'id' }, traits: { plan: { field: 'plan' } } },
};

describe('pull sources through the API', () => {
  let rig: GatewayRig;
  let warehouse: Client;
  let host: PipelineHost;
  let workspaceId: WorkspaceId;
  let key: string;
  let settings: JsonObject;
  const dir = mkdtempSync(join(tmpdir(), 'kohort-pull-api-'));
  beforeAll(async () => {
    rig = await GatewayRig.start();
    workspaceId = await rig.db.addWorkspace('Ours');
    key = (await rig.key(workspaceId)).text;
    const url = new URL(rig.db.url);
    const admin = new Client({ connectionString: rig.db.url });
    await admin.connect();
    await admin.query('create database warehouse');
    await admin.end();
    url.pathname = '/warehouse';
    warehouse = new Client({ connectionString: url.toString() });
    await warehouse.connect();
    await warehouse.query(`create table customer (id text primary key, plan text);
      insert into customer select 'c' || n, 'pro' from generate_series(1, 30) n;
      create role reader login password '${PASSWORD}'; grant select on customer to reader`);
    const { hostname, port } = url;
    settings = {
      host: hostname,
      port: Number(port),
      database: 'warehouse',
      user: 'reader',
      tls: 'off',
      table: 'customer',
    };
    host = openPipelineHost({
      engines: {
        database: rig.db.database,
        artifacts: openLocalArtifacts(dir),
        clock: systemClock,
        logger: silentLogger,
      },
      columns: { columns: {} } as OpenedColumns,
      mappings: [],
      secrets: createSecretBox([Buffer.alloc(32, 7)]),
      egressAllow: [`${hostname}:${port}`],
      suppressionKeys: [Buffer.alloc(32, 8)],
      compute: threadCompute({ names: [], threadsDir: dir, heapLimitMb: 64 }),
      threadsDir: dir,
      heapLimitMb: 64,
    });
    await answerOf('mutation { answer: createSource(input: { key: "shop", name: "Shop" }) { __typename } }');
  });
  afterAll(async () => {
    await host.close();
    await warehouse.end();
    await rig.stop();
    rmSync(dir, { recursive: true, force: true });
  });

  async function answerOf(query: string, variables: Record<string, unknown> = {}): Promise<Record<string, unknown>> {
    const answered = await rig.ask(key, query, variables);
    expect(answered.errors).toEqual([]);
    return (answered.data as unknown as { answer: Record<string, unknown> }).answer;
  }
  const inputOf = (change: Record<string, unknown> = {}) => ({
    key: `p_${randomUUID().slice(0, 8)}`,
    name: 'Customers',
    plugin: 'postgres-source',
    settings: { ...settings, password: PASSWORD },
    source: 'shop',
    mapping: MAPPING,
    ...change,
  });
  async function create(change: Record<string, unknown> = {}): Promise<string> {
    const made = await answerOf(CREATE, { input: inputOf(change) });
    expect(made).toMatchObject({ __typename: 'PullSource' });
    return String(made['key']);
  }
  const ask = (call: string) => answerOf(`mutation { answer: ${call} { ${JOB} } }`);
  /** Works a job as its worker would; answers how it ended. */
  async function work(job: Record<string, unknown>): Promise<Record<string, unknown>> {
    const handler = job['job'] === 'ingest.pull' ? host.handlers['ingest.pull'] : host.handlers['ingest.inspect'];
    const runId = runIdSchema.parse(job['id']);
    await handler?.({ workspaceId, runId }, { signal: new AbortController().signal, isLastAttempt: true });
    const answered = await rig.ask(key, `{ answer: job(id: "${runId}") { status result error { code message } } }`);
    return (answered.data as unknown as { answer: Record<string, unknown> }).answer;
  }

  it('are made once, with their secrets sealed, and show everything but those', async () => {
    const input = inputOf({ key: 'crm', everyMinutes: 15 });
    const made = await answerOf(CREATE, { input, k: 'once' });
    expect(made).toMatchObject({
      key: 'crm',
      plugin: 'postgres-source',
      settings,
      mapping: MAPPING,
      createProfiles: null,
      everyMinutes: 15,
      nextAt: expect.any(String),
      pulledAt: null,
      source: { key: 'shop' },
    });
    expect(await answerOf(CREATE, { input, k: 'once' })).toEqual(made);
    for (const other of [
      { name: 'Another' },
      { createProfiles: true },
      { mapping: { ...MAPPING, match: { columns: ['id'] } } },
    ]) {
      const again = await answerOf(CREATE, { input: { ...input, ...other }, k: 'once' });
      expect(again).toMatchObject({ code: 'COMMAND_IDEMPOTENCY_REUSED' });
    }
    const listed = await rig.ask(
      key,
      `{ pullSources(first: 50) { nodes { id key name plugin settings mapping source { key } } }
         pullSource(key: "crm") { settings createdAt } sourceConnectors { id name settings } jobs(first: 50) { nodes { params } } }`,
    );
    expect(listed.errors).toEqual([]);
    expect(listed.text).toContain('"crm"');
    const row = await rig.db.database.inWorkspace(workspaceId, async (tx) =>
      sql<{ row: string; sealed: number }>`select to_jsonb(c)::text as row, length(secrets) as sealed
        from source_connection c where key = 'crm'`.execute(tx),
    );
    expect(row.rows[0]?.sealed).toBeGreaterThan(30);
    for (const shown of [listed.text, JSON.stringify(made), row.rows[0]?.row]) expect(shown).not.toContain(PASSWORD);
    const { sourceConnectors } = listed.data as unknown as {
      sourceConnectors: { id: string; settings: { properties: Record<string, { writeOnly?: boolean }> } }[];
    };
    expect(sourceConnectors.map(({ id }) => id).sort()).toEqual(
      expect.arrayContaining(['postgres-source', 's3-source']),
    );
    const card = sourceConnectors.find(({ id }) => id === 'postgres-source');
    expect(card?.settings.properties['password']?.writeOnly).toBe(true);
  });

  it.each<[string, Record<string, unknown>, Record<string, unknown>]>([
    [
      'a connector that there is not',
      { plugin: 'oracle' },
      { __typename: 'InvalidInput', issues: [{ path: 'plugin' }] },
    ],
    ['a destination for a source', { plugin: 'webhook' }, { __typename: 'InvalidInput', issues: [{ path: 'plugin' }] }],
    ['settings without a table', { settings: { host: 'h', database: 'd', user: 'u' } }, { __typename: 'InvalidInput' }],
    [
      'a port that there is not',
      { settings: { host: 'h', database: 'd', user: 'u', table: 't', port: 0 } },
      { __typename: 'InvalidInput', issues: [{ path: 'settings.port' }] },
    ],
    ['a key in capitals', { key: 'Not A Key' }, { __typename: 'InvalidInput', issues: [{ path: 'key' }] }],
    [
      'a pull every zero minutes',
      { everyMinutes: 0 },
      { __typename: 'InvalidInput', issues: [{ path: 'everyMinutes' }] },
    ],
    [
      'a mapping that names no person',
      { mapping: { ...MAPPING, message: { type: 'identify' } } },
      { __typename: 'InvalidInput', code: 'INGEST_MAPPING_INVALID' },
    ],
    ['a source that there is not', { source: 'nowhere' }, { __typename: 'NotFound' }],
    ['a key that is taken', { key: 'crm' }, { __typename: 'Conflict', code: 'COMMAND_KEY_TAKEN' }],
  ])('answer %s with its error as data', async (_what, change, expected) => {
    const answered = await answerOf(CREATE, { input: inputOf(change) });
    expect(answered).toMatchObject(expected);
    expect(JSON.stringify(answered)).not.toContain(PASSWORD);
  });

  it('look before they read: check, discover, preview', async () => {
    const made = await create();
    const checked = await ask(`checkPullSource(key: "${made}")`);
    expect(checked).toMatchObject({ job: 'ingest.inspect', status: 'QUEUED', params: { look: 'check' } });
    expect(await work(checked)).toMatchObject({ status: 'SUCCEEDED', result: { ok: true } });
    expect(await work(await ask(`discoverPullSource(key: "${made}")`))).toMatchObject({
      result: { tables: [{ name: 'public.customer', key: ['id'], columns: [{ name: 'id' }, { name: 'plan' }] }] },
    });
    expect(await work(await ask(`previewPullSource(key: "${made}", rows: 10)`))).toMatchObject({
      result: { rows: 10, messages: 10, rejectedRows: 0 },
    });
    expect(await ask(`previewPullSource(key: "${made}", rows: 0)`)).toMatchObject({
      __typename: 'InvalidInput',
      issues: [{ path: 'limit' }],
    });
    const wrong = await create({ settings: { ...settings, password: 'wrong-secret-8' } });
    const found = await work(await ask(`checkPullSource(key: "${wrong}")`));
    expect(found).toMatchObject({ status: 'SUCCEEDED', result: { ok: false } });
    expect(JSON.stringify(found)).not.toContain('wrong-secret-8');
  });

  it('are pulled when asked, tell how far they are, and say what became of the rows', async () => {
    const made = await create();
    const asked = await ask(`runPullSource(key: "${made}", idempotencyKey: "now")`);
    expect(asked).toMatchObject({ job: 'ingest.pull', status: 'QUEUED' });
    expect(await ask(`runPullSource(key: "${made}", idempotencyKey: "now")`)).toMatchObject({ id: asked['id'] });
    const client = liveClient(rig.gateway.url, key);
    const stream = subscribe<{ status: string; progress: { phase: string; done: number } | null }>(
      client,
      `subscription { jobProgress(id: "${String(asked['id'])}") { status progress { phase done } } }`,
    );
    await stream.until(1);
    expect(await work(asked)).toMatchObject({
      status: 'SUCCEEDED',
      result: { rows: 30, counts: { stored: 30, rejected: 0 } },
    });
    expect(await stream.over).toBe('complete');
    expect(stream.values[0]).toEqual({ status: 'QUEUED', progress: null });
    expect(stream.values.at(-1)).toEqual({ status: 'SUCCEEDED', progress: { phase: 'pulling rows', done: 30 } });
    await client.dispose();
    const pulled = await rig.ask(key, `{ pullSource(key: "${made}") { pulledAt } }`);
    expect(pulled.data).toEqual({ pullSource: { pulledAt: expect.any(String) } });
    const full = await work(await ask(`runPullSource(key: "${made}", full: true)`));
    expect(full).toMatchObject({ result: { rows: 30, counts: { stored: 0, duplicate: 30 } } });
  });

  it('fail with the reason, and leave nothing behind', async () => {
    const away = await work(
      await ask(`runPullSource(key: "${await create({ settings: { ...settings, host: '10.0.0.1' } })}")`),
    );
    expect(away).toMatchObject({ status: 'FAILED', error: { code: 'HTTP_EGRESS_REFUSED' } });
    const gone = await create({ settings: { ...settings, table: 'left_long_ago', password: PASSWORD } });
    expect(await work(await ask(`runPullSource(key: "${gone}")`))).toMatchObject({
      status: 'FAILED',
      error: { code: 'POSTGRES_SOURCE_REFUSED' },
    });
  });

  it('are pulled by the clock, from now on or never', async () => {
    const made = await create();
    const every = (minutes: string) =>
      answerOf(
        `mutation { answer: schedulePullSource(key: "${made}", everyMinutes: ${minutes}) { ... on PullSource { everyMinutes nextAt } ${failure} } }`,
      );
    expect(await every('30')).toEqual({ everyMinutes: 30, nextAt: expect.any(String) });
    expect(await every('null')).toEqual({ everyMinutes: null, nextAt: null });
    expect(await every('44641')).toMatchObject({ __typename: 'InvalidInput' });
  });

  it('are unknown to another workspace, whatever it asks, and to a key that may only read', async () => {
    const made = await create({ key: 'ours_alone' });
    const stranger = (await rig.key(await rig.db.addWorkspace('Theirs'))).text;
    const seen = await rig.ask(
      stranger,
      `{ pullSource(key: "${made}") { id } pullSources(first: 9) { nodes { id } } }`,
    );
    expect(seen.data).toEqual({ pullSource: null, pullSources: { nodes: [] } });
    const calls = [
      `runPullSource(key: "${made}")`,
      `checkPullSource(key: "${made}")`,
      `discoverPullSource(key: "${made}")`,
      `previewPullSource(key: "${made}")`,
      `schedulePullSource(key: "${made}", everyMinutes: 5)`,
    ];
    const reader = (await rig.key(workspaceId, ['graphql:read'])).text;
    for (const call of calls) {
      const answered = await rig.ask(stranger, `mutation { answer: ${call} { __typename } }`);
      expect({ call, data: answered.data }).toEqual({ call, data: { answer: { __typename: 'NotFound' } } });
      const refused = await rig.ask(reader, `mutation { answer: ${call} { __typename } }`);
      expect(refused.errors[0]?.extensions['code']).toBe('ACCESS_SCOPE_MISSING');
    }
    // Their own source of the same name is theirs: the mapping's rows cannot be made to count for ours.
    const input = inputOf({ key: 'theirs' });
    const foreign = await rig.ask(stranger, CREATE, { input });
    expect(foreign.data).toMatchObject({ answer: { __typename: 'NotFound' } });
  });
});
