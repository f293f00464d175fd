import { sql } from 'kysely';
import { z } from 'zod';
import {
  profileIdSchema,
  RESERVED_TRAITS,
  type Fence,
  type LinkCandidate,
  type LinkStore,
} from '@kohort/kernel-contracts';
import type { Database, WorkspaceTransaction } from '../database';
import { holdFence } from '../fence';
import { jsonObjectOf } from '../read/columns';
import { keptApart } from './kept-apart';

const PAIRS_AT_ONCE = 1_000;
const written = z.array(z.object({ state: z.string() }));

const keyOf = ({ profileIds }: LinkCandidate): string => profileIds.join();

async function putPage(tx: WorkspaceTransaction, fence: Fence, page: readonly LinkCandidate[]): Promise<number> {
  const rows = page.map(({ profileIds: [a, b], probability, weight, verdict, evidence }) => ({
    a,
    b,
    probability,
    weight,
    verdict,
    evidence,
  }));
  const put = await sql`
    insert into link_candidate as c
      (workspace_id, profile_a, profile_b, probability, weight, verdict, evidence, run_id)
    select ${fence.workspaceId}::uuid, r.a, r.b, r.probability, r.weight, r.verdict, r.evidence, ${fence.runId}::uuid
    from json_to_recordset(${JSON.stringify(rows)}::json) as r (a uuid, b uuid, probability float8, weight float8,
      verdict text, evidence jsonb)
    where not exists (select 1 from ${keptApart(fence.workspaceId)} as k where k.a = r.a and k.b = r.b)
    order by r.a, r.b
    on conflict (workspace_id, profile_a, profile_b) do update
    set probability = excluded.probability, weight = excluded.weight, verdict = excluded.verdict,
      evidence = excluded.evidence, run_id = excluded.run_id, found_at = excluded.found_at
    where c.state = 'open'
    returning c.state`.execute(tx);
  return written.parse(put.rows).length;
}

/** What a linkage reads and keeps, in PostgreSQL. See the port for what a caller may rely on. */
export function linkStore(database: Database): LinkStore {
  return {
    traitKeys: (workspaceId) =>
      database.inWorkspace(
        workspaceId,
        async (tx) => {
          const { rows } = await sql<{ key: string }>`
            select distinct key from trait_value
            where workspace_id = ${workspaceId}::uuid and kind = 'custom' and key <> all(${RESERVED_TRAITS}::text[])
            order by key`.execute(tx);
          return rows.map(({ key }) => key);
        },
        { readOnly: true },
      ),
    people: (workspaceId, { traits, after, limit }) =>
      database.inWorkspace(
        workspaceId,
        async (tx) => {
          const behind = after === null ? sql`` : sql`and p.id > ${after}::uuid`;
          const { rows } = await sql<{ id: string; traits: unknown }>`
            select p.id, (
              select jsonb_object_agg(key, value) from (
                select distinct on (key) key, value from (
                  select key, value, valid_from, message_id from trait_value t
                  where t.workspace_id = p.workspace_id and t.profile_id = p.id and t.kind = 'custom'
                    and t.key = any(${[...traits]}::text[]) and t.valid_from <= now()
                  group by key, value, valid_from, message_id having sum(sign) > 0) as standing
                order by key, valid_from desc, message_id desc) as current) as traits
            from profile p
            where p.workspace_id = ${workspaceId}::uuid and p.kind = 'person' and p.merged_into is null
              and p.suppressed_at is null ${behind}
            order by p.id limit ${limit}`.execute(tx);
          return rows.map((row) => ({
            profileId: profileIdSchema.parse(row.id),
            traits: jsonObjectOf(row.traits) ?? {},
          }));
        },
        { readOnly: true },
      ),
    put: (fence, candidates) =>
      database.inWorkspace(fence.workspaceId, async (tx) => {
        await holdFence(tx, fence);
        let open = 0;
        // In one order, so that two runs at once wait for each other and not in a ring.
        const ordered = [...candidates].sort((x, y) => (keyOf(x) < keyOf(y) ? -1 : 1));
        for (let from = 0; from < ordered.length; from += PAIRS_AT_ONCE) {
          open += await putPage(tx, fence, ordered.slice(from, from + PAIRS_AT_ONCE));
        }
        await sql`
          delete from link_candidate
          where workspace_id = ${fence.workspaceId}::uuid and state = 'open' and run_id <> ${fence.runId}::uuid
          `.execute(tx);
        return open;
      }),
  };
}
