import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import {
  KNOWN_PEOPLE_ONLY,
  type AppliedBatches,
  type BatchId,
  type EventId,
  type Identifier,
  type IdentityDecision,
  type IdentityOutcome,
  type IdentityPlan,
  type IdentityStore,
  type IdentifierType,
  type JsonObject,
  type KnownGraph,
  type MessageType,
  type ProfileId,
  type UnassignedEvent,
  type WorkspaceId,
} from '@kohort/kernel-contracts';
import type { Database, WorkspaceTransaction } from '../database';
import { appendOutboxAll } from '../outbox';
import { applyPlan } from './apply-plan';

interface BatchesOfWorkspace {
  readonly workspaceId: WorkspaceId;
  readonly batchIds: readonly BatchId[];
}

/** Events decided upon in one transaction: it must not stay open long, for readers of the logs wait behind it. */
const EVENTS_AT_ONCE = 5_000;

/** One decision of a workspace at a time: it sees the whole effect of those before it. */
async function lockGraph(tx: WorkspaceTransaction, workspaceId: WorkspaceId): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`identity:${workspaceId}`}, 0))`.execute(tx);
}

/** Splits batches into those that are applied now and those left for later. */
async function chooseBatches(
  tx: WorkspaceTransaction,
  workspaceId: WorkspaceId,
  batchIds: readonly BatchId[],
): Promise<{ readonly now: readonly BatchId[]; readonly left: readonly BatchId[] }> {
  if (batchIds.length <= 1) return { now: batchIds, left: [] };
  const sizes = await sql<{ id: BatchId; rows: number }>`
    select id, row_count as rows from batch
    where workspace_id = ${workspaceId}::uuid and id = any(${batchIds}::uuid[])`.execute(tx);
  const rowsOf = new Map(sizes.rows.map(({ id, rows }) => [id, rows]));
  let rows = 0;
  const count = batchIds.findIndex((id, i) => {
    rows += rowsOf.get(id) ?? 0;
    return i > 0 && rows > EVENTS_AT_ONCE;
  });
  return count < 0 ? { now: batchIds, left: [] } : { now: batchIds.slice(0, count), left: batchIds.slice(count) };
}

interface UnassignedRow {
  readonly id: EventId;
  readonly batch_id: BatchId;
  readonly message_id: string;
  readonly type: MessageType;
  readonly user_id: string | null;
  readonly anonymous_id: string | null;
  readonly previous_id: string | null;
  readonly ts: number;
  readonly received_at: number;
  readonly traits: JsonObject;
  readonly known_only: boolean;
}

async function unassignedEvents(
  tx: WorkspaceTransaction,
  workspaceId: WorkspaceId,
  batchIds: readonly BatchId[],
): Promise<{ readonly events: UnassignedEvent[]; readonly batchOf: ReadonlyMap<EventId, BatchId> }> {
  const found = await sql<UnassignedRow>`
    select e.id, e.batch_id, e.message_id, e.type, e.user_id, e.anonymous_id, e.previous_id,
      (extract(epoch from e.ts) * 1000)::float8 as ts, (extract(epoch from e.received_at) * 1000)::float8 as received_at,
      e.traits, ${KNOWN_PEOPLE_ONLY} = any(e.flags) as known_only
    from event e
    where e.workspace_id = ${workspaceId}::uuid and e.batch_id = any(${batchIds}::uuid[])
      and not exists (select 1 from event_assignment a where a.workspace_id = e.workspace_id and a.event_id = e.id)
    `.execute(tx);
  const events = found.rows.map((row) => ({
    eventId: row.id,
    messageId: row.message_id,
    type: row.type,
    userId: row.user_id,
    anonymousId: row.anonymous_id,
    previousId: row.previous_id,
    ts: row.ts,
    receivedAt: row.received_at,
    traits: row.traits,
    knownOnly: row.known_only,
  }));
  return { events, batchOf: new Map(found.rows.map((row) => [row.id, row.batch_id])) };
}

/**
 * What is known of these identifiers. The profiles are taken in the order of their ids, as evaluations take them: whoever
 * shares people with this decision waits for it or is waited for, and no two wait for each other.
 */
async function knownGraph(
  tx: WorkspaceTransaction,
  workspaceId: WorkspaceId,
  wanted: readonly Identifier[],
): Promise<KnownGraph> {
  if (wanted.length === 0) return { identifiers: [], profiles: [] };
  const identifiers = await sql<{ type: IdentifierType; value: string; profileId: ProfileId }>`
    select i.type, i.value, i.profile_id as "profileId"
    from json_to_recordset(${JSON.stringify(wanted)}::json) as w (type text, value text)
    join identifier i on i.workspace_id = ${workspaceId}::uuid and i.type = w.type and i.value = w.value`.execute(tx);
  const owners = [...new Set(identifiers.rows.map((row) => row.profileId))];
  if (owners.length === 0) return { identifiers: [], profiles: [] };
  const profiles = await sql<KnownGraph['profiles'][number]>`
    select p.id, p.canonical_id as "canonicalId",
      case when exists (
        select 1 from identifier i where i.workspace_id = p.workspace_id and i.type = 'user_id'
          and i.value = p.canonical_id and i.profile_id = p.id) then 'user_id' else 'anonymous_id' end as "canonicalType",
      (extract(epoch from p.first_seen_at) * 1000)::float8 as "firstSeenAt",
      (extract(epoch from p.last_seen_at) * 1000)::float8 as "lastSeenAt"
    from profile p where p.workspace_id = ${workspaceId}::uuid and p.id = any(${owners}::uuid[])
    order by p.id for no key update of p`.execute(tx);
  return { identifiers: identifiers.rows, profiles: profiles.rows };
}

const NOTHING: IdentityOutcome = { events: 0, created: 0, merged: 0, moved: 0, unidentified: 0 };

function outcomeOf(plan: IdentityPlan, moved: number): IdentityOutcome {
  return {
    events: plan.assignments.length,
    created: plan.profiles.filter((profile) => profile.id === null).length,
    merged: plan.merges.length,
    moved,
    unidentified: plan.unidentified,
  };
}

async function applyIn(
  tx: WorkspaceTransaction,
  { workspaceId, batchIds }: BatchesOfWorkspace,
  decision: IdentityDecision,
): Promise<AppliedBatches> {
  await lockGraph(tx, workspaceId);
  const { now, left } = await chooseBatches(tx, workspaceId, batchIds);
  const { events, batchOf } = await unassignedEvents(tx, workspaceId, now);
  if (events.length === 0) return { outcome: NOTHING, left };
  const known = await knownGraph(tx, workspaceId, decision.identifiersOf(events));
  const plan = decision.decide(events, known);
  const touched = [...new Set(plan.assignments.flatMap(({ event }) => batchOf.get(event.eventId) ?? []))];
  const [batchId] = touched;
  if (batchId === undefined) return { outcome: outcomeOf(plan, 0), left };
  const ids = plan.profiles.map((profile) => profile.id ?? randomUUID());
  const moved = await applyPlan(tx, { workspaceId, batchId, batchOf, plan, ids });
  await appendOutboxAll(
    tx,
    'ProfilesTouched',
    touched.map((id) => ({ workspaceId, batchId: id })),
  );
  return { outcome: outcomeOf(plan, moved), left };
}

/** The identity graph in PostgreSQL. See the port for what a caller may rely on. */
export function identityStore(database: Database): IdentityStore {
  return {
    applyBatches: (batches, decision) =>
      database.inWorkspace(batches.workspaceId, (tx) => applyIn(tx, batches, decision)),
  };
}
