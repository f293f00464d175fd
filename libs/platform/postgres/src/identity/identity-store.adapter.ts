import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import {
  KNOWN_PEOPLE_ONLY,
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
import { appendOutbox } from '../outbox';
import { applyPlan } from './apply-plan';

interface Batch {
  readonly workspaceId: WorkspaceId;
  readonly batchId: BatchId;
}

/** One batch of a workspace at a time: a decision sees the whole effect of those before it. */
async function lockGraph(tx: WorkspaceTransaction, workspaceId: WorkspaceId): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`identity:${workspaceId}`}, 0))`.execute(tx);
}

async function unassignedEvents(tx: WorkspaceTransaction, batch: Batch): Promise<UnassignedEvent[]> {
  const found = await sql<{
    id: EventId;
    message_id: string;
    type: MessageType;
    user_id: string | null;
    anonymous_id: string | null;
    previous_id: string | null;
    ts: number;
    received_at: number;
    traits: JsonObject;
    known_only: boolean;
  }>`
    select e.id, e.message_id, e.type, e.user_id, e.anonymous_id, e.previous_id,
      (extract(epoch from e.ts) * 1000)::float8 as ts, (extract(epoch from e.received_at) * 1000)::float8 as received_at,
      e.traits, ${KNOWN_PEOPLE_ONLY} = any(e.flags) as known_only
    from event e
    where e.workspace_id = ${batch.workspaceId}::uuid and e.batch_id = ${batch.batchId}::uuid
      and not exists (select 1 from event_assignment a where a.workspace_id = e.workspace_id and a.event_id = e.id)
    `.execute(tx);
  return found.rows.map((row) => ({
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
}

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
    from profile p where p.workspace_id = ${workspaceId}::uuid and p.id = any(${owners}::uuid[])`.execute(tx);
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

async function applyIn(tx: WorkspaceTransaction, batch: Batch, decision: IdentityDecision): Promise<IdentityOutcome> {
  const { workspaceId, batchId } = batch;
  await lockGraph(tx, workspaceId);
  const events = await unassignedEvents(tx, batch);
  if (events.length === 0) return NOTHING;
  const known = await knownGraph(tx, workspaceId, decision.identifiersOf(events));
  const plan = decision.decide(events, known);
  if (plan.assignments.length === 0) return outcomeOf(plan, 0);
  const ids = plan.profiles.map((profile) => profile.id ?? randomUUID());
  const moved = await applyPlan(tx, { workspaceId, batchId, plan, ids });
  await appendOutbox(tx, 'ProfilesTouched', { workspaceId, batchId });
  return outcomeOf(plan, moved);
}

/** The identity graph in PostgreSQL. See the port for what a caller may rely on. */
export function identityStore(database: Database): IdentityStore {
  return {
    applyBatch: (batch, decision) => database.inWorkspace(batch.workspaceId, (tx) => applyIn(tx, batch, decision)),
  };
}
