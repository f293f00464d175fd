import { sql } from 'kysely';
import type { BatchId, SourceId, WorkspaceId } from '@kohort/kernel-contracts';
import { IngestWorld } from '../test/ingest-world';
import { importFlow } from './import.flow';

/** Traits of people, and nothing that would make one. */
const people = (createProfiles?: boolean) => ({
  name: 'people',
  version: 1,
  format: 'table',
  ...(createProfiles === undefined ? {} : { createProfiles }),
  match: { columns: ['id', 'plan'] },
  fields: { id: { column: 'id', type: 'text' }, plan: { column: 'plan', type: 'text' } },
  message: { type: 'identify', userId: { field: 'id' }, traits: { plan: { field: 'plan' } } },
});
const file = Buffer.from('id,plan\nu1,pro\nu9,pro\n"u\n2",basic\nu3,basic\nnull,pro\n,pro\n');

describe('imports and who may be made by them', () => {
  let world: IngestWorld;
  let origin: { workspaceId: WorkspaceId; sourceId: SourceId };
  beforeAll(async () => {
    world = await IngestWorld.start();
  });
  afterAll(() => world.stop());
  beforeEach(async () => {
    origin = await world.addSource();
    await know('u1', 'u3');
  });

  async function know(...ids: string[]): Promise<void> {
    await world.db.database.inWorkspace(origin.workspaceId, async (tx) => {
      for (const id of ids) {
        await sql`with p as (
          insert into profile (workspace_id, id, canonical_id, first_seen_at, last_seen_at)
          values (${origin.workspaceId}, gen_random_uuid(), ${id}, now(), now()) returning id)
          insert into identifier (workspace_id, type, value, profile_id, first_seen_at)
          select ${origin.workspaceId}, 'user_id', ${id}, id, now() from p`.execute(tx);
      }
    });
  }
  async function run(options: { mapping?: ReturnType<typeof people>; createProfiles?: boolean } = {}) {
    const context = await world.startRun(origin.workspaceId, await world.addRun(origin.workspaceId));
    return importFlow(world.deps(), context, {
      artifactKey: await world.upload(file),
      fileName: 'people.csv',
      sourceId: origin.sourceId,
      mapping: options.mapping ?? people(),
      ...(options.createProfiles === undefined ? {} : { createProfiles: options.createProfiles }),
    });
  }
  async function rejects(key: string | null): Promise<string[]> {
    const chunks: Uint8Array[] = [];
    for await (const chunk of world.artifacts.read(key ?? '')) chunks.push(chunk);
    const lines = Buffer.concat(chunks).toString().trim().split('\n');
    return lines.map((line) => {
      const refused = JSON.parse(line) as { line: number; row: number; code: string };
      return `${refused.line} ${refused.row} ${refused.code}`;
    });
  }
  const events = () =>
    world.db.database.inWorkspace(origin.workspaceId, async (tx) => {
      const { rows } = await sql<{ user_id: string; flags: string[]; batch_id: BatchId }>`
        select user_id, flags from event order by user_id`.execute(tx);
      return rows;
    });

  it('updates those who are known, and counts and lists the others', async () => {
    const result = await run();
    expect(result).toMatchObject({ createProfiles: false, rows: 6, messages: 2 });
    expect(result.counts).toMatchObject({ received: 6, stored: 2, rejected: 4 });
    expect(result.reasons).toEqual({ person_unknown: 3, no_user_anon_id: 1 });
    // Rows of several lines and rows behind them are named by the line on which they begin.
    expect(await rejects(result.rejectFileKey)).toEqual([
      '3 2 person_unknown',
      '4 3 person_unknown',
      '7 5 person_unknown',
      '8 6 no_user_anon_id',
    ]);
    expect(await events()).toEqual([
      { user_id: 'u1', flags: ['known_people_only'] },
      { user_id: 'u3', flags: ['known_people_only'] },
    ]);
    expect(await world.ledger(origin.workspaceId)).toMatchObject({ received: 6, stored: 2, rejected: 4 });
  });

  it('takes rows of the same file up once their people are known, and stores nothing twice', async () => {
    await run();
    await know('u9');
    const again = await run();
    expect(again.counts).toMatchObject({ stored: 1, duplicate: 2, rejected: 3 });
    expect(await rejects(again.rejectFileKey)).toEqual([
      '4 3 person_unknown',
      '7 5 person_unknown',
      '8 6 no_user_anon_id',
    ]);
  });

  it('makes people when the mapping or the caller says so; the caller has the last word', async () => {
    const asked = await run({ createProfiles: true });
    expect(asked).toMatchObject({ createProfiles: true, counts: { stored: 5, rejected: 1 } });
    expect((await events()).flatMap(({ flags }) => flags)).toEqual([]);
    origin = await world.addSource();
    expect(await run({ mapping: people(true) })).toMatchObject({ createProfiles: true, counts: { stored: 5 } });
    origin = await world.addSource();
    const refused = await run({ mapping: people(true), createProfiles: false });
    expect(refused).toMatchObject({ createProfiles: false, reasons: { person_unknown: 5 } });
  });
});
