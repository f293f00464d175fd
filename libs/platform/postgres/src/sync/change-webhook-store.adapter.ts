import { sql } from 'kysely';
import {
  runParams,
  segmentIdSchema,
  workspaceIdSchema,
  type ChangeWebhookStore,
  type DueChanges,
  type Fence,
  type WorkspaceId,
} from '@kohort/kernel-contracts';
import type { Database, WorkspaceTransaction } from '../database';
import { holdFence } from '../fence';
import { postgresErrors } from '../postgres-errors';
import { logEpoch, logHorizon, type LogPosition } from '../read-log';
import { readChanges, toSentChange } from '../read/change-rows';
import { membersAt, type MembersAt } from '../read/members-at';
import { createRun } from '../runs/create-run';

/** Begins a position within the members; one that names none of them is behind the last. */
const MEMBERS = 'members:';

interface Place {
  readonly workspaceId: WorkspaceId;
  readonly id: string;
}

/** Asks for one delivery that is due and has something to send; two processes that see the same ask once. */
async function startOne(tx: WorkspaceTransaction, { workspaceId, id }: Place): Promise<boolean> {
  const { rows } = await sql<LogPosition & { failures: number; open: boolean; members: boolean }>`
    select w.xid, w.seq, w.failures, w.members_after is not null as members, exists (
      select 1 from run r where r.workspace_id = w.workspace_id and r.id = w.run_id
        and r.status in ('queued', 'running')) as open
    from change_webhook w
    where w.workspace_id = ${workspaceId}::uuid and w.id = ${id}::uuid and w.next_at <= now()
    for update of w skip locked`.execute(tx);
  const [due] = rows;
  if (!due || due.open) return false;
  if (!due.members && !(await hasMore(tx, workspaceId, due))) return false;
  const params = runParams['changes.deliver'].parse({ webhookId: id });
  const run = await createRun(tx, { workspaceId, job: 'changes.deliver', params });
  await sql`update change_webhook set run_id = ${run.runId}::uuid
    where workspace_id = ${workspaceId}::uuid and id = ${id}::uuid`.execute(tx);
  return true;
}

async function hasMore(tx: WorkspaceTransaction, workspaceId: WorkspaceId, after: LogPosition): Promise<boolean> {
  const { rows } = await sql`
    select 1 from membership_change where workspace_id = ${workspaceId}::uuid
      and (xid, seq) > (${after.xid}::xid8, ${after.seq}::bigint) and xid < pg_snapshot_xmin(pg_current_snapshot())
    limit 1`.execute(tx);
  return rows.length > 0;
}

/** Those who were in at a place, from where the sending of them stands; the last page is told even if it is empty. */
async function membersFrom(
  tx: WorkspaceTransaction,
  of: MembersAt,
  page: { readonly after: string; readonly limit: number },
): Promise<Pick<DueChanges, 'content' | 'position'>> {
  const { items, hasNextPage } = await membersAt(tx, of, { first: page.limit, after: page.after || null }, null);
  const named = await tx
    .selectFrom('segment')
    .select(['id', 'key'])
    .where('workspace_id', '=', of.workspaceId)
    .where('id', '=', sql<string>`any(${[...new Set(items.map(({ node }) => node.segmentId))]}::uuid[])`)
    .execute();
  const keys = new Map(named.map(({ id, key }) => [id, key]));
  const members = items.map(({ node: { segmentId, profileId, changeVersion, segmentVersion, enteredAt } }) => {
    return { segmentId, segmentKey: keys.get(segmentId) ?? '', profileId, changeVersion, segmentVersion, enteredAt };
  });
  const reached = hasNextPage ? (items.at(-1)?.cursor ?? '') : '';
  return { content: { members, isLast: !hasNextPage }, position: `${MEMBERS}${reached}` };
}

async function dueOf(tx: WorkspaceTransaction, { workspaceId, id }: Place, limit: number): Promise<DueChanges | null> {
  const webhook = await tx
    .selectFrom('change_webhook')
    .select(['url', 'secrets', 'failures', 'segment_id', 'kinds', 'xid', 'seq', 'epoch', 'next_at', 'members_after'])
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', id)
    .executeTakeFirst();
  if (!webhook || webhook.next_at === null) return null;
  if (webhook.epoch !== (await logEpoch(tx))) throw postgresErrors.POSTGRES_CURSOR_EXPIRED();
  const after = { xid: webhook.xid, seq: webhook.seq };
  const filter = {
    segmentId: webhook.segment_id === null ? undefined : segmentIdSchema.parse(webhook.segment_id),
    kinds: webhook.kinds ?? undefined,
  };
  const { url, secrets, failures } = webhook;
  if (webhook.members_after !== null) {
    const of = { workspaceId, place: after, segmentId: filter.segmentId };
    const page = { after: webhook.members_after, limit };
    return { url, secrets, failures, ...(await membersFrom(tx, of, page)), more: true };
  }
  const { rows, reached, more } = await readChanges(tx, { workspaceId, after, limit, filter });
  return {
    ...{ url, secrets, failures },
    content: { changes: rows.map(toSentChange) },
    position: `${reached.xid}.${reached.seq}`,
    more,
  };
}

/** How far endpoints have been sent the change log, in PostgreSQL. See the port for what a caller may rely on. */
export function changeWebhookStore(database: Database): ChangeWebhookStore {
  let seen = '';
  const fenced = (fence: Fence, work: (tx: WorkspaceTransaction) => Promise<unknown>): Promise<void> =>
    database.inWorkspace(fence.workspaceId, async (tx) => {
      await holdFence(tx, fence);
      await work(tx);
    });
  return {
    async startDue(limit) {
      const horizon = (await logHorizon(database.relay)).xid;
      // Nothing was committed since the last look: only those whose back-off is over may have something to be sent.
      const moved = horizon !== seen;
      seen = horizon;
      const { rows } = await sql<{ workspace_id: string; id: string }>`
        select workspace_id, id from change_webhook where next_at <= now() and (failures > 0 or ${moved})
        order by next_at limit ${limit}`.execute(database.relay);
      let started = 0;
      for (const row of rows) {
        const place = { workspaceId: workspaceIdSchema.parse(row.workspace_id), id: row.id };
        if (await database.inWorkspace(place.workspaceId, (tx) => startOne(tx, place))) started += 1;
      }
      return started;
    },
    next: (place, limit) =>
      database.inWorkspace(place.workspaceId, (tx) => dueOf(tx, place, limit), { readOnly: true }),
    advance: (fence, id, { position, delivered }) =>
      fenced(fence, (tx) => {
        const isMembers = position.startsWith(MEMBERS);
        const [xid = '0', seq = '0'] = position.split('.');
        const reached = position.slice(MEMBERS.length) || null;
        const place = isMembers ? sql`members_after = ${reached}` : sql`xid = ${xid}::xid8, seq = ${seq}::bigint`;
        const fresh = delivered > 0 || isMembers ? sql`, delivered_at = now()` : sql``;
        return sql`update change_webhook set ${place},
            delivered = delivered + ${delivered}, failures = 0, error_code = null, error_message = null,
            status = case when status = 'retrying' then 'active' else status end ${fresh}
          where workspace_id = ${fence.workspaceId} and id = ${id}::uuid`.execute(tx);
      }),
    failed: (fence, id, { code, message, afterMs }) =>
      fenced(fence, (tx) => {
        const next =
          afterMs === null
            ? sql`status = 'stopped', next_at = null`
            : sql`status = 'retrying', next_at = now() + ${afterMs} * interval '1 millisecond'`;
        // What a person has paused meanwhile stays so.
        return sql`update change_webhook set failures = failures + 1, error_code = ${code},
            error_message = ${message}, ${next}
          where workspace_id = ${fence.workspaceId} and id = ${id}::uuid and next_at is not null`.execute(tx);
      }),
  };
}
