import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import {
  sourceIdSchema,
  type GroupedRequest,
  type RefusedRecord,
  type RefusedStore,
  type WorkspaceId,
} from '@kohort/kernel-contracts';
import { uuidsOf } from '../read/paging';
import type { Database, WorkspaceTransaction } from '../database';

/** Days that a rejected item is kept. What is quarantined has a setting of its own and is swept by the worker. */
const KEPT_DAYS = 14;
const DAY_MS = 86_400_000;
/** Old rows removed with each write, so that the table never needs a sweep of its own. */
const REMOVED_AT_ONCE = 200;

/** Keeps refused items in the transaction that counts them, and forgets some that are past their days. */
export async function keepRefused(tx: WorkspaceTransaction, requests: readonly GroupedRequest[]): Promise<void> {
  const items = requests.flatMap(({ keep = [], sourceId, receivedAt }) =>
    keep.map((item) => ({ ...item, sourceId, receivedAt })),
  );
  const [head] = requests;
  if (!head || items.length === 0) return;
  const { workspaceId } = head;
  const latest = Math.max(...items.map((item) => item.receivedAt));
  await sql`
    insert into refused_event (workspace_id, id, source_id, received_at, verdict, code, field, payload, event, plan_id,
      plan_version, violations)
    select ${workspaceId}::uuid, r.id, r.source_id, 'epoch'::timestamptz + r.received_at * interval '1 millisecond',
      r.verdict, r.code, r.field, r.payload, r.event, r.plan_id, r.plan_version, r.violations
    from unnest(
      ${items.map(() => randomUUID())}::uuid[],
      ${items.map((item) => item.sourceId)}::uuid[],
      ${items.map((item) => item.receivedAt)}::float8[],
      ${items.map((item) => item.verdict)}::text[],
      ${items.map((item) => item.code)}::text[],
      ${items.map((item) => item.field)}::text[],
      ${items.map((item) => item.payload)}::text[],
      ${items.map((item) => item.plan?.event ?? null)}::text[],
      ${items.map((item) => item.plan?.planId ?? null)}::uuid[],
      ${items.map((item) => item.plan?.planVersion ?? null)}::int[],
      ${items.map((item) => (item.plan ? JSON.stringify(item.plan.violations) : null))}::jsonb[]
    ) as r (id, source_id, received_at, verdict, code, field, payload, event, plan_id, plan_version, violations)`.execute(
    tx,
  );
  await sql`
    delete from refused_event where workspace_id = ${workspaceId}::uuid and id in (
      select id from refused_event
      where workspace_id = ${workspaceId}::uuid and verdict = 'rejected'
        and received_at < ${new Date(latest - KEPT_DAYS * DAY_MS)}::timestamptz
      order by received_at limit ${sql.lit(REMOVED_AT_ONCE)})`.execute(tx);
}

function select(tx: WorkspaceTransaction, workspaceId: WorkspaceId) {
  return tx
    .selectFrom('refused_event')
    .select(['id', 'source_id', 'received_at', 'verdict', 'code', 'field', 'payload'])
    .where('workspace_id', '=', workspaceId);
}

function toRecord(row: {
  id: string;
  source_id: string;
  received_at: Date;
  verdict: string;
  code: string;
  field: string;
  payload: string | null;
}): RefusedRecord {
  const { id, code, field, payload } = row;
  return {
    id,
    sourceId: sourceIdSchema.parse(row.source_id),
    receivedAt: row.received_at.getTime(),
    verdict: row.verdict === 'quarantined' ? 'quarantined' : 'rejected',
    code,
    field,
    payload,
  };
}

/** The refused items in PostgreSQL. See the port for what a caller may rely on. */
export function refusedStore(database: Database): RefusedStore {
  return {
    async list(workspaceId, page) {
      const rows = await database.inWorkspace(workspaceId, (tx) => {
        const [after] = page.after === null ? [] : uuidsOf([page.after]);
        let query = select(tx, workspaceId).orderBy('received_at').orderBy('id').limit(page.limit);
        if (after !== undefined) {
          query = query.where(
            sql<boolean>`(received_at, id) > (select received_at, id from refused_event where id = ${after}::uuid)`,
          );
        }
        return query.execute();
      });
      return rows.map(toRecord);
    },
    async find(workspaceId, ids) {
      const known = uuidsOf(ids);
      if (known.length === 0) return [];
      const rows = await database.inWorkspace(workspaceId, (tx) =>
        select(tx, workspaceId)
          .where('id', 'in', [...known])
          .orderBy('received_at')
          .orderBy('id')
          .execute(),
      );
      return rows.map(toRecord);
    },
    async forget(workspaceId, ids) {
      const known = uuidsOf(ids);
      if (known.length === 0) return;
      await database.inWorkspace(workspaceId, (tx) =>
        tx
          .deleteFrom('refused_event')
          .where('workspace_id', '=', workspaceId)
          .where('id', 'in', [...known])
          .execute(),
      );
    },
  };
}
