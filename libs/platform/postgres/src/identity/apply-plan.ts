import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import type { BatchId, EventId, IdentityPlan, WorkspaceId } from '@kohort/kernel-contracts';
import { defineErrors } from '@kohort/kernel-errors';
import type { WorkspaceTransaction } from '../database';
import { sendAlong } from '../send-along';
import { epoch } from './identity-rows';
import { addLinks } from './link-rows';
import { movePeople } from './move-people';
import { writeAccounts } from './write-accounts';

const identityErrors = defineErrors({
  IDENTITY_RACED: {
    kind: 'transient',
    message: () => 'another writer has claimed one of the identifiers; the batch is resolved again',
  },
});

/** A plan with the ids of all its profiles, old and new. */
export interface PlanWrite {
  readonly workspaceId: WorkspaceId;
  /** To which the movements of earlier events are put down. */
  readonly batchId: BatchId;
  /** The batch that each event of the plan came with. */
  readonly batchOf: ReadonlyMap<EventId, BatchId>;
  /** The names of events, empty for those without; of one that is not there readers look the event up. */
  readonly nameOf?: ReadonlyMap<EventId, string>;
  readonly plan: IdentityPlan;
  readonly ids: readonly string[];
  /** The version of the rules that the plan was made by; 0 when the workspace has set none. */
  readonly rulesVersion: number;
  /** The person who asked for it; null for events. */
  readonly actor?: string | null;
}

/** New profiles, and what changed of known ones. */
export async function writeProfiles(tx: WorkspaceTransaction, { workspaceId, plan, ids }: PlanWrite): Promise<void> {
  const rows = plan.profiles.map((profile, i) => ({
    id: ids[i],
    fresh: profile.id === null,
    canonical_id: profile.canonicalId,
    first_seen: profile.firstSeenAt,
    last_seen: profile.lastSeenAt,
  }));
  const fresh = rows.filter((row) => row.fresh);
  const known = rows.filter((row) => !row.fresh);
  if (fresh.length > 0) {
    await sendAlong(
      tx,
      sql`
      insert into profile (workspace_id, id, canonical_id, first_seen_at, last_seen_at)
      select ${workspaceId}::uuid, r.id, r.canonical_id, ${epoch('r.first_seen')}, ${epoch('r.last_seen')}
      from json_to_recordset(${JSON.stringify(fresh)}::json)
        as r (id uuid, canonical_id text, first_seen float8, last_seen float8)`,
    );
  }
  if (known.length === 0) return;
  await sendAlong(
    tx,
    sql`
    update profile p set canonical_id = r.canonical_id, first_seen_at = r.first_seen_at, last_seen_at = r.last_seen_at
    from (select id, canonical_id, ${epoch('first_seen')} as first_seen_at, ${epoch('last_seen')} as last_seen_at
          from unnest(${known.map(({ id }) => id)}::uuid[], ${known.map((row) => row.canonical_id)}::text[],
            ${known.map((row) => row.first_seen)}::float8[], ${known.map((row) => row.last_seen)}::float8[])
            as r (id, canonical_id, first_seen, last_seen)) as r
    where p.workspace_id = ${workspaceId}::uuid and p.id = r.id
      and (p.canonical_id, p.first_seen_at, p.last_seen_at)
        is distinct from (r.canonical_id, r.first_seen_at, r.last_seen_at)`,
  );
}

/** New identifiers. */
export async function writeIdentifiers(tx: WorkspaceTransaction, { workspaceId, plan, ids }: PlanWrite): Promise<void> {
  if (plan.identifiers.length === 0) return;
  const rows = plan.identifiers.map(({ type, value, profile, firstSeenAt }) => ({
    type,
    value,
    profile_id: ids[profile],
    first_seen: firstSeenAt,
  }));
  const written = await sql<{ value: string }>`
    insert into identifier (workspace_id, type, value, profile_id, first_seen_at)
    select ${workspaceId}::uuid, r.type, r.value, r.profile_id, ${epoch('r.first_seen')}
    from json_to_recordset(${JSON.stringify(rows)}::json)
      as r (type text, value text, profile_id uuid, first_seen float8)
    order by r.type, r.value
    on conflict do nothing returning value`.execute(tx);
  // The workspace's lock keeps other batches out; whoever else writes identifiers meets the primary key.
  if (written.rows.length !== rows.length) throw identityErrors.IDENTITY_RACED();
}

type LogWrite = Pick<PlanWrite, 'workspaceId' | 'plan' | 'ids' | 'rulesVersion' | 'actor'>;

/** Tells of the plan's merges in the log. */
export async function logMerges(tx: WorkspaceTransaction, write: LogWrite): Promise<void> {
  const rows = write.plan.merges.map(({ survivor, absorbed, eventId, reason, link: [a, b] }) => ({
    id: randomUUID(),
    survivor: write.ids[survivor],
    absorbed,
    event_id: eventId,
    reason,
    a_type: a.type,
    a_value: a.value,
    b_type: b.type,
    b_value: b.value,
  }));
  await sendAlong(
    tx,
    sql`
    insert into merge_log (workspace_id, id, survivor_id, absorbed_id, event_id, reason, a_type, a_value, b_type, b_value,
      rules_version, actor)
    select ${write.workspaceId}::uuid, r.id, r.survivor, r.absorbed, r.event_id, r.reason, r.a_type, r.a_value, r.b_type, r.b_value,
      ${write.rulesVersion}::int, ${write.actor ?? null}::text
    from json_to_recordset(${JSON.stringify(rows)}::json)
      as r (id uuid, survivor uuid, absorbed uuid, event_id uuid, reason text, a_type text, a_value text, b_type text,
        b_value text)`,
  );
}

/** Merges: the log tells why, everything of the absorbed goes over, and they point to the survivor. */
export async function writeMerges(tx: WorkspaceTransaction, write: PlanWrite): Promise<number> {
  const { workspaceId, batchId, plan, ids } = write;
  if (plan.merges.length === 0) return 0;
  await logMerges(tx, write);
  const rows = plan.merges.map(({ survivor, absorbed }) => ({ survivor: ids[survivor], absorbed }));
  const pairs = JSON.stringify(rows);
  const moves = rows.map(({ absorbed, survivor }) => ({ from: absorbed, to: survivor ?? null, eventId: null }));
  const moved = await movePeople(tx, { workspaceId, batchId, moves });
  await sql`
    update identifier i set profile_id = r.survivor
    from json_to_recordset(${pairs}::json) as r (survivor uuid, absorbed uuid)
    where i.workspace_id = ${workspaceId}::uuid and i.profile_id = r.absorbed`.execute(tx);
  // Who was merged into the absorbed one before points straight at the survivor: no reader follows a chain.
  await sql`
    update profile p set merged_into = r.survivor
    from json_to_recordset(${pairs}::json) as r (survivor uuid, absorbed uuid)
    where p.workspace_id = ${workspaceId}::uuid and (p.id = r.absorbed or p.merged_into = r.absorbed)`.execute(tx);
  return moved;
}

/** Known identifiers that were seen earlier than was known. */
export async function writeEarlier(tx: WorkspaceTransaction, { workspaceId, plan }: PlanWrite): Promise<void> {
  if (plan.earlier.length === 0) return;
  const rows = plan.earlier.map(({ type, value, firstSeenAt }) => ({ type, value, at: firstSeenAt }));
  await sendAlong(
    tx,
    sql`
    update identifier i set first_seen_at = ${epoch('r.at')}
    from json_to_recordset(${JSON.stringify(rows)}::json) as r (type text, value text, at float8)
    where i.workspace_id = ${workspaceId}::uuid and i.type = r.type and i.value = r.value`,
  );
}

/** Whom new events count for. */
export async function writeAssignments(tx: WorkspaceTransaction, write: PlanWrite): Promise<void> {
  const { workspaceId, batchId, batchOf, nameOf, plan, ids } = write;
  const { assignments } = plan;
  if (assignments.length === 0) return;
  await sendAlong(
    tx,
    sql`
    insert into event_assignment (workspace_id, event_id, profile_id, batch_id, received_at, ts, sign, event_name)
    select ${workspaceId}::uuid, r.event_id, r.profile_id, r.batch_id, ${epoch('r.received_at')}, ${epoch('r.ts')}, 1,
      r.name
    from unnest(
      ${assignments.map(({ event }) => event.eventId)}::uuid[],
      ${assignments.map(({ event }) => batchOf.get(event.eventId) ?? batchId)}::uuid[],
      ${assignments.map(({ profile }) => ids[profile])}::uuid[],
      ${assignments.map(({ event }) => event.receivedAt)}::float8[],
      ${assignments.map(({ event }) => event.ts)}::float8[],
      ${assignments.map(({ event }) => nameOf?.get(event.eventId) ?? null)}::text[]
    ) as r (event_id, batch_id, profile_id, received_at, ts, name)`,
  );
}

/** Traits that new events state. */
export async function writeTraits(tx: WorkspaceTransaction, { workspaceId, plan, ids }: PlanWrite): Promise<void> {
  if (plan.traits.length === 0) return;
  const rows = plan.traits.map(({ profile, key, value, validFrom, messageId, eventId }) => ({
    profile_id: ids[profile],
    key,
    value,
    valid_from: validFrom,
    message_id: messageId,
    event_id: eventId,
  }));
  await sendAlong(
    tx,
    sql`
    insert into trait_value (workspace_id, profile_id, key, valid_from, message_id, kind, value, event_id)
    select ${workspaceId}::uuid, r.profile_id, r.key, ${epoch('r.valid_from')}, r.message_id, 'custom', r.value, r.event_id
    from json_to_recordset(${JSON.stringify(rows)}::json) as r
      (profile_id uuid, key text, value jsonb, valid_from float8, message_id text, event_id uuid)
    on conflict do nothing`,
  );
}

/**
 * Writes a plan in the caller's transaction: profiles before what refers to them, merges before the batch's own
 * assignments, so that nothing is moved that was just assigned. Answers how many earlier events moved.
 *
 * Throws  IDENTITY_RACED (transient)
 */
export async function applyPlan(tx: WorkspaceTransaction, write: PlanWrite): Promise<number> {
  await writeProfiles(tx, write);
  const moved = await writeMerges(tx, write);
  await writeIdentifiers(tx, write);
  await writeEarlier(tx, write);
  await addLinks(tx, write.workspaceId, write.plan.links);
  await writeAssignments(tx, write);
  await writeTraits(tx, write);
  await writeAccounts(tx, write.workspaceId, write.plan.assignments);
  return moved;
}
