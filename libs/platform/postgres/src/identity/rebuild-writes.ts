import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import {
  batchIdSchema,
  profileIdSchema,
  traitsOfEvent,
  type HistoryEvent,
  type IdentityLink,
  type IdentityPlan,
  type RebuildPart,
  type RegroupPlan,
  type UnassignedEvent,
  type WorkspaceId,
} from '@kohort/kernel-contracts';
import type { WorkspaceTransaction } from '../database';
import { appendOutbox } from '../outbox';
import { noteMoved } from '../privacy/consent-rows';
import { logMerges, writeAssignments, writeEarlier, writeIdentifiers, writeProfiles, writeTraits } from './apply-plan';
import { logOpen, writeOwners, writePointers, type RegroupWrite } from './apply-regroup';
import { putLinks, removeLinks } from './link-rows';
import { movePeople, type Move } from './move-people';
import { writeAccounts } from './write-accounts';

/** What all transactions of a switch share. */
export interface SwitchWrite {
  readonly workspaceId: WorkspaceId;
  readonly rulesVersion: number;
  /** The rebuilding's profiles, and the ids of all of them, old and new. */
  readonly profiles: RegroupPlan['profiles'];
  readonly ids: readonly string[];
  /** The new profiles that this start has written. */
  readonly made: Set<number>;
  /** Links as they were stored, of those that stood back. */
  readonly open: readonly IdentityLink[];
}

/** What happens to some events. */
export interface EventChanges {
  readonly moves: readonly Move[];
  readonly assignments: IdentityPlan['assignments'];
}

const NONE: RegroupPlan = {
  profiles: [],
  identifiers: [],
  earlier: [],
  links: [],
  merges: [],
  assignments: [],
  traits: [],
  unidentified: 0,
  moves: [],
  dropped: [],
  reassigned: [],
  revived: [],
  pointers: [],
  changed: [],
};

/** Takes the profiles that change, in the order of their ids, as evaluations take them. */
async function lockChanging(
  tx: WorkspaceTransaction,
  { workspaceId, ids }: SwitchWrite,
  of: { readonly part: RebuildPart; readonly changes: EventChanges },
): Promise<void> {
  const { part, changes } = of;
  const changing = new Set<string>([...part.revived, ...part.pointers.map(({ profileId }) => profileId)]);
  for (const { from, to } of changes.moves) changing.add(from).add(to ?? from);
  for (const { profile } of [...part.moves, ...changes.assignments]) changing.add(ids[profile] ?? '');
  changing.delete('');
  await sql`
    select id from profile where workspace_id = ${workspaceId}::uuid and id = any(${[...changing]}::uuid[])
    order by id for no key update`.execute(tx);
}

async function writeEvents(
  tx: WorkspaceTransaction,
  write: RegroupWrite,
  { moves, assignments }: EventChanges,
): Promise<number> {
  if (moves.length + assignments.length === 0) return 0;
  const { workspaceId, batchId } = write;
  const traits = assignments.flatMap(({ event, profile }) => traitsOfEvent(event, profile));
  const page = { ...write, plan: { ...NONE, assignments, traits } };
  const moved = await movePeople(tx, { workspaceId, batchId, moves });
  await writeAssignments(tx, page);
  await writeTraits(tx, page);
  await writeAccounts(tx, workspaceId, assignments);
  await appendOutbox(tx, 'ProfilesTouched', { workspaceId, batchId });
  return moved;
}

/** Writes a part, or a piece of one, and events of it; answers how many earlier events moved. */
export async function writePart(
  tx: WorkspaceTransaction,
  write: SwitchWrite,
  of: { readonly part: RebuildPart; readonly changes: EventChanges },
): Promise<number> {
  const { workspaceId, rulesVersion, ids } = write;
  const { part } = of;
  await lockChanging(tx, write, of);
  const batchId = batchIdSchema.parse(randomUUID());
  const shared = { workspaceId, batchId, batchOf: new Map(), rulesVersion, before: write.open };
  const plan: RegroupPlan = { ...NONE, ...part, merges: part.merged, links: [], changed: part.links };
  const all: RegroupWrite = { ...shared, plan, ids };
  const people = part.people.flatMap((place) => {
    const [profile, id] = [write.profiles[place], ids[place]];
    if (!profile || id === undefined) return [];
    return [{ profile: write.made.has(place) ? { ...profile, id: profileIdSchema.parse(id) } : profile, id }];
  });
  for (const place of part.people) write.made.add(place);
  await writeProfiles(tx, {
    ...shared,
    plan: { ...NONE, profiles: people.map(({ profile }) => profile) },
    ids: people.map(({ id }) => id),
  });
  await writeOwners(tx, all);
  await writeIdentifiers(tx, all);
  await writeEarlier(tx, all);
  await writePointers(tx, all);
  if (part.merged.length > 0) await logMerges(tx, all);
  const moved = await writeEvents(tx, all, of.changes);
  if (part.gone.length > 0) await removeLinks(tx, workspaceId, part.gone);
  await putLinks(tx, workspaceId, part.links);
  await logOpen(tx, all);
  if (people.length > 0) await noteMoved(tx, workspaceId, { batchIds: [], profileIds: people.map(({ id }) => id) });
  return moved;
}

/** What happens to events of movers, and to those that counted for nobody. */
export function changesOf(
  events: readonly HistoryEvent[],
  { ids, targetOf }: Pick<SwitchWrite, 'ids'> & { readonly targetOf: (event: UnassignedEvent) => number | null },
): EventChanges {
  const moves: Move[] = [];
  const assignments: IdentityPlan['assignments'][number][] = [];
  for (const event of events) {
    const profile = targetOf(event);
    const to = profile === null ? null : (ids[profile] ?? null);
    if (event.profileId === to) continue;
    if (event.profileId !== null) moves.push({ from: event.profileId, to, eventId: event.eventId });
    else if (profile !== null && event.knownOnly !== true) assignments.push({ event, profile });
  }
  return { moves, assignments };
}

/** Makes a version the active one; 0: none is. */
export async function activate(tx: WorkspaceTransaction, workspaceId: WorkspaceId, version: number): Promise<void> {
  await sql`update identity_rules set status = 'retired'
    where workspace_id = ${workspaceId}::uuid and status = 'active' and version <> ${version}`.execute(tx);
  await sql`update identity_rules set status = 'active', applied_at = now()
    where workspace_id = ${workspaceId}::uuid and version = ${version}`.execute(tx);
}
