import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import {
  batchIdSchema,
  type ConsentRecord,
  type PrivacyStore,
  type ProfileId,
  type PurposeTarget,
  type SuppressionOutcome,
  type SuppressionRequest,
  type WorkspaceId,
} from '@kohort/kernel-contracts';
import type { Database, WorkspaceTransaction } from '../database';
import { appendOutbox } from '../outbox';
import { lockGraph } from '../identity/active-rules';
import { lockPointers } from '../segments/evaluate-people';
import { databaseNow } from '../segments/read-rules';
import { askAnew } from '../segments/write-changes';
import { addStatements, noteChanged, noteMoved, readPurposes } from './consent-rows';
import { endMemberships, findPeople, namesOfPeople } from './stop-people';
import { enterDigests, removeDigests, suppressedAmong } from './suppression-list';

async function historyOf(
  tx: WorkspaceTransaction,
  workspaceId: WorkspaceId,
  profileId: ProfileId,
): Promise<readonly ConsentRecord[]> {
  const millis = (column: string) => sql.raw(`(extract(epoch from ${column}) * 1000)::float8`);
  const found = await sql<Omit<ConsentRecord, 'subject'> & { type: ConsentRecord['subject']['type']; value: string }>`
    select c.subject_type as type, c.subject_value as value, c.purpose, c.state, c.kind, c.basis, c.source, c.proof,
      ${millis('c.at')} as at, ${millis('c.recorded_at')} as "recordedAt"
    from identifier i join consent_event c on c.workspace_id = i.workspace_id and c.subject_type = i.type
      and c.subject_value = i.value
    where i.workspace_id = ${workspaceId}::uuid and i.profile_id = ${profileId}::uuid
    order by c.at desc, c.purpose, c.state, c.subject_type, c.subject_value`.execute(tx);
  return found.rows.map(({ type, value, ...record }) => ({ ...record, subject: { type, value } }));
}

/**
 * In turn with fills: who is put on the list or taken off it is so before a version serves, and the fill asks about them, or
 * finds it serving. And with identity: whoever is being resolved is there before this begins, or meets the list after it.
 * A version that begins to serve is waited for first: identity is not kept waiting meanwhile.
 */
async function takeTurn(tx: WorkspaceTransaction, workspaceId: WorkspaceId): Promise<void> {
  await lockPointers(tx, workspaceId, false);
  await lockGraph(tx, workspaceId);
}

async function suppressIn(
  tx: WorkspaceTransaction,
  workspaceId: WorkspaceId,
  request: SuppressionRequest,
): Promise<SuppressionOutcome> {
  await takeTurn(tx, workspaceId);
  const people = await findPeople(tx, workspaceId, request.lookup);
  const names = [...request.identifiers, ...(await namesOfPeople(tx, workspaceId, people))];
  const digests = names.flatMap((name) => request.digestsOf(name));
  const added = await enterDigests(tx, workspaceId, { digests, reason: request.reason });
  if (people.length === 0) return { added, people: 0, memberships: 0 };
  // Those whom they absorbed too: an unmerge must not set anybody free.
  const stopped = await sql<{ live: boolean }>`
    update profile set suppressed_at = now()
    where workspace_id = ${workspaceId}::uuid and suppressed_at is null
      and (id = any(${[...people]}::uuid[]) or merged_into = any(${[...people]}::uuid[]))
    returning merged_into is null as live`.execute(tx);
  const memberships = await endMemberships(tx, workspaceId, { profileIds: people, at: await databaseNow(tx) });
  await noteChanged(tx, workspaceId, people);
  return { added, people: stopped.rows.filter(({ live }) => live).length, memberships };
}

async function unsuppressIn(
  tx: WorkspaceTransaction,
  workspaceId: WorkspaceId,
  request: SuppressionRequest,
): Promise<{ readonly removed: number }> {
  await takeTurn(tx, workspaceId);
  const people = await findPeople(tx, workspaceId, request.lookup);
  const names = [...request.identifiers, ...(await namesOfPeople(tx, workspaceId, people))];
  const digests = names.flatMap((name) => request.digestsOf(name));
  const removed = await removeDigests(tx, workspaceId, digests);
  if (people.length > 0) {
    await sql`
      update profile set suppressed_at = null, unsuppressed_xid = pg_current_xact_id()
      where workspace_id = ${workspaceId}::uuid
        and (id = any(${[...people]}::uuid[]) or merged_into = any(${[...people]}::uuid[]))`.execute(tx);
    await noteChanged(tx, workspaceId, people);
    // What was recorded before still counts, and the next event of theirs may be of no concern to most rules.
    await askAnew(tx, workspaceId, people);
  }
  return { removed };
}

/** Everybody in the audiences that a segment or a destination has. */
async function setPurpose(
  tx: WorkspaceTransaction,
  workspaceId: WorkspaceId,
  of: { readonly target: PurposeTarget; readonly purpose: string | null },
): Promise<boolean> {
  const { target, purpose } = of;
  const changed = await sql<{ id: string }>`
    update ${sql.table(target.kind)} set purpose = ${purpose}
    where workspace_id = ${workspaceId}::uuid and key = ${target.key} returning id`.execute(tx);
  const [row] = changed.rows;
  if (!row) return false;
  const column = sql.ref(target.kind === 'segment' ? 's.segment_id' : 's.destination_id');
  const people = await sql<{ id: ProfileId }>`
    select distinct m.profile_id as id from sync s
    join sync_member m on m.workspace_id = s.workspace_id and m.sync_id = s.id
    where s.workspace_id = ${workspaceId}::uuid and ${column} = ${row.id}::uuid`.execute(tx);
  await noteChanged(
    tx,
    workspaceId,
    people.rows.map(({ id }) => id),
  );
  return true;
}

/** Consent and suppression in PostgreSQL. See the port for what a caller may rely on. */
export function privacyStore(database: Database): PrivacyStore {
  return {
    vocabulary: (workspaceId) => database.inWorkspace(workspaceId, (tx) => readPurposes(tx, workspaceId)),
    definePurpose: (workspaceId, { key, name, categories, saleOrSharing }) =>
      database.inWorkspace(workspaceId, async (tx) => {
        const values = { name, categories: [...categories], sale_or_sharing: saleOrSharing };
        await tx
          .insertInto('consent_purpose')
          .values({ workspace_id: workspaceId, key, ...values })
          .onConflict((conflict) => conflict.columns(['workspace_id', 'key']).doUpdateSet(values))
          .execute();
      }),
    setPurpose: (workspaceId, target, purpose) =>
      database.inWorkspace(workspaceId, (tx) => setPurpose(tx, workspaceId, { target, purpose })),
    record: (workspaceId, statements) =>
      database.inWorkspace(workspaceId, async (tx) => {
        const batchId = batchIdSchema.parse(randomUUID());
        const recorded = await addStatements(tx, { workspaceId, batchId }, statements);
        if (recorded === 0) return { recorded, batchId: null };
        await noteMoved(tx, workspaceId, { batchIds: [batchId], profileIds: [] });
        // Segments may ask for consent: those whom the statements are of are evaluated again.
        await appendOutbox(tx, 'ProfilesTouched', { workspaceId, batchId });
        return { recorded, batchId };
      }),
    history: (workspaceId, profileId) =>
      database.inWorkspace(workspaceId, (tx) => historyOf(tx, workspaceId, profileId)),
    suppress: (workspaceId, request) => database.inWorkspace(workspaceId, (tx) => suppressIn(tx, workspaceId, request)),
    unsuppress: (workspaceId, request) =>
      database.inWorkspace(workspaceId, (tx) => unsuppressIn(tx, workspaceId, request)),
    areSuppressed: (workspaceId, digests) =>
      database.inWorkspace(workspaceId, async (tx) => {
        const found = await suppressedAmong(tx, workspaceId, { items: digests, digestsOf: (of) => of });
        return digests.map((of) => found.has(of));
      }),
  };
}
