import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { profileIdSchema, type ProfileId, type WorkspaceId } from '@kohort/kernel-contracts';
import { startTestDatabase, type TestDatabase } from '../test-database';
import { readPeople } from './read-people';
import { readLiveRules } from './read-rules';

describe('readPeople', () => {
  let db: TestDatabase;
  let workspaceId: WorkspaceId;
  const [person, other] = [randomUUID(), randomUUID()].map((id) => profileIdSchema.parse(id));
  const [sourceId, batchId] = [randomUUID(), randomUUID()];
  const received = '2026-01-02T00:00:00Z';

  const run = (query: ReturnType<typeof sql>) => db.database.inWorkspace(workspaceId, (tx) => query.execute(tx));
  const assign = (id: string, to: ProfileId | undefined, sign: number, name: string | null) =>
    run(sql`insert into event_assignment (workspace_id, event_id, profile_id, batch_id, received_at, ts, sign, event_name)
      select workspace_id, id, ${to}::uuid, batch_id, received_at, ts, ${sign}, ${name}::text from event
      where workspace_id = ${workspaceId}::uuid and id = ${id}::uuid`);
  /** An event, and how its assignment names it: undefined: as it is called. */
  const happens = async (name: string | null, n: number, known?: string | null): Promise<string> => {
    const id = randomUUID();
    await run(sql`insert into event (workspace_id, id, received_at, batch_id, source_id, message_id, type, name, ts, properties)
      values (${workspaceId}, ${id}, ${received}, ${batchId}, ${sourceId}, ${id}, 'track', ${name},
        ${received}::timestamptz + ${n} * interval '1 second', jsonb_build_object('n', ${n}::int))`);
    await assign(id, person, 1, known === undefined ? (name ?? '') : known);
    return id;
  };
  const read = async (eventNames: readonly string[] | null, detailedNames?: readonly string[] | null) => {
    const profileIds = person ? [person] : [];
    const needs = { eventNames, traitKeys: [], ...(detailedNames === undefined ? {} : { detailedNames }) };
    const [found] = await db.database.inWorkspace(workspaceId, (tx) =>
      readPeople(tx, { workspaceId, profileIds }, needs),
    );
    const at = Date.parse(received);
    return (found?.events ?? [])
      .map(({ id, name, time, properties }) => ({ id, name, n: (time - at) / 1_000, properties }))
      .sort((a, b) => a.n - b.n);
  };

  beforeAll(async () => {
    db = await startTestDatabase();
    workspaceId = await db.addWorkspace();
    await run(
      sql`insert into source (workspace_id, id, key, name, kind) values (${workspaceId}, ${sourceId}, 's', 's', 'http')`,
    );
    await run(sql`insert into batch (workspace_id, id, kind) values (${workspaceId}, ${batchId}, 'events')`);
    for (const id of [person, other]) {
      await run(sql`insert into profile (workspace_id, id, canonical_id, first_seen_at, last_seen_at)
        values (${workspaceId}, ${id}, 'u', ${received}, ${received})`);
    }
  });
  afterAll(() => db.stop());

  it('gives the same events whether their assignments name them or not, with the properties that are asked for', async () => {
    const seen = await happens('Seen', 1);
    const bought = await happens('Bought', 2);
    const old = await happens('Seen', 3, null);
    await happens('Other', 4);
    await happens('Other', 5, null);
    await happens(null, 6);
    const event = (id: string, name: string, n: number, has = true) => ({ id, name, n, properties: has ? { n } : {} });
    const both = [event(seen, 'Seen', 1), event(bought, 'Bought', 2), event(old, 'Seen', 3)];
    expect(await read(['Bought', 'Seen'])).toEqual(both);
    expect(await read(['Bought', 'Seen'], null)).toEqual(both);
    expect(await read(['Bought', 'Seen'], ['Bought', 'Seen'])).toEqual(both);
    expect(await read(['Bought', 'Seen'], ['Bought'])).toEqual([
      event(seen, 'Seen', 1, false),
      event(bought, 'Bought', 2),
      event(old, 'Seen', 3),
    ]);
    expect((await read(null, [])).map(({ name, n }) => [name, n])).toEqual([
      ['Seen', 1],
      ['Bought', 2],
      ['Seen', 3],
      ['Other', 4],
      ['Other', 5],
    ]);
    expect((await read(null)).map(({ properties }) => properties)).toEqual([1, 2, 3, 4, 5].map((n) => ({ n })));
    expect(await read([], [])).toEqual([]);
  });

  it('leaves out what has gone to somebody else, and has back what came back, named or not', async () => {
    const gone = await happens('Gone', 7);
    await assign(gone, person, -1, null);
    await assign(gone, other, 1, null);
    const back = await happens('Gone', 8);
    await assign(back, person, -1, null);
    await assign(back, person, 1, null);
    for (const detailed of [[], ['Gone'], null]) {
      expect((await read(['Gone'], detailed)).map(({ id }) => id)).toEqual([back]);
      expect((await read(['Seen'], detailed)).map(({ name }) => name)).toEqual(['Seen', 'Seen']);
    }
  });

  it('reads rules again when they change, and gives out the same value while they do not', async () => {
    const rules = () => db.database.inWorkspace(workspaceId, (tx) => readLiveRules(tx, workspaceId));
    const none = await rules();
    expect(none).toEqual({ timezone: 'UTC', segments: [] });
    expect(await rules()).toBe(none);
    const ids = [randomUUID(), randomUUID()].sort();
    for (const [i, id] of ids.entries()) {
      await run(sql`insert into segment (workspace_id, id, key, name, kind, status, live_version)
        values (${workspaceId}, ${id}, ${`käse ${i}`}, 's', 'rule', 'live', 1)`);
      for (const version of [1, 2]) {
        await run(sql`insert into segment_version (workspace_id, segment_id, version, rule, rule_hash)
          values (${workspaceId}, ${id}, ${version}, ${JSON.stringify({ version })}::jsonb, decode(${`0${version}`}, 'hex'))`);
      }
    }
    const first = await rules();
    expect(first.segments.map(({ segmentId, version, rule }) => [segmentId, version, rule])).toEqual(
      ids.map((id) => [id, 1, { version: 1 }]),
    );
    expect(await rules()).toBe(first);
    const point = (version: number) =>
      run(
        sql`update segment set live_version = ${version} where workspace_id = ${workspaceId}::uuid and id = ${ids[0]}::uuid`,
      );
    await point(2);
    expect((await rules()).segments.map(({ version, ruleHash }) => [version, ruleHash])).toEqual([
      [2, '02'],
      [1, '01'],
    ]);
    await point(1);
    expect(await rules()).toEqual(first);
    await run(sql`update workspace set time_zone = 'Europe/Berlin' where workspace_id = ${workspaceId}::uuid`);
    expect(await rules()).toEqual({ ...first, timezone: 'Europe/Berlin' });
  });
});
