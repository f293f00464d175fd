import { sql } from 'kysely';
import {
  runParams,
  type CrowdCount,
  type CrowdToCount,
  type Fence,
  type Json,
  type ProfileId,
  type WorkspaceId,
} from '@kohort/kernel-contracts';
import type { WorkspaceTransaction } from '../database';
import { holdFence } from '../fence';
import { createRun } from '../runs/create-run';

/** What was last counted of the people of some accounts. */
export async function readCrowds(
  tx: WorkspaceTransaction,
  workspaceId: WorkspaceId,
  accountIds: readonly ProfileId[],
): Promise<ReadonlyMap<ProfileId, readonly CrowdCount[]>> {
  const found = await sql<CrowdCount & { readonly accountId: ProfileId }>`
    select account_id as "accountId", encode(asked, 'hex') as key, matching::float8 as matching, total::float8 as total,
      floor(extract(epoch from soonest) * 1000)::float8 as soonest
    from crowd_count
    where workspace_id = ${workspaceId}::uuid and account_id = any(${[...accountIds]}::uuid[])`.execute(tx);
  const crowds = new Map<ProfileId, CrowdCount[]>();
  for (const { accountId, ...count } of found.rows) {
    const known = crowds.get(accountId);
    if (known === undefined) crowds.set(accountId, [count]);
    else known.push(count);
  }
  return crowds;
}

/**
 * Asks for the people of accounts to be counted, in the caller's transaction. A run that has not begun yet will see what
 * this transaction wrote; one that has may have passed it.
 */
export async function askCrowds(
  tx: WorkspaceTransaction,
  workspaceId: WorkspaceId,
  crowds: readonly (CrowdToCount & { readonly isTold: boolean })[],
): Promise<void> {
  for (const crowd of crowds) {
    const params: Json = runParams['segments.crowd'].parse(crowd);
    const { accountId, isTold } = crowd;
    const waiting = await sql`
      update run set params = params || jsonb_build_object('isTold', (params ->> 'isTold')::boolean or ${isTold}::boolean)
      where workspace_id = ${workspaceId}::uuid and job = 'segments.crowd' and status = 'queued' and checkpoint is null
        and fence = 0 and params ->> 'accountId' = ${accountId}::text
      returning id`.execute(tx);
    if (waiting.rows.length === 0) await createRun(tx, { workspaceId, job: 'segments.crowd', params });
  }
}

/** Replaces what is known of an account's people; answers whether it was otherwise. */
export async function putCrowd(
  tx: WorkspaceTransaction,
  fence: Fence,
  of: { readonly accountId: ProfileId; readonly counts: readonly CrowdCount[] },
): Promise<boolean> {
  await holdFence(tx, fence);
  const { workspaceId } = fence;
  const { accountId, counts } = of;
  const before = (await readCrowds(tx, workspaceId, [accountId])).get(accountId) ?? [];
  const known = new Map(before.map((count) => [count.key, count]));
  await sql`delete from crowd_count where workspace_id = ${workspaceId}::uuid and account_id = ${accountId}::uuid`.execute(
    tx,
  );
  await sql`
    insert into crowd_count (workspace_id, account_id, asked, matching, total, soonest)
    select ${workspaceId}::uuid, ${accountId}::uuid, decode(c.key, 'hex'), c.matching, c.total,
      'epoch'::timestamptz + c.soonest * interval '1 millisecond'
    from json_to_recordset(${JSON.stringify(counts)}::json) as c (key text, matching bigint, total bigint, soonest float8)`.execute(
    tx,
  );
  return counts.some(({ key, matching, total }) => {
    const was = known.get(key);
    return was?.matching !== matching || was.total !== total;
  });
}
