import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import {
  batchIdSchema,
  type ClosureProfile,
  type Fence,
  type HistoryEvent,
  type IdentityLink,
  type IdentityPlan,
  type IdentityStanding,
  type JobControl,
  type KnownIdentifier,
  type MessageScreen,
  type RebuildOutcome,
  type RebuildWork,
  type Rebuilding,
  type WorkspaceId,
} from '@kohort/kernel-contracts';
import type { WorkspaceTransaction } from '../database';
import { holdFence } from '../fence';
import { appendOutbox } from '../outbox';
import { noteMoved } from '../privacy/consent-rows';
import { lockGraph } from './active-rules';
import { logMerges, writeAssignments, writeEarlier, writeIdentifiers, writeProfiles, writeTraits } from './apply-plan';
import { logOpen, writeOwners, writePointers, type RegroupWrite } from './apply-regroup';
import { decidedLinks, historyPage } from './history-page';
import { canonicalType, linkColumns, linkOfRow, millis, type LinkRow } from './identity-rows';
import { putLinks } from './link-rows';
import { movePeople } from './move-people';

/** What a rebuild is asked for. */
export interface RebuildAsked {
  readonly fence: Fence;
  readonly version: number;
  readonly work: (decided: readonly IdentityLink[]) => RebuildWork;
  readonly control: JobControl;
  readonly screen: MessageScreen | null;
}

const EVENTS_AT_ONCE = 5_000;
const ROWS_AT_ONCE = 10_000;

interface Walk {
  readonly workspaceId: WorkspaceId;
  readonly withContext: boolean;
  readonly control: JobControl;
  readonly screen: MessageScreen | null;
  readonly phase: string;
}

/** All events of the workspace, page by page. */
async function walk(
  tx: WorkspaceTransaction,
  { workspaceId, withContext, control, screen, phase }: Walk,
  each: (events: readonly HistoryEvent[]) => Promise<void> | void,
): Promise<number> {
  let done = 0;
  for (let after: string | null = null; ;) {
    control.signal?.throwIfAborted();
    const page: Awaited<ReturnType<typeof historyPage>> = await historyPage(tx, workspaceId, {
      after,
      limit: EVENTS_AT_ONCE,
      withContext,
      screen,
    });
    await each(page.events);
    done += page.events.length;
    control.onProgress?.({ phase, done, total: null });
    if (page.next === null) return done;
    after = page.next;
  }
}

async function readStanding(tx: WorkspaceTransaction, workspaceId: WorkspaceId): Promise<IdentityStanding> {
  const identifiers = await sql<KnownIdentifier>`
    select type, value, profile_id as "profileId", ${millis('first_seen_at')} as "firstSeenAt"
    from identifier where workspace_id = ${workspaceId}::uuid`.execute(tx);
  // Taken in the order of their ids, as evaluations take them.
  const profiles = await sql<ClosureProfile>`
    select p.id, p.canonical_id as "canonicalId", p.merged_into as "mergedInto",
      ${canonicalType} as "canonicalType",
      ${millis('p.first_seen_at')} as "firstSeenAt", ${millis('p.last_seen_at')} as "lastSeenAt"
    from profile p where p.workspace_id = ${workspaceId}::uuid order by p.id for no key update of p`.execute(tx);
  return { identifiers: identifiers.rows, profiles: profiles.rows };
}

async function inChunks<T>(list: readonly T[], write: (chunk: readonly T[]) => Promise<unknown>): Promise<void> {
  for (let at = 0; at < list.length; at += ROWS_AT_ONCE) await write(list.slice(at, at + ROWS_AT_ONCE));
}

/** Profiles and identifiers, before any event moves. */
async function writePeople(tx: WorkspaceTransaction, write: RegroupWrite, { merged }: Rebuilding): Promise<void> {
  const { plan, ids } = write;
  const none = { profiles: [], identifiers: [], earlier: [], moves: [], dropped: [], revived: [], pointers: [] };
  const part = (of: Partial<RegroupWrite['plan']>): RegroupWrite => ({ ...write, plan: { ...plan, ...none, ...of } });
  for (let at = 0; at < plan.profiles.length; at += ROWS_AT_ONCE) {
    const profiles = plan.profiles.slice(at, at + ROWS_AT_ONCE);
    await writeProfiles(tx, { ...part({ profiles }), ids: ids.slice(at, at + ROWS_AT_ONCE) });
  }
  await inChunks(plan.revived, (revived) => writeOwners(tx, part({ revived })));
  await inChunks(plan.dropped, (dropped) => writeOwners(tx, part({ dropped })));
  await inChunks(plan.moves, (moves) => writeOwners(tx, part({ moves })));
  await inChunks(plan.identifiers, (identifiers) => writeIdentifiers(tx, part({ identifiers })));
  await inChunks(plan.earlier, (earlier) => writeEarlier(tx, part({ earlier })));
  await inChunks(plan.pointers, (pointers) => writePointers(tx, part({ pointers })));
  await inChunks(merged, (merges) => logMerges(tx, { ...write, plan: { ...plan, merges } }));
}

/** One page of events to whom they count for now; answers how many earlier events moved. */
async function writeEvents(
  tx: WorkspaceTransaction,
  { write, targetOf }: { readonly write: RegroupWrite; readonly targetOf: Rebuilding['targetOf'] },
  events: readonly HistoryEvent[],
): Promise<number> {
  const { workspaceId, ids, plan } = write;
  const batchId = batchIdSchema.parse(randomUUID());
  const assignments: IdentityPlan['assignments'][number][] = [];
  const traits: IdentityPlan['traits'][number][] = [];
  const moves: { from: string; to: string | null; eventId: string }[] = [];
  for (const event of events) {
    const profile = event.knownOnly && event.profileId === null ? null : targetOf(event);
    const to = profile === null ? null : (ids[profile] ?? null);
    if (event.profileId === to) continue;
    if (event.profileId !== null) moves.push({ from: event.profileId, to, eventId: event.eventId });
    else if (profile !== null) {
      assignments.push({ event, profile });
      traits.push(...traitsOf(event, profile));
    }
  }
  if (moves.length + assignments.length === 0) return 0;
  const page = { ...write, batchId, plan: { ...plan, assignments, traits } };
  const moved = await movePeople(tx, { workspaceId, batchId, moves });
  await writeAssignments(tx, page);
  await writeTraits(tx, page);
  await appendOutbox(tx, 'ProfilesTouched', { workspaceId, batchId });
  return moved;
}

function traitsOf(event: HistoryEvent, profile: number): IdentityPlan['traits'][number][] {
  if (event.type === 'group') return [];
  const { eventId, messageId, ts: validFrom } = event;
  return Object.entries(event.traits).map(([key, value]) => ({ profile, key, value, validFrom, messageId, eventId }));
}

async function activate(tx: WorkspaceTransaction, workspaceId: WorkspaceId, version: number): Promise<void> {
  await sql`update identity_rules set status = 'retired'
    where workspace_id = ${workspaceId}::uuid and status = 'active' and version <> ${version}`.execute(tx);
  await sql`update identity_rules set status = 'active', applied_at = now()
    where workspace_id = ${workspaceId}::uuid and version = ${version}`.execute(tx);
}

/** Links as they stand now: all of them are judged anew. Those that stand back since now are told of in the log. */
async function writeLinks(
  tx: WorkspaceTransaction,
  write: RegroupWrite,
  links: readonly IdentityLink[],
): Promise<void> {
  const { workspaceId, plan } = write;
  const open = await sql<LinkRow>`
    select ${linkColumns} from identity_link
    where workspace_id = ${workspaceId}::uuid and state in ('refused', 'held')`.execute(tx);
  const before = open.rows.map(linkOfRow);
  const standing = links.filter(({ state }) => state === 'refused' || state === 'held');
  await inChunks(standing, (changed) => logOpen(tx, { ...write, before, plan: { ...plan, changed } }));
  await sql`delete from identity_link where workspace_id = ${workspaceId}::uuid`.execute(tx);
  // Bridges that hold say nothing that the two identifiers do not.
  const told = links.filter(
    ({ eventId, state, cause }) => eventId !== null || state !== 'applied' || cause !== 'alias',
  );
  await inChunks(told, (chunk) => putLinks(tx, workspaceId, chunk));
}

const countLive = async (tx: WorkspaceTransaction, workspaceId: WorkspaceId): Promise<number> => {
  const found = await sql<{ n: number }>`
    select count(*)::int as n from profile where workspace_id = ${workspaceId}::uuid and merged_into is null`.execute(
    tx,
  );
  return found.rows[0]?.n ?? 0;
};

/** See `IdentityHistory.rebuild`. */
export async function rebuildIn(tx: WorkspaceTransaction, asked: RebuildAsked): Promise<RebuildOutcome> {
  const { fence, version, control, screen } = asked;
  const { workspaceId } = fence;
  // Between two statements there may be long arithmetic.
  await sql`select set_config('idle_in_transaction_session_timeout', '0', true)`.execute(tx);
  await lockGraph(tx, workspaceId);
  const work = asked.work(await decidedLinks(tx, workspaceId));
  const all = { workspaceId, withContext: work.withContext, control, screen };
  const events = await walk(tx, { ...all, phase: 'reading history' }, (page) => page.forEach(work.observe));
  const profilesBefore = await countLive(tx, workspaceId);
  const rebuilding = work.settle(await readStanding(tx, workspaceId));
  const { plan, targetOf, links } = rebuilding;
  const ids = plan.profiles.map((profile) => profile.id ?? randomUUID());
  const batchId = batchIdSchema.parse(randomUUID());
  const write = { workspaceId, batchId, batchOf: new Map(), rulesVersion: version, plan, ids, before: [] };
  await writePeople(tx, write, rebuilding);
  let moved = 0;
  await walk(tx, { ...all, phase: 'moving events' }, async (page) => {
    moved += await writeEvents(tx, { write, targetOf }, page);
  });
  await inChunks(ids, (profileIds) => noteMoved(tx, workspaceId, { batchIds: [], profileIds }));
  await writeLinks(tx, write, links);
  await activate(tx, workspaceId, version);
  const profilesAfter = await countLive(tx, workspaceId);
  // Last, so that the run's row, where its progress is written, is held for a moment only.
  await holdFence(tx, fence);
  return { events, moved, profilesBefore, profilesAfter };
}
