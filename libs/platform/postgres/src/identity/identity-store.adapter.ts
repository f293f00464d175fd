import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import type {
  AppliedBatches,
  BatchId,
  Identifier,
  IdentityDecision,
  IdentityOutcome,
  IdentityPlan,
  IdentityStore,
  KnownGraph,
  KnownIdentifier,
  MessageScreen,
  UnassignedEvent,
  WorkspaceId,
} from '@kohort/kernel-contracts';
import type { Database, WorkspaceTransaction } from '../database';
import { appendOutboxAll } from '../outbox';
import { noteMoved } from '../privacy/consent-rows';
import { beginDecision } from './active-rules';
import { applyPlan, type PlanWrite } from './apply-plan';
import { applyRegroup } from './apply-regroup';
import { canonicalType, eventColumns, eventOfRow, millis, type EventRow } from './identity-rows';
import { hasOpenLinks } from './link-rows';
import { loadClosure, ownedEvents } from './load-closure';
import { withoutSuppressed } from './without-suppressed';

interface BatchesOfWorkspace {
  readonly workspaceId: WorkspaceId;
  readonly batchIds: readonly BatchId[];
}

/** Events decided upon in one transaction: it must not stay open long, for readers of the logs wait behind it. */
const EVENTS_AT_ONCE = 5_000;

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

interface Found extends Pick<PlanWrite, 'batchOf' | 'nameOf'> {
  readonly events: readonly UnassignedEvent[];
}

async function unassignedEvents(
  tx: WorkspaceTransaction,
  workspaceId: WorkspaceId,
  of: { readonly batchIds: readonly BatchId[]; readonly withContext: boolean },
): Promise<Found> {
  // `offset 0` keeps the look-up by key, however many rows the batches are taken to have.
  const found = await sql<EventRow & { readonly name: string }>`
    select ${eventColumns(of.withContext)}, coalesce(e.name, '') as name
    from event e
    where e.workspace_id = ${workspaceId}::uuid and e.batch_id = any(${of.batchIds}::uuid[])
      and not exists (
        select 1 from event_assignment a where a.workspace_id = e.workspace_id and a.event_id = e.id offset 0)
    `.execute(tx);
  return {
    events: found.rows.map(eventOfRow),
    batchOf: new Map(found.rows.map((row) => [row.id, row.batch_id])),
    nameOf: new Map(found.rows.map((row) => [row.id, row.name])),
  };
}

/**
 * What is known of these identifiers. The profiles are taken in the order of their ids, as evaluations take them: whoever
 * shares people with this decision waits for it or is waited for, and no two wait for each other.
 */
async function knownGraph(
  tx: WorkspaceTransaction,
  workspaceId: WorkspaceId,
  of: { readonly wanted: readonly Identifier[]; readonly holdings: boolean },
): Promise<KnownGraph> {
  const { wanted, holdings } = of;
  if (wanted.length === 0) return { identifiers: [], profiles: [] };
  const columns = sql`i.type, i.value, i.profile_id as "profileId", ${millis('i.first_seen_at')} as "firstSeenAt"`;
  const found = await sql<KnownIdentifier>`
    select ${columns}
    from unnest(${wanted.map(({ type }) => type)}::text[], ${wanted.map(({ value }) => value)}::text[]) as w (type, value)
    join identifier i on i.workspace_id = ${workspaceId}::uuid and i.type = w.type and i.value = w.value`.execute(tx);
  const owners = [...new Set(found.rows.map((row) => row.profileId))];
  if (owners.length === 0) return { identifiers: [], profiles: [] };
  const profiles = await sql<KnownGraph['profiles'][number]>`
    select p.id, p.canonical_id as "canonicalId",
      ${canonicalType} as "canonicalType",
      (extract(epoch from p.first_seen_at) * 1000)::float8 as "firstSeenAt",
      (extract(epoch from p.last_seen_at) * 1000)::float8 as "lastSeenAt"
    from profile p where p.workspace_id = ${workspaceId}::uuid and p.id = any(${owners}::uuid[])
    order by p.id ${holdings ? sql`` : sql`for no key update of p`}`.execute(tx);
  if (!holdings) return { identifiers: found.rows, profiles: profiles.rows };
  const held = await sql<KnownIdentifier>`
    select ${columns} from identifier i
    where i.workspace_id = ${workspaceId}::uuid and i.profile_id = any(${owners}::uuid[])`.execute(tx);
  return { identifiers: held.rows, profiles: profiles.rows };
}

async function lockKnown(tx: WorkspaceTransaction, workspaceId: WorkspaceId, { profiles }: KnownGraph): Promise<void> {
  await sql`
    select id from profile where workspace_id = ${workspaceId}::uuid and id = any(${profiles.map(({ id }) => id)}::uuid[])
    order by id for no key update`.execute(tx);
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

/** A plan that was written, and how many earlier events it moved. */
interface Applied {
  readonly plan: IdentityPlan;
  readonly moved: number;
  /** People who gained, lost or shared identifiers. */
  readonly changed: readonly string[];
}

/** The people of a batch as a whole: what stands against a link does not stand in the batch alone. */
async function regroupIn(
  tx: WorkspaceTransaction,
  write: Omit<PlanWrite, 'plan' | 'ids'>,
  of: { readonly events: readonly UnassignedEvent[]; readonly decision: IdentityDecision },
): Promise<Applied> {
  const { workspaceId } = write;
  const { events, decision } = of;
  const closure = await loadClosure(tx, workspaceId, decision.identifiersOf(events));
  const { splits, plan: planWith } = decision.regroup(events, closure);
  const withContext = decision.needs.context;
  const plan = planWith(await ownedEvents(tx, workspaceId, { profiles: splits, withContext }));
  const ids = plan.profiles.map((profile) => profile.id ?? randomUUID());
  return { plan, moved: await applyRegroup(tx, { ...write, plan, ids, before: closure.links }), changed: ids };
}

interface Asked {
  readonly decisionOf: Parameters<IdentityStore['applyBatches']>[1];
  readonly screen: MessageScreen | null;
}

async function applyIn(
  tx: WorkspaceTransaction,
  { workspaceId, batchIds }: BatchesOfWorkspace,
  { decisionOf, screen }: Asked,
): Promise<AppliedBatches> {
  const { version: rulesVersion, rules } = await beginDecision(tx, workspaceId);
  const decision = decisionOf(rules);
  const { now, left } = await chooseBatches(tx, workspaceId, batchIds);
  const {
    events: found,
    batchOf,
    nameOf,
  } = await unassignedEvents(tx, workspaceId, {
    batchIds: now,
    withContext: decision.needs.context,
  });
  const events = await withoutSuppressed(tx, { workspaceId, screen }, found);
  const [batchId] = now;
  if (events.length === 0 || batchId === undefined) return { outcome: NOTHING, left };
  const wanted = decision.identifiersOf(events);
  const write = { workspaceId, batchId, batchOf, nameOf, rulesVersion };
  const known = (await hasOpenLinks(tx, workspaceId, wanted))
    ? null
    : await knownGraph(tx, workspaceId, { wanted, holdings: decision.needs.holdings });
  const plan = known && decision.decide(events, known);
  // Where limits may call for more people than these, all are taken at once, in their order.
  if (plan && known && decision.needs.holdings) await lockKnown(tx, workspaceId, known);
  const applied = plan ? await applyPlanIn(tx, write, plan) : await regroupIn(tx, write, { events, decision });
  await noteMoved(tx, workspaceId, { batchIds: now, profileIds: applied.changed });
  const touched = new Set(applied.plan.assignments.flatMap(({ event }) => batchOf.get(event.eventId) ?? []));
  if (applied.moved > 0) touched.add(batchId);
  await appendOutboxAll(
    tx,
    'ProfilesTouched',
    [...touched].map((id) => ({ workspaceId, batchId: id })),
  );
  return { outcome: outcomeOf(applied.plan, applied.moved), left };
}

async function applyPlanIn(
  tx: WorkspaceTransaction,
  write: Omit<PlanWrite, 'plan' | 'ids'>,
  plan: IdentityPlan,
): Promise<Applied> {
  if (plan.assignments.length === 0) return { plan, moved: 0, changed: [] };
  const ids = plan.profiles.map((profile) => profile.id ?? randomUUID());
  const changed = plan.merges.length + plan.identifiers.length > 0 ? ids : [];
  return { plan, moved: await applyPlan(tx, { ...write, plan, ids }), changed };
}

/**
 * The identity graph in PostgreSQL. See the port for what a caller may rely on. `screen` keeps out whoever has been
 * suppressed since an event was accepted; null is for specs alone.
 */
export function identityStore(
  database: Database,
  { screen }: { readonly screen: MessageScreen | null },
): IdentityStore {
  return {
    applyBatches: (batches, decisionOf) =>
      database.inWorkspace(batches.workspaceId, (tx) => applyIn(tx, batches, { decisionOf, screen }), {
        keepPlans: true,
      }),
  };
}
