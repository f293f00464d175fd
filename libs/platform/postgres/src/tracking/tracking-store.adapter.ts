import { sql } from 'kysely';
import type { NormalisedMessage, SourceId, TrackingStore, WorkspaceId } from '@kohort/kernel-contracts';
import type { Database, WorkspaceTransaction } from '../database';
import { jsonOf } from '../read/columns';
import { PLAN_COLUMNS, insertDraft, toPlan } from './plan-rows';

type Example = Pick<NormalisedMessage, 'type' | 'name' | 'properties' | 'traits'>;

interface Place {
  readonly id: string;
  readonly receivedAt: Date;
}

/** How far back a sample looks, in events. */
const LOOKED_AT = 200_000;
/** Of one kind of event a sample holds at most this part. */
const LARGEST_PART = 10;
const PAGE = 500;

/** Which events are the sample: their places first, a few bytes each; their bodies are read page by page. */
async function places(
  tx: WorkspaceTransaction,
  workspaceId: WorkspaceId,
  of: { readonly sourceId: SourceId | null; readonly limit: number },
): Promise<readonly Place[]> {
  const ofSource = of.sourceId === null ? sql`` : sql`and source_id = ${of.sourceId}::uuid`;
  const found = await sql<Place>`
    select id, received_at as "receivedAt" from (
      select id, received_at, row_number() over (partition by type, name order by received_at desc, id) as place
      from (
        select id, received_at, type, name from event
        where workspace_id = ${workspaceId}::uuid and type <> 'alias' ${ofSource}
        order by received_at desc, id limit ${LOOKED_AT}) as newest) as ranked
    where place <= ${Math.max(1, Math.ceil(of.limit / LARGEST_PART))}
    order by received_at, id limit ${of.limit}`.execute(tx);
  return found.rows;
}

async function bodies(
  tx: WorkspaceTransaction,
  workspaceId: WorkspaceId,
  some: readonly Place[],
): Promise<readonly Example[]> {
  const found = await sql<Example>`
    select e.type, e.name, e.properties, e.traits
    from unnest(${some.map(({ id }) => id)}::uuid[], ${some.map(({ receivedAt }) => receivedAt)}::timestamptz[])
      with ordinality as p (id, received_at, place)
    join event e on e.workspace_id = ${workspaceId}::uuid and e.id = p.id and e.received_at = p.received_at
    order by p.place`.execute(tx);
  return found.rows;
}

async function inForce(tx: WorkspaceTransaction, origin: { workspaceId: WorkspaceId; sourceId: SourceId }) {
  const { workspaceId, sourceId } = origin;
  // The source's own plan comes before the workspace's.
  const found = await sql<{ id: string }>`
    select id from tracking_plan
    where workspace_id = ${workspaceId}::uuid and status = 'approved'
      and (source_id = ${sourceId}::uuid or source_id is null)
    order by source_id nulls last limit 1`.execute(tx);
  return found.rows[0]?.id ?? null;
}

/** Tracking plans in PostgreSQL. See the port for what a caller may rely on. */
export function trackingStore(database: Database): TrackingStore {
  return {
    inForce: (origin, known) =>
      database.inWorkspace(origin.workspaceId, async (tx) => {
        const id = await inForce(tx, origin);
        if (id === known) return { same: true };
        if (id === null) return { same: false, plan: null };
        const row = await tx
          .selectFrom('tracking_plan')
          .select(['id', 'version', 'document'])
          .where('workspace_id', '=', origin.workspaceId)
          .where('id', '=', id)
          .executeTakeFirstOrThrow();
        return { same: false, plan: { planId: row.id, planVersion: row.version, document: jsonOf(row.document) } };
      }),
    latest: (workspaceId, sourceId) =>
      database.inWorkspace(workspaceId, async (tx) => {
        const row = await tx
          .selectFrom('tracking_plan')
          .select(PLAN_COLUMNS)
          .where('workspace_id', '=', workspaceId)
          .where('source_id', 'is not distinct from', sourceId)
          .where('status', '<>', 'archived')
          .orderBy('version', 'desc')
          .limit(1)
          .executeTakeFirst();
        return row ? toPlan(row) : null;
      }),
    draft: (workspaceId, plan) => database.inWorkspace(workspaceId, (tx) => insertDraft(tx, workspaceId, plan)),
    async *sample(workspaceId, of) {
      const all = await database.inWorkspace(workspaceId, (tx) => places(tx, workspaceId, of), { readOnly: true });
      for (let at = 0; at < all.length; at += PAGE) {
        const some = all.slice(at, at + PAGE);
        yield await database.inWorkspace(workspaceId, (tx) => bodies(tx, workspaceId, some), { readOnly: true });
      }
    },
  };
}
