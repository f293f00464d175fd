import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import type { Identifier, IdentityLink, RegroupPlan } from '@kohort/kernel-contracts';
import type { WorkspaceTransaction } from '../database';
import {
  writeAssignments,
  writeEarlier,
  writeIdentifiers,
  writeMerges,
  writeProfiles,
  writeTraits,
  type PlanWrite,
} from './apply-plan';
import { putLinks } from './link-rows';
import { movePeople } from './move-people';
import { writeAccounts } from './write-accounts';

/** A regrouping with the ids of all its profiles. */
export interface RegroupWrite extends PlanWrite {
  readonly plan: RegroupPlan;
  /** The links as they stood: what is new in how they stand is told in the merge log. */
  readonly before: readonly IdentityLink[];
}

const keyOf = ({ a, b }: Pick<IdentityLink, 'a' | 'b'>): string => [a.type, a.value, b.type, b.value].join('\u0000');

/** Whose profiles and identifiers these are now. */
export async function writeOwners(tx: WorkspaceTransaction, { workspaceId, plan, ids }: RegroupWrite): Promise<void> {
  if (plan.revived.length > 0) {
    await sql`update profile set merged_into = null
      where workspace_id = ${workspaceId}::uuid and id = any(${plan.revived}::uuid[])`.execute(tx);
  }
  if (plan.dropped.length > 0) {
    await sql`
      delete from identifier i using json_to_recordset(${JSON.stringify(plan.dropped)}::json) as r (type text, value text)
      where i.workspace_id = ${workspaceId}::uuid and i.type = r.type and i.value = r.value`.execute(tx);
  }
  if (plan.moves.length > 0) {
    const rows = plan.moves.map(({ type, value, profile }) => ({ type, value, profile_id: ids[profile] }));
    await sql`
      update identifier i set profile_id = r.profile_id
      from json_to_recordset(${JSON.stringify(rows)}::json) as r (type text, value text, profile_id uuid)
      where i.workspace_id = ${workspaceId}::uuid and i.type = r.type and i.value = r.value`.execute(tx);
  }
}

/** Profiles that stand no more: into whom they went; one of which nothing is left points at itself. */
export async function writePointers(tx: WorkspaceTransaction, { workspaceId, plan, ids }: RegroupWrite): Promise<void> {
  if (plan.pointers.length === 0) return;
  const rows = plan.pointers.map(({ profileId, into }) => ({
    id: profileId,
    into_id: into === null ? profileId : ids[into],
  }));
  await sql`
    update profile p set merged_into = r.into_id
    from json_to_recordset(${JSON.stringify(rows)}::json) as r (id uuid, into_id uuid)
    where p.workspace_id = ${workspaceId}::uuid and p.id = r.id`.execute(tx);
}

/** Links that stand back since now: which people they would have joined, and what stood against it. */
export async function logOpen(tx: WorkspaceTransaction, write: RegroupWrite): Promise<void> {
  const open = write.plan.changed.filter(({ state }) => state === 'refused' || state === 'held');
  if (open.length === 0) return;
  const before = new Map(write.before.map((link) => [keyOf(link), link.state]));
  const rows = open
    .filter((link) => before.get(keyOf(link)) !== link.state)
    .map(({ a, b, eventId, cause, state, reason }) => ({
      id: randomUUID(),
      event_id: eventId,
      cause,
      kind: state,
      detail: reason,
      ...flat(a, b),
    }));
  if (rows.length === 0) return;
  await sql`
    insert into merge_log (workspace_id, id, survivor_id, absorbed_id, event_id, reason, kind, detail, a_type, a_value,
      b_type, b_value, rules_version)
    select ${write.workspaceId}::uuid, r.id, x.profile_id, y.profile_id, r.event_id, r.cause, r.kind, r.detail, r.a_type,
      r.a_value, r.b_type, r.b_value, ${write.rulesVersion}::int
    from json_to_recordset(${JSON.stringify(rows)}::json) as r (id uuid, event_id uuid, cause text, kind text,
      detail text, a_type text, a_value text, b_type text, b_value text)
    join identifier x on x.workspace_id = ${write.workspaceId}::uuid and x.type = r.a_type and x.value = r.a_value
    left join identifier y on y.workspace_id = ${write.workspaceId}::uuid and y.type = r.b_type and y.value = r.b_value
    `.execute(tx);
}

/** Two identifiers as the log's columns. */
export const flat = (a: Identifier, b: Identifier) => ({
  a_type: a.type,
  a_value: a.value,
  b_type: b.type,
  b_value: b.value,
});

/**
 * Writes a regrouping in the caller's transaction: a reader sees these people as they were, or as they are. Answers how
 * many earlier events moved.
 *
 * Order   profiles before what refers to them; what goes as a whole before what goes event by event
 * Throws  IDENTITY_RACED (transient)
 */
export async function applyRegroup(tx: WorkspaceTransaction, write: RegroupWrite): Promise<number> {
  const { workspaceId, batchId, plan, ids } = write;
  await writeProfiles(tx, write);
  const merged = await writeMerges(tx, write);
  await writeOwners(tx, write);
  await writeIdentifiers(tx, write);
  await writeEarlier(tx, write);
  const moves = plan.reassigned.map(({ event, to }) => ({
    from: event.profileId,
    to: to === null ? null : (ids[to] ?? null),
    eventId: event.eventId,
  }));
  const moved = await movePeople(tx, { workspaceId, batchId, moves });
  await writePointers(tx, write);
  await putLinks(tx, workspaceId, plan.changed);
  await logOpen(tx, write);
  await writeAssignments(tx, write);
  await writeTraits(tx, write);
  await writeAccounts(tx, workspaceId, plan.assignments);
  return merged + moved;
}
