import { qualityHandlers } from '@kohort/hosts-pipeline';
import { resolveIdentities } from '@kohort/identity-flow';
import { batchIdSchema, runIdSchema, type WorkspaceId } from '@kohort/kernel-contracts';
import { identityStore } from '@kohort/platform-postgres';
import { sql } from 'kysely';
import { GatewayRig } from './gateway-rig';

interface Isolated {
  readonly id: string;
  readonly score: number;
  readonly fields: { readonly field: string; readonly side: string; readonly tailShare: number }[];
}

interface Records {
  readonly subject: string;
  readonly event: string | null;
  readonly rows: number;
  readonly duplicates: number;
  readonly duplicateShare: number;
  readonly duplicatesAreExact: boolean;
  readonly isolatedShare: number | null;
  readonly isolatedSample: number;
  readonly isolated: readonly Isolated[];
  readonly findings: readonly {
    readonly code: string;
    readonly share: number;
    readonly fix: { readonly kind: string };
  }[];
}

const RECORDS = `subject source event rows duplicates duplicateShare duplicatesAreExact isolatedShare isolatedSample
  isolated { id score fields { field side tailShare } } findings { code severity rows share message fix }`;

describe('repeated and isolated records over HTTP and GraphQL', () => {
  let rig: GatewayRig;
  let workspaceId: WorkspaceId;
  let key: string;
  let writeKey: string;

  async function ask<T>(query: string): Promise<T> {
    const { data, errors } = await rig.ask(key, query);
    expect(errors).toEqual([]);
    return Object.values(data ?? {})[0] as T;
  }
  const records = async (of = '') =>
    (await ask<{ nodes: Records[] }>(`{ recordQuality(${of} first: 5) { nodes { ${RECORDS} } } }`)).nodes;
  const send = async (batch: readonly object[]) => {
    const response = await fetch(`${rig.gateway.url}/v1/batch`, {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from(`${writeKey}:`).toString('base64')}` },
      body: JSON.stringify({ batch }),
    });
    expect(response.status).toBe(200);
  };
  const inside = <T>(query: ReturnType<typeof sql<T>>) =>
    rig.db.database.inWorkspace(workspaceId, async (tx) => (await query.execute(tx)).rows);
  const profile = async () => {
    const made = await ask<{ id: string }>('mutation { profileQuality(input: {}) { ... on Job { id } } }');
    const handler = qualityHandlers({ database: rig.db.database, clock: { now: () => Date.now() } })['quality.profile'];
    const signal = new AbortController().signal;
    await handler?.({ workspaceId, runId: runIdSchema.parse(made.id) }, { signal, isLastAttempt: true });
  };
  const visit = (n: number, change: object = {}) => ({
    ...{ type: 'track', event: 'Visit', userId: `u${n % 150}`, messageId: `v${n}`, timestamp: '2026-11-01T10:00:00Z' },
    properties: { visit_id: `visit-${n}`, pages: 3 + (n % 7), seconds: 60 + (n % 41), depth: 1 + (n % 3), ...change },
  });

  beforeAll(async () => {
    rig = await GatewayRig.start({ ingest: undefined });
    workspaceId = await rig.db.addWorkspace('Ours');
    key = (await rig.key(workspaceId)).text;
    const made = await ask<{ writeKey: string }>(
      'mutation { createSource(input: { key: "web", name: "Web" }) { ... on NewSource { writeKey } } }',
    );
    writeKey = made.writeKey;
    await send(Array.from({ length: 300 }, (_, n) => visit(n)));
    // The same visit under other message ids, and one that is like no other.
    await send(Array.from({ length: 6 }, (_, n) => ({ ...visit(n), messageId: `again${n}` })));
    await send([visit(900, { pages: 4_000, seconds: 90_000 })]);
    await send(
      Array.from({ length: 150 }, (_, n) => ({
        ...{ type: 'identify', userId: `u${n}`, messageId: `i${n}`, timestamp: '2026-11-01T09:00:00Z' },
        traits: {
          email: `person${n < 3 ? 0 : n}@secret.example.org`,
          age: n < 3 ? 30 : n === 149 ? 400 : 20 + (n % 50),
          orders: n < 3 ? 5 : n === 149 ? 9_000 : n % 12,
        },
      })),
    );
    const batches = await inside(sql<{ id: string }>`select id from batch where kind = 'events'`);
    const batchIds = batches.map((row) => batchIdSchema.parse(row.id));
    await resolveIdentities({ store: identityStore(rig.db.database, { screen: null }) }, { workspaceId, batchIds });
    await profile();
  });
  afterAll(() => rig.stop());

  it('are counted of a source and of its events, named by id alone, each with a fix', async () => {
    const found = await records('source: "web"');
    expect(found.map(({ subject, event }) => [subject, event])).toEqual([
      ['SOURCE', null],
      ['EVENT', 'Visit'],
    ]);
    expect(found[0]).toMatchObject({ rows: 457, duplicates: 6, duplicatesAreExact: true });
    const [visits] = await records('source: "web", event: "Visit"');
    expect(visits).toMatchObject({ rows: 307, duplicates: 6, duplicateShare: 6 / 307, isolatedSample: 307 });
    const [odd] = await inside(sql<{ id: string }>`select id from event where message_id = 'v900'`);
    expect(visits?.isolated[0]).toMatchObject({ id: odd?.id });
    expect(visits?.isolated[0]?.fields.map(({ field, side }) => [field, side]).sort()).toEqual([
      ['pages', 'HIGH'],
      ['seconds', 'HIGH'],
    ]);
    expect(visits?.isolatedShare).toBeGreaterThanOrEqual(1 / 307);
    expect(visits?.isolatedShare).toBeLessThan(0.05);
    expect(visits?.findings).toEqual([
      expect.objectContaining({ code: 'DUPLICATE_ROWS', rows: 6, fix: expect.objectContaining({ kind: 'source' }) }),
      expect.objectContaining({
        code: 'ISOLATED_ROWS',
        fix: { kind: 'preprocessing', step: 'cap_outliers', params: { columns: expect.arrayContaining(['pages']) } },
      }),
    ]);
    expect(await ask('{ recordQuality(source: "nowhere", first: 5) { nodes { rows } } }')).toBeNull();
    const page = '{ recordQuality(source: "web", first: 1) { pageInfo { hasNextPage endCursor } } }';
    const { pageInfo } = await ask<{ pageInfo: { hasNextPage: boolean; endCursor: string } }>(page);
    expect(pageInfo.hasNextPage).toBe(true);
    expect((await records(`source: "web", after: "${pageInfo.endCursor}"`)).map(({ event }) => event)).toEqual([
      'Visit',
    ]);
  });

  it('of an identifier are told with the column that should make the message’s id', async () => {
    const { nodes } = await ask<{ nodes: Record<string, unknown>[] }>(
      `{ dataQuality(source: "web", event: "Visit", first: 50) { nodes { field repeated repeatedShare findings { code fix } } } }`,
    );
    const visitId = nodes.find(({ field }) => field === 'visit_id');
    expect(visitId).toMatchObject({ repeated: 6, repeatedShare: 6 / 307 });
    expect(visitId?.['findings']).toContainEqual({
      code: 'DUPLICATE_KEYS',
      fix: { kind: 'mapping', edit: { messageIdColumn: 'visit_id' } },
    });
    expect(nodes.find(({ field }) => field === 'pages')).toMatchObject({ repeated: null, repeatedShare: null });
    const traits = await ask<{ nodes: Record<string, unknown>[] }>(
      `{ traitQuality(key: "email", first: 5) { nodes { repeated findings { code fix } } } }`,
    );
    expect(traits.nodes[0]).toMatchObject({ repeated: 2 });
    expect(JSON.stringify(traits.nodes[0])).toContain('findLinkCandidates');
  });

  it('of people are compared where something names them, and nobody who is gone is named', async () => {
    const [people] = await records();
    expect(people).toMatchObject({ subject: 'TRAIT', rows: 150, duplicates: 2, isolatedSample: 150 });
    const named = await inside(
      sql<{ id: string }>`select profile_id as id from identifier where type = 'user_id' and value = 'u149'`,
    );
    expect(people?.isolated[0]).toMatchObject({ id: named[0]?.id });
    expect(people?.isolated[0]?.fields.map(({ field }) => field).sort()).toEqual(['age', 'orders']);
    await inside(sql`update profile set suppressed_at = now() where id = ${named[0]?.id ?? ''}::uuid`);
    const [later] = await records();
    expect(later?.isolated.map(({ id }) => id)).not.toContain(named[0]?.id);
  });

  it('keep no value of anybody', async () => {
    const kept = await inside(
      sql<{ text: string }>`select string_agg(quality::text, ' ') as text from quality_records`,
    );
    expect(kept[0]?.text).toContain('pages');
    expect(kept[0]?.text).not.toMatch(/secret|person\d|90000|9000|"u\d/);
  });
});
