import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import {
  batchIdSchema,
  type DecisionOf,
  type Identifier,
  type IdentityDecision,
  type PartingRecord,
  type ProfileId,
  type WorkspaceId,
} from '@kohort/kernel-contracts';
import { defineErrors } from '@kohort/kernel-errors';
import { commandErrors } from '../commands/command.errors';
import type { WorkspaceTransaction } from '../database';
import { appendOutbox } from '../outbox';
import { noteMoved } from '../privacy/consent-rows';
import { uuidsOf } from '../read/paging';
import { beginDecision } from './active-rules';
import { applyRegroup, flat } from './apply-regroup';
import { forgetAccepted } from './link-candidates';
import { loadClosure, ownedEvents } from './load-closure';

const decideErrors = defineErrors({
  IDENTITY_MERGE_UNTOLD: {
    kind: 'conflict',
    message: () =>
      'this merge is from before links were kept: rebuild the identities, then its entry can be taken back',
  },
  IDENTITY_SUPPRESSED: {
    kind: 'conflict',
    message: () => 'one of the two is on the suppression list: nobody is made one with them',
  },
  IDENTITY_NOT_MERGED: { kind: 'conflict', message: () => 'this entry of the log merged nobody' },
});

/** Where a person's decision is carried out. */
export interface Deciding {
  readonly tx: WorkspaceTransaction;
  readonly workspaceId: WorkspaceId;
  readonly actor: string;
  readonly decisionOf: DecisionOf;
}

interface Held extends Deciding {
  readonly decision: IdentityDecision;
  readonly rulesVersion: number;
}

async function hold(deciding: Deciding): Promise<Held> {
  const { version, rules } = await beginDecision(deciding.tx, deciding.workspaceId);
  return { ...deciding, decision: deciding.decisionOf(rules), rulesVersion: version };
}

/** Makes the people around some identifiers anew, and says whom these belong to. */
async function remake(held: Held, pair: readonly [Identifier, Identifier]): Promise<PartingRecord> {
  const { tx, workspaceId, decision, rulesVersion, actor } = held;
  const closure = await loadClosure(tx, workspaceId, pair);
  const { splits, plan: planWith } = decision.regroup([], closure);
  const plan = planWith(await ownedEvents(tx, workspaceId, { profiles: splits, withContext: decision.needs.context }));
  const ids = plan.profiles.map((profile) => profile.id ?? randomUUID());
  const batchId = batchIdSchema.parse(randomUUID());
  const write = { workspaceId, batchId, batchOf: new Map(), rulesVersion, actor, plan, ids, before: closure.links };
  if ((await applyRegroup(tx, write)) > 0) await appendOutbox(tx, 'ProfilesTouched', { workspaceId, batchId });
  await noteMoved(tx, workspaceId, { batchIds: [], profileIds: ids });
  return ownersOf(held, pair);
}

async function ownersOf({ tx, workspaceId }: Held, pair: readonly Identifier[]): Promise<PartingRecord> {
  const found = await sql<{ id: ProfileId }>`
    select distinct i.profile_id as id from json_to_recordset(${JSON.stringify(pair)}::json) as w (type text, value text)
    join identifier i on i.workspace_id = ${workspaceId}::uuid and i.type = w.type and i.value = w.value order by 1
    `.execute(tx);
  const profileIds = found.rows.map(({ id }) => id);
  // One that no event counts by is nobody's: then there is nobody to be one with.
  const owned = await sql<{ n: number }>`
    select count(*)::int as n from json_to_recordset(${JSON.stringify(pair)}::json) as w (type text, value text)
    join identifier i on i.workspace_id = ${workspaceId}::uuid and i.type = w.type and i.value = w.value`.execute(tx);
  return { profileIds, isApart: profileIds.length > 1 || (owned.rows[0]?.n ?? 0) < 2 };
}

/** Writes what a person decided about a pair; false when it stands so already. */
async function decideLink(
  { tx, workspaceId }: Held,
  [a, b]: readonly [Identifier, Identifier],
  to: { readonly state: 'applied' | 'barred'; readonly cause: string },
): Promise<boolean> {
  const isMerge = to.state === 'applied';
  const written = await sql`
    insert into identity_link as l
      (workspace_id, a_key, b_key, a_type, a_value, b_type, b_value, said_at, message_id, cause, state)
    values (${workspaceId}::uuid, identifier_key(${a.type}, ${a.value}), identifier_key(${b.type}, ${b.value}), ${a.type},
      ${a.value}, ${b.type}, ${b.value}, now(), '', ${to.cause}, ${to.state})
    on conflict (workspace_id, a_key, b_key) do update
    set state = excluded.state, reason = null, cause = case when ${isMerge}::boolean then excluded.cause else l.cause end
    where l.state <> excluded.state or (${isMerge}::boolean and l.cause <> excluded.cause)
    returning 1`.execute(tx);
  return written.rows.length > 0;
}

interface LogRow {
  readonly kind: string;
  readonly reason: string;
  readonly survivor_id: string;
  readonly absorbed_id: string | null;
  readonly a_type: string | null;
  readonly a_value: string | null;
  readonly b_type: string | null;
  readonly b_value: string | null;
}

async function logUnmerged(held: Held, entry: LogRow, [a, b]: readonly [Identifier, Identifier]): Promise<void> {
  const { tx, workspaceId, actor, rulesVersion } = held;
  await tx
    .insertInto('merge_log')
    .values({
      workspace_id: workspaceId,
      id: randomUUID(),
      survivor_id: entry.survivor_id,
      absorbed_id: entry.absorbed_id,
      event_id: null,
      reason: 'manual',
      kind: 'unmerged',
      rules_version: rulesVersion,
      actor,
      detail: null,
      ...flat(a, b),
    })
    .execute();
}

/** See `WorkspaceIdentity.unmerge`. Throws COMMAND_NOT_FOUND, IDENTITY_NOT_MERGED, IDENTITY_MERGE_UNTOLD. */
export async function unmerge(deciding: Deciding, mergeId: string): Promise<PartingRecord> {
  if (uuidsOf([mergeId]).length === 0) throw commandErrors.COMMAND_NOT_FOUND({ what: 'merge' });
  const held = await hold(deciding);
  const found = await sql<LogRow>`
    select kind, reason, survivor_id, absorbed_id, a_type, a_value, b_type, b_value from merge_log
    where workspace_id = ${deciding.workspaceId}::uuid and id = ${mergeId}::uuid`.execute(deciding.tx);
  const [entry] = found.rows;
  if (!entry) throw commandErrors.COMMAND_NOT_FOUND({ what: 'merge' });
  if (entry.kind !== 'merged') throw decideErrors.IDENTITY_NOT_MERGED();
  const { a_type, a_value, b_type, b_value } = entry;
  if (a_type === null || a_value === null || b_type === null || b_value === null) {
    throw decideErrors.IDENTITY_MERGE_UNTOLD();
  }
  const pair = held.decision.orderOf({ type: a_type, value: a_value }, { type: b_type, value: b_value });
  if (!(await decideLink(held, pair, { state: 'barred', cause: entry.reason }))) return ownersOf(held, pair);
  const parting = await remake(held, pair);
  await logUnmerged(held, entry, pair);
  if (entry.reason === 'linkage') await forgetAccepted(deciding, [entry.survivor_id, entry.absorbed_id]);
  return parting;
}

/** The best name that a profile, or the one it was merged into, goes by. */
async function identifierOf({ tx, workspaceId }: Held, profileId: string): Promise<Identifier> {
  const found = await sql<Identifier>`
    select i.type, i.value from profile p
    join identifier i on i.workspace_id = p.workspace_id and i.profile_id = coalesce(p.merged_into, p.id)
    where p.workspace_id = ${workspaceId}::uuid and p.id = ${profileId}::uuid and i.type <> 'previous_id'
    order by case i.type when 'user_id' then 0 when 'anonymous_id' then 1 else 2 end, i.type collate "C", i.value collate "C"
    limit 1`.execute(tx);
  const [identifier] = found.rows;
  if (!identifier) throw commandErrors.COMMAND_NOT_FOUND({ what: 'profile' });
  return identifier;
}

async function requireFree({ tx, workspaceId }: Held, profileIds: readonly string[]): Promise<void> {
  const found = await sql<{ any: boolean }>`
    select exists (select 1 from profile p left join profile into_p
        on into_p.workspace_id = p.workspace_id and into_p.id = p.merged_into
      where p.workspace_id = ${workspaceId}::uuid and p.id = any(${[...profileIds]}::uuid[])
        and (p.suppressed_at is not null or into_p.suppressed_at is not null)) as any`.execute(tx);
  if (found.rows[0]?.any) throw decideErrors.IDENTITY_SUPPRESSED();
}

/** See `WorkspaceIdentity.mergeProfiles`. Throws COMMAND_NOT_FOUND, IDENTITY_SUPPRESSED. */
export async function mergeProfiles(
  deciding: Deciding,
  profileIds: readonly [string, string],
  cause: 'manual' | 'linkage' = 'manual',
): Promise<PartingRecord> {
  if (uuidsOf(profileIds).length < 2) throw commandErrors.COMMAND_NOT_FOUND({ what: 'profile' });
  const held = await hold(deciding);
  const [one, other] = [await identifierOf(held, profileIds[0]), await identifierOf(held, profileIds[1])];
  await requireFree(held, profileIds);
  const pair = held.decision.orderOf(one, other);
  const standing = await ownersOf(held, pair);
  if (!standing.isApart) return standing;
  await decideLink(held, pair, { state: 'applied', cause });
  return remake(held, pair);
}
