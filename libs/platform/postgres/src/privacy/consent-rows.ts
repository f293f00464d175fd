import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import {
  batchIdSchema,
  type BatchId,
  type ConsentStatement,
  type ProfileId,
  type PurposeRecord,
  type WorkspaceId,
} from '@kohort/kernel-contracts';
import type { WorkspaceTransaction } from '../database';
import { appendOutbox } from '../outbox';
import { logGiven } from './given-consents';

/** The purposes that a workspace has defined itself. */
export async function readPurposes(
  tx: WorkspaceTransaction,
  workspaceId: WorkspaceId,
): Promise<readonly PurposeRecord[]> {
  const rows = await tx
    .selectFrom('consent_purpose')
    .select(['key', 'name', 'categories', 'sale_or_sharing'])
    .where('workspace_id', '=', workspaceId)
    .orderBy('key')
    .execute();
  return rows.map(({ key, name, categories, sale_or_sharing }) => ({
    key,
    name,
    categories,
    saleOrSharing: sale_or_sharing,
  }));
}

/** Adds statements under a batch, in one statement; answers how many are new. */
export async function addStatements(
  tx: WorkspaceTransaction,
  of: { readonly workspaceId: WorkspaceId; readonly batchId: BatchId },
  statements: readonly ConsentStatement[],
): Promise<number> {
  if (statements.length === 0) return 0;
  const column = <T>(value: (statement: ConsentStatement) => T): T[] => statements.map(value);
  const added = await sql`
    insert into consent_event (workspace_id, subject_type, subject_value, purpose, at, state, kind, basis, source, proof,
      batch_id)
    select distinct on (s.type, s.value, s.purpose, s.at, s.state, s.kind, s.source)
      ${of.workspaceId}::uuid, s.type, s.value, s.purpose, 'epoch'::timestamptz + s.at * interval '1 millisecond',
      s.state, s.kind, s.basis, s.source, s.proof, ${of.batchId}::uuid
    from unnest(
      ${column(({ subject }) => subject.type)}::text[], ${column(({ subject }) => subject.value)}::text[],
      ${column(({ purpose }) => purpose)}::text[], ${column(({ at }) => at)}::float8[],
      ${column(({ state }) => state)}::text[], ${column(({ kind }) => kind)}::text[],
      ${column(({ basis }) => basis)}::text[], ${column(({ source }) => source)}::text[],
      ${column(({ proof }) => proof)}::text[]
    ) as s (type, value, purpose, at, state, kind, basis, source, proof)
    order by s.type, s.value, s.purpose, s.at, s.state, s.kind, s.source
    on conflict do nothing`.execute(tx);
  return Number(added.numAffectedRows ?? 0n);
}

async function tell(
  tx: WorkspaceTransaction,
  workspaceId: WorkspaceId,
  insert: (batchId: BatchId) => Promise<number>,
): Promise<BatchId | null> {
  const batchId = batchIdSchema.parse(randomUUID());
  if ((await insert(batchId)) === 0) return null;
  await appendOutbox(tx, 'ConsentChanged', { workspaceId, batchId });
  return batchId;
}

/** Tells the sync stage to look at these people again, in the caller's transaction. Nobody: nothing is written. */
export function noteChanged(
  tx: WorkspaceTransaction,
  workspaceId: WorkspaceId,
  profileIds: readonly ProfileId[],
): Promise<BatchId | null> {
  if (profileIds.length === 0) return Promise.resolve(null);
  return tell(tx, workspaceId, async (batchId) => {
    const noted = await sql`
      insert into consent_change (workspace_id, batch_id, profile_id)
      select distinct ${workspaceId}::uuid, ${batchId}::uuid, id from unnest(${[...profileIds]}::uuid[]) as w (id)`.execute(
      tx,
    );
    return Number(noted.numAffectedRows ?? 0n);
  });
}

/** Whoever absorbed somebody who is suppressed is suppressed: nothing that was stopped goes on under another name. */
async function carrySuppression(
  tx: WorkspaceTransaction,
  workspaceId: WorkspaceId,
  profileIds: readonly string[],
): Promise<void> {
  await sql`
    update profile p set suppressed_at = now()
    where p.workspace_id = ${workspaceId}::uuid and p.id = any(${[...profileIds]}::uuid[]) and p.suppressed_at is null
      and exists (select 1 from profile gone where gone.workspace_id = p.workspace_id and gone.merged_into = p.id
        and gone.id <> p.id and gone.suppressed_at is not null)`.execute(tx);
}

/**
 * After identifiers were given to people, joined or parted: whoever of them has a say recorded under an identifier is
 * looked at again, and so is everybody whom the batches' statements are of. To be called in the transaction that moved
 * the identifiers.
 *
 * Cost   one statement; one more when anything was ever recorded in the workspace
 */
export async function noteMoved(
  tx: WorkspaceTransaction,
  workspaceId: WorkspaceId,
  moved: { readonly batchIds: readonly BatchId[]; readonly profileIds: readonly string[] },
): Promise<BatchId | null> {
  const asked = await sql<{ recorded: boolean; listed: boolean }>`
    select exists (select 1 from consent_event where workspace_id = ${workspaceId}::uuid) as recorded,
      exists (select 1 from suppression where workspace_id = ${workspaceId}::uuid) as listed`.execute(tx);
  const [found] = asked.rows;
  if (found?.listed && moved.profileIds.length > 0) await carrySuppression(tx, workspaceId, moved.profileIds);
  if (!found?.recorded) return null;
  const said = sql`consent_event c join identifier i on i.workspace_id = c.workspace_id and i.type = c.subject_type
    and i.value = c.subject_value`;
  const told = await tell(tx, workspaceId, async (batchId) => {
    const noted = await sql`
      insert into consent_change (workspace_id, batch_id, profile_id)
      select ${workspaceId}::uuid, ${batchId}::uuid, i.profile_id from ${said}
      where c.workspace_id = ${workspaceId}::uuid and c.batch_id = any(${[...moved.batchIds]}::uuid[])
      union
      select ${workspaceId}::uuid, ${batchId}::uuid, i.profile_id from ${said}
      where i.workspace_id = ${workspaceId}::uuid and i.profile_id = any(${[...moved.profileIds]}::uuid[])`.execute(tx);
    return Number(noted.numAffectedRows ?? 0n);
  });
  const people = await sql<{ id: ProfileId }>`
    select i.profile_id as id from ${said}
    where c.workspace_id = ${workspaceId}::uuid and c.batch_id = any(${[...moved.batchIds]}::uuid[])
    union select unnest(${[...moved.profileIds]}::uuid[])`.execute(tx);
  await logGiven(
    tx,
    workspaceId,
    people.rows.map(({ id }) => id),
  );
  return told;
}
