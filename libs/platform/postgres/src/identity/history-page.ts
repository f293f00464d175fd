import { sql } from 'kysely';
import { z } from 'zod';
import type {
  EventId,
  HistoryEvent,
  IdentityLink,
  MessageScreen,
  ProfileId,
  WorkspaceId,
} from '@kohort/kernel-contracts';
import type { WorkspaceTransaction } from '../database';
import { encodeCursor, parseCursor } from '../read/paging';
import { eventColumns, eventOfRow, linkColumns, linkOfRow, type EventRow, type LinkRow } from './identity-rows';
import { withoutSuppressed } from './without-suppressed';

/** Which events. */
export interface HistoryPage {
  readonly after: string | null;
  readonly limit: number;
  readonly withContext: boolean;
  /** Keeps out events that count for nobody because their people are suppressed. */
  readonly screen: MessageScreen | null;
}

const place = z.tuple([z.uuid(), z.string()]);

interface PlacedRow extends EventRow {
  readonly profile_id: ProfileId | null;
  readonly received_text: string;
}

interface Read {
  readonly withContext: boolean;
  readonly screen: MessageScreen | null;
}

/** The events of a page, which is a query for rows of `event`, with the profiles that they count for. */
async function placedEvents(
  tx: WorkspaceTransaction,
  workspaceId: WorkspaceId,
  { page, withContext, screen }: Read & { readonly page: ReturnType<typeof sql> },
): Promise<{ readonly events: readonly HistoryEvent[]; readonly rows: readonly PlacedRow[] }> {
  const { rows } = await sql<PlacedRow>`
    with page as materialized (${page}), live as materialized (
      select a.event_id, a.profile_id from event_assignment a
      where a.workspace_id = ${workspaceId}::uuid and a.event_id in (select id from page)
      group by a.event_id, a.profile_id having sum(a.sign) > 0)
    select ${eventColumns(withContext)}, live.profile_id, e.received_at::text as received_text
    from page e left join live on live.event_id = e.id
    order by e.id, e.received_at`.execute(tx);
  const events = rows.map((row): HistoryEvent => ({ ...eventOfRow(row), profileId: row.profile_id }));
  const unowned = events.filter(({ profileId }) => profileId === null);
  const heard = new Set(await withoutSuppressed(tx, { workspaceId, screen }, unowned));
  return { events: events.filter((event) => event.profileId !== null || heard.has(event)), rows };
}

/** A page of all events of a workspace, with the profiles that they count for. */
export async function historyPage(
  tx: WorkspaceTransaction,
  workspaceId: WorkspaceId,
  of: HistoryPage,
): Promise<{ readonly events: readonly HistoryEvent[]; readonly next: string | null }> {
  const after = parseCursor(of.after, place, null);
  const behind = after ? sql`and (e.id, e.received_at) > (${after[0]}::uuid, ${after[1]}::timestamptz)` : sql``;
  const page = sql`
    select e.* from event e where e.workspace_id = ${workspaceId}::uuid ${behind}
    order by e.id, e.received_at limit ${of.limit}`;
  const { events, rows } = await placedEvents(tx, workspaceId, { ...of, page });
  const last = rows.at(-1);
  return {
    events,
    next: last && rows.length === of.limit ? encodeCursor([last.id, last.received_text], null) : null,
  };
}

/** These events, as they count now. */
export async function eventsById(
  tx: WorkspaceTransaction,
  workspaceId: WorkspaceId,
  of: Read & { readonly ids: readonly EventId[] },
): Promise<readonly HistoryEvent[]> {
  const page = sql`
    select e.* from event e where e.workspace_id = ${workspaceId}::uuid and e.id = any(${of.ids}::uuid[])`;
  return (await placedEvents(tx, workspaceId, { ...of, page })).events;
}

/** Links that people decided about. */
export async function decidedLinks(
  tx: WorkspaceTransaction,
  workspaceId: WorkspaceId,
): Promise<readonly IdentityLink[]> {
  const { rows } = await sql<LinkRow>`
    select ${linkColumns} from identity_link
    where workspace_id = ${workspaceId}::uuid and (state = 'barred' or cause in ('manual', 'linkage'))`.execute(tx);
  return rows.map(linkOfRow);
}
