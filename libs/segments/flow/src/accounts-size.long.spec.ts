import { createHash, randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { manualClock } from '@kohort/kernel-clock-random';
import {
  batchIdSchema,
  runParams,
  segmentIdSchema,
  sourceIdSchema,
  type RunId,
  type WorkspaceId,
} from '@kohort/kernel-contracts';
import { runHandler, segmentStore, startTestDatabase, type TestDatabase } from '@kohort/platform-postgres';
import { NO_EVALUATION } from './evaluate-profiles';
import { evaluateAccounts, followCrowd, RuleSets, type CrowdResult } from './index';

const PEOPLE = Number(process.env['KOHORT_ACCOUNT_PEOPLE'] ?? 100_000);
jest.setTimeout(1_800_000);

/** An account with very many people changes: they all follow, and no transaction is of more than 500 of them. */
describe('an account with many people', () => {
  let db: TestDatabase;
  let workspaceId: WorkspaceId;
  beforeAll(async () => {
    db = await startTestDatabase();
    workspaceId = await db.addWorkspace();
  });
  afterAll(() => db.stop());

  async function query<T>(statement: ReturnType<typeof sql<T>>): Promise<T[]> {
    return db.database.inWorkspace(workspaceId, async (tx) => (await statement.execute(tx)).rows);
  }

  it(`takes ${PEOPLE} people in, 500 a transaction`, async () => {
    const [source, batchId, segment] = [
      sourceIdSchema.parse(randomUUID()),
      batchIdSchema.parse(randomUUID()),
      segmentIdSchema.parse(randomUUID()),
    ];
    const where = {
      relation: { to: 'account', quantifier: 'any', where: { trait: { path: 'tier', op: 'eq', value: 'gold' } } },
    };
    const rule = JSON.stringify({ version: 1, entity: 'profile', where });
    const account = sql`account_id(${workspaceId}::uuid, 'big')`;
    await query(
      sql`insert into source (workspace_id, id, key, name, kind) values (${workspaceId}, ${source}, 's', 'S', 'http')`,
    );
    await query(sql`insert into batch (workspace_id, id, kind) values (${workspaceId}, ${batchId}, 'events')`);
    await query(sql`insert into segment (workspace_id, id, key, name, kind, status, live_version)
      values (${workspaceId}, ${segment}, 'in_gold', 'In gold', 'rule', 'live', 1)`);
    await query(sql`insert into segment_version (workspace_id, segment_id, version, rule, rule_hash)
      values (${workspaceId}, ${segment}, 1, ${rule}::jsonb, ${createHash('sha256').update(rule).digest()})`);
    await query(sql`insert into profile (workspace_id, id, canonical_id, first_seen_at, last_seen_at)
      select ${workspaceId}, gen_random_uuid(), 'u' || i, now(), now() from generate_series(1, ${PEOPLE}::int) i`);
    await query(sql`insert into trait_value (workspace_id, profile_id, key, valid_from, message_id, kind, value)
      select workspace_id, id, '$group', now() - interval '1 hour', id::text, 'custom', '"big"' from profile
      where workspace_id = ${workspaceId}`);
    await query(sql`insert into profile (workspace_id, id, canonical_id, kind, first_seen_at, last_seen_at)
      values (${workspaceId}, ${account}, 'big', 'account', now(), now())`);
    await query(sql`insert into event (workspace_id, id, received_at, batch_id, source_id, message_id, type, ts, group_id, traits)
      values (${workspaceId}, gen_random_uuid(), now(), ${batchId}, ${source}, 'm', 'group', now(), 'big', '{"tier": "gold"}')`);
    await query(sql`insert into trait_value (workspace_id, profile_id, key, valid_from, message_id, kind, value)
      values (${workspaceId}, ${account}, 'tier', now() - interval '1 second', 'm', 'custom', '"gold"')`);
    const store = segmentStore(db.database);
    let most = 0;
    const counting: typeof store = {
      ...store,
      evaluate: (request, evaluator) => {
        most = Math.max(most, request.profiles.length);
        return store.evaluate(request, evaluator);
      },
    };
    const startedAt = performance.now();
    const deps = { store: counting, ruleSets: new RuleSets() };
    expect(await evaluateAccounts(deps, { workspaceId, batchIds: [batchId] })).toEqual(NO_EVALUATION);
    const [asked] = await query(sql<{ id: RunId }>`select id from run where job = 'segments.crowd'`);
    if (asked === undefined) throw new TypeError('no run');
    let totals: CrowdResult | null = null;
    const handle = runHandler({
      database: db.database,
      clock: manualClock(0),
      params: runParams['segments.crowd'],
      flow: async (context, params) => (totals = await followCrowd(deps, context, params)),
    });
    await handle({ workspaceId, runId: asked.id }, { signal: new AbortController().signal, isLastAttempt: true });
    process.stdout.write(
      `${PEOPLE} people of an account in ${((performance.now() - startedAt) / 1_000).toFixed(1)} s\n`,
    );
    expect(totals).toEqual({ people: PEOPLE, entered: PEOPLE, exited: 0 });
    expect(most).toBe(500);
  });
});
