import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import {
  batchIdSchema,
  type ClosureProfile,
  type EventId,
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
import { noteMoved } from '../privacy/consent-rows';
import { lockGraph } from './active-rules';
import { decidedLinks, historyPage } from './history-page';
import { canonicalType, linkColumns, linkOfRow, millis, type LinkRow } from './identity-rows';
import type { Move } from './move-people';
import {
  activate,
  inChunks,
  lockChanging,
  writeEvents,
  writeLinks,
  writePeople,
  type EventChanges,
} from './rebuild-writes';

/** What a rebuild is asked for. */
export interface RebuildAsked {
  readonly fence: Fence;
  readonly version: number;
  readonly work: (decided: readonly IdentityLink[]) => RebuildWork;
  readonly control: JobControl;
  readonly screen: MessageScreen | null;
}

const EVENTS_AT_ONCE = 5_000;

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
  const profiles = await sql<ClosureProfile>`
    select p.id, p.canonical_id as "canonicalId", p.merged_into as "mergedInto",
      ${canonicalType} as "canonicalType",
      ${millis('p.first_seen_at')} as "firstSeenAt", ${millis('p.last_seen_at')} as "lastSeenAt"
    from profile p where p.workspace_id = ${workspaceId}::uuid order by p.id`.execute(tx);
  return { identifiers: identifiers.rows, profiles: profiles.rows };
}

const countLive = async (tx: WorkspaceTransaction, workspaceId: WorkspaceId): Promise<number> => {
  const found = await sql<{ n: number }>`
    select count(*)::int as n from profile where workspace_id = ${workspaceId}::uuid and merged_into is null`.execute(
    tx,
  );
  return found.rows[0]?.n ?? 0;
};

async function storedLinks(tx: WorkspaceTransaction, workspaceId: WorkspaceId): Promise<readonly IdentityLink[]> {
  const { rows } = await sql<LinkRow>`
    select ${linkColumns} from identity_link where workspace_id = ${workspaceId}::uuid`.execute(tx);
  return rows.map(linkOfRow);
}

/** Whom a page of events counts for now, where that is another than before. */
function changesOf(
  events: readonly HistoryEvent[],
  {
    ids,
    targetOf,
    heard,
  }: {
    readonly ids: readonly string[];
    readonly targetOf: Rebuilding['targetOf'];
    readonly heard: ReadonlySet<EventId>;
  },
): EventChanges {
  const moves: Move[] = [];
  const assignments: IdentityPlan['assignments'][number][] = [];
  for (const event of events) {
    // What was stored since the history was read is resolved after this, for its links are not in it.
    if (event.profileId === null && (event.knownOnly || !heard.has(event.eventId))) continue;
    const profile = targetOf(event);
    const to = profile === null ? null : (ids[profile] ?? null);
    if (event.profileId === to) continue;
    if (event.profileId !== null) moves.push({ from: event.profileId, to, eventId: event.eventId });
    else if (profile !== null) assignments.push({ event, profile });
  }
  return { moves, assignments };
}

/**
 * See `IdentityHistory.rebuild`. Everything is read and decided before the first row is written: from then on readers of
 * the logs wait, those of other workspaces too, so that part holds no arithmetic and only what changes.
 */
export async function rebuildIn(tx: WorkspaceTransaction, asked: RebuildAsked): Promise<RebuildOutcome> {
  const { fence, version, control, screen } = asked;
  const { workspaceId } = fence;
  // Between two statements there may be long arithmetic.
  await sql`select set_config('idle_in_transaction_session_timeout', '0', true)`.execute(tx);
  await lockGraph(tx, workspaceId);
  const work = asked.work(await decidedLinks(tx, workspaceId));
  const all = { workspaceId, withContext: work.withContext, control, screen };
  const heard = new Set<EventId>();
  const events = await walk(tx, { ...all, phase: 'reading history' }, (page) => {
    for (const event of page) {
      if (event.profileId === null) heard.add(event.eventId);
      work.observe(event);
    }
  });
  const profilesBefore = await countLive(tx, workspaceId);
  const rebuilding = work.settle(await readStanding(tx, workspaceId));
  const { plan, targetOf, links } = rebuilding;
  const ids = plan.profiles.map((profile) => profile.id ?? randomUUID());
  const pages: EventChanges[] = [];
  await walk(tx, { ...all, phase: 'comparing events' }, (page) => {
    const changes = changesOf(page, { ids, targetOf, heard });
    if (changes.moves.length + changes.assignments.length > 0) pages.push(changes);
  });
  const before = await storedLinks(tx, workspaceId);
  const batchId = batchIdSchema.parse(randomUUID());
  const write = { workspaceId, batchId, batchOf: new Map(), rulesVersion: version, plan, ids, before };
  await lockChanging(tx, write, pages);
  await writePeople(tx, write, rebuilding);
  let moved = 0;
  for (const [done, page] of pages.entries()) {
    control.signal?.throwIfAborted();
    control.onProgress?.({ phase: 'moving events', done, total: pages.length });
    moved += await writeEvents(tx, write, page);
  }
  await inChunks(ids, (profileIds) => noteMoved(tx, workspaceId, { batchIds: [], profileIds }));
  await writeLinks(tx, write, links);
  await activate(tx, workspaceId, version);
  const profilesAfter = await countLive(tx, workspaceId);
  // Last, so that the run's row, where its progress is written, is held for a moment only.
  await holdFence(tx, fence);
  return { events, moved, profilesBefore, profilesAfter };
}
