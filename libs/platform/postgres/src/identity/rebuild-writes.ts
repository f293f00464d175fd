import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import {
  batchIdSchema,
  type IdentityLink,
  type IdentityPlan,
  type Rebuilding,
  type UnassignedEvent,
  type WorkspaceId,
} from '@kohort/kernel-contracts';
import type { WorkspaceTransaction } from '../database';
import { appendOutbox } from '../outbox';
import { logMerges, writeAssignments, writeEarlier, writeIdentifiers, writeProfiles, writeTraits } from './apply-plan';
import { logOpen, writeOwners, writePointers, type RegroupWrite } from './apply-regroup';
import { putLinks, removeLinks } from './link-rows';
import { movePeople, type Move } from './move-people';

const ROWS_AT_ONCE = 10_000;

/** A long list in statements of bounded size. */
export async function inChunks<T>(list: readonly T[], write: (chunk: readonly T[]) => Promise<unknown>): Promise<void> {
  for (let at = 0; at < list.length; at += ROWS_AT_ONCE) await write(list.slice(at, at + ROWS_AT_ONCE));
}

/** Profiles and identifiers, before any event moves. */
export async function writePeople(
  tx: WorkspaceTransaction,
  write: RegroupWrite,
  { merged }: Rebuilding,
): Promise<void> {
  const { plan, ids } = write;
  const none = { profiles: [], identifiers: [], earlier: [], moves: [], dropped: [], revived: [], pointers: [] };
  const part = (of: Partial<RegroupWrite['plan']>): RegroupWrite => ({ ...write, plan: { ...plan, ...none, ...of } });
  const rows = plan.profiles.map((profile, i) => ({ profile, id: ids[i] ?? '' }));
  await inChunks(rows, (chunk) =>
    writeProfiles(tx, { ...part({ profiles: chunk.map(({ profile }) => profile) }), ids: chunk.map(({ id }) => id) }),
  );
  await inChunks(plan.revived, (revived) => writeOwners(tx, part({ revived })));
  await inChunks(plan.dropped, (dropped) => writeOwners(tx, part({ dropped })));
  await inChunks(plan.moves, (moves) => writeOwners(tx, part({ moves })));
  await inChunks(plan.identifiers, (identifiers) => writeIdentifiers(tx, part({ identifiers })));
  await inChunks(plan.earlier, (earlier) => writeEarlier(tx, part({ earlier })));
  await inChunks(plan.pointers, (pointers) => writePointers(tx, part({ pointers })));
  await inChunks(merged, (merges) => logMerges(tx, { ...write, plan: { ...plan, merges } }));
}

/** What happens to the events of one page of the history. */
export interface EventChanges {
  readonly moves: readonly Move[];
  readonly assignments: IdentityPlan['assignments'];
}

/** One page of events to whom they count for now; answers how many earlier events moved. */
export async function writeEvents(
  tx: WorkspaceTransaction,
  write: RegroupWrite,
  { moves, assignments }: EventChanges,
): Promise<number> {
  const { workspaceId, plan } = write;
  const batchId = batchIdSchema.parse(randomUUID());
  const traits = assignments.flatMap(({ event, profile }) => traitsOf(event, profile));
  const page = { ...write, batchId, plan: { ...plan, assignments, traits } };
  const moved = await movePeople(tx, { workspaceId, batchId, moves });
  await writeAssignments(tx, page);
  await writeTraits(tx, page);
  await appendOutbox(tx, 'ProfilesTouched', { workspaceId, batchId });
  return moved;
}

function traitsOf(event: UnassignedEvent, profile: number): IdentityPlan['traits'][number][] {
  if (event.type === 'group') return [];
  const { eventId, messageId, ts: validFrom } = event;
  return Object.entries(event.traits).map(([key, value]) => ({ profile, key, value, validFrom, messageId, eventId }));
}

/** Takes the profiles that change, in the order of their ids, as evaluations take them. */
export async function lockChanging(
  tx: WorkspaceTransaction,
  { workspaceId, plan, ids }: RegroupWrite,
  pages: readonly EventChanges[],
): Promise<void> {
  const changing = new Set<string>([...plan.revived, ...plan.pointers.map(({ profileId }) => profileId)]);
  for (const { moves } of pages) for (const { from, to } of moves) changing.add(from).add(to ?? from);
  for (const { profile } of plan.moves) changing.add(ids[profile] ?? '');
  changing.delete('');
  await sql`
    select id from profile where workspace_id = ${workspaceId}::uuid and id = any(${[...changing]}::uuid[])
    order by id for no key update`.execute(tx);
}

/** Makes a version the active one; 0: none is. */
export async function activate(tx: WorkspaceTransaction, workspaceId: WorkspaceId, version: number): Promise<void> {
  await sql`update identity_rules set status = 'retired'
    where workspace_id = ${workspaceId}::uuid and status = 'active' and version <> ${version}`.execute(tx);
  await sql`update identity_rules set status = 'active', applied_at = now()
    where workspace_id = ${workspaceId}::uuid and version = ${version}`.execute(tx);
}

const linkKey = ({ a, b }: IdentityLink): string => [a.type, a.value, b.type, b.value].join('\u0000');

/** Links as they stand now: all of them are judged anew. Those that stand back since now are told of in the log. */
export async function writeLinks(
  tx: WorkspaceTransaction,
  write: RegroupWrite,
  links: readonly IdentityLink[],
): Promise<void> {
  const { workspaceId, plan } = write;
  // Bridges that hold say nothing that the two identifiers do not.
  const told = links.filter(
    ({ eventId, state, cause }) => eventId !== null || state !== 'applied' || cause !== 'alias',
  );
  const known = new Map(write.before.map((link) => [linkKey(link), link]));
  const changed = told.filter((link) => {
    const before = known.get(linkKey(link));
    known.delete(linkKey(link));
    return before?.state !== link.state || before.reason !== link.reason || before.at !== link.at;
  });
  await inChunks([...known.values()], (gone) => removeLinks(tx, workspaceId, gone));
  await inChunks(changed, (chunk) => putLinks(tx, workspaceId, chunk));
  const open = write.before.filter(({ state }) => state === 'refused' || state === 'held');
  await inChunks(changed, (chunk) => logOpen(tx, { ...write, before: open, plan: { ...plan, changed: chunk } }));
}
