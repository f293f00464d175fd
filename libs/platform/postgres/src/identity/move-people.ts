import { sql } from 'kysely';
import type { WorkspaceTransaction } from '../database';

/** From whom to whom: all that one profile has, or one event of it. `to` null: to nobody. */
export interface Move {
  readonly from: string;
  readonly to: string | null;
  /** Null: all of them. */
  readonly eventId: string | null;
}

/** Moves and what they are put down to. */
export interface Moves {
  readonly workspaceId: string;
  readonly batchId: string;
  readonly moves: readonly Move[];
}

const movesOf = (moves: readonly Move[]) => {
  const rows = moves.map(({ from, to, eventId }) => ({ from_id: from, to_id: to, event_id: eventId }));
  return sql`(select from_id, to_id, event_id from json_to_recordset(${JSON.stringify(rows)}::json)
    as r (from_id uuid, to_id uuid, event_id uuid))`;
};

/**
 * A single event is found by its own id, whatever the planner thinks of the number of its person's events: whoever loses
 * many of them may have thousands.
 */
async function moveEvents(tx: WorkspaceTransaction, { workspaceId, batchId, moves }: Moves): Promise<number> {
  const moved = await sql`
    with move as materialized ${movesOf(moves)}, live as materialized (
      select a.event_id, a.profile_id, move.to_id, min(a.received_at) as received_at, min(a.ts) as ts,
        max(a.event_name) as name
      from move join event_assignment a on a.profile_id = move.from_id
      where a.workspace_id = ${workspaceId}::uuid and move.event_id is null
      group by a.event_id, a.profile_id, move.to_id having sum(a.sign) > 0
      union all
      select move.event_id, move.from_id, move.to_id, one.received_at, one.ts, one.name
      from move cross join lateral (
        select min(a.received_at) as received_at, min(a.ts) as ts, max(a.event_name) as name from (
          select * from event_assignment
          where workspace_id = ${workspaceId}::uuid and event_id = move.event_id offset 0) a
        where a.profile_id = move.from_id having sum(a.sign) > 0) one
      where move.event_id is not null
    ), gone as (
      insert into event_assignment (workspace_id, event_id, profile_id, batch_id, received_at, ts, sign, event_name)
      select ${workspaceId}::uuid, event_id, profile_id, ${batchId}::uuid, received_at, ts, -1, name from live
    )
    insert into event_assignment (workspace_id, event_id, profile_id, batch_id, received_at, ts, sign, event_name)
    select ${workspaceId}::uuid, event_id, to_id, ${batchId}::uuid, received_at, ts, 1, name from live where to_id is not null
    `.execute(tx);
  return Number(moved.numAffectedRows ?? 0);
}

/**
 * Traits that are stated, with where they go. Those of single events are picked by a list, which is looked up by hash
 * whatever the planner thinks of the number of their person's traits.
 */
function statedTraits({ workspaceId, moves }: Moves) {
  const single = moves.filter(({ eventId }) => eventId !== null);
  const people = [...new Set(single.map(({ from }) => from))];
  return sql`
    move as materialized ${movesOf(moves)}, picked as materialized (
      select t.* from trait_value t
      where t.workspace_id = ${workspaceId}::uuid and t.sign = 1 and t.kind = 'custom'
        and t.profile_id = any(${people}::uuid[]) and t.event_id = any(${single.map(({ eventId }) => eventId)}::uuid[])
    ), stated as (
      select t.*, move.to_id from picked t join move on move.from_id = t.profile_id and move.event_id = t.event_id
      union all
      select t.*, move.to_id from trait_value t join move on move.from_id = t.profile_id
      where t.workspace_id = ${workspaceId}::uuid and t.sign = 1 and t.kind = 'custom' and move.event_id is null)`;
}

const computedTraits = ({ workspaceId }: Moves) => sql`
  computed as (
    select t.*, null::uuid as to_id from trait_value t
    where t.workspace_id = ${workspaceId}::uuid and t.sign = 1 and t.kind <> 'custom'
      and t.profile_id in (select from_id from move))`;

/** `offset 0`: each is looked up by its key. Rows that take something back are rare until many are written at once. */
const liveOf = ({ workspaceId }: Moves, told: ReturnType<typeof sql>) => sql`
  live as materialized (
    select t.* from (${told}) t
    where not exists (
      select 1 from trait_value gone
      where gone.workspace_id = ${workspaceId}::uuid and gone.profile_id = t.profile_id and gone.key = t.key
        and gone.valid_from = t.valid_from and gone.message_id = t.message_id and gone.sign = -1
      offset 0))`;

/**
 * Stated traits go with their events; computed ones are taken back, for they are computed anew. A value that was here
 * before and went is told of by two rows; they make room for the one that says that it is back.
 */
async function moveTraits(tx: WorkspaceTransaction, write: Moves): Promise<void> {
  await sql`
    with ${statedTraits(write)}, ${liveOf(write, sql`select * from stated`)}
    delete from trait_value old using live
    where old.workspace_id = ${write.workspaceId}::uuid and old.profile_id = live.to_id and old.key = live.key
      and old.valid_from = live.valid_from and old.message_id = live.message_id
      and exists (
        select 1 from trait_value gone
        where gone.workspace_id = old.workspace_id and gone.profile_id = old.profile_id and gone.key = old.key
          and gone.valid_from = old.valid_from and gone.message_id = old.message_id and gone.sign = -1
        offset 0)`.execute(tx);
  await sql`
    with ${statedTraits(write)}, ${computedTraits(write)},
      ${liveOf(write, sql`select * from stated union all select * from computed`)}
    insert into trait_value (workspace_id, profile_id, key, valid_from, message_id, kind, value, event_id, sign)
    select distinct on (profile_id, key, valid_from, message_id)
      workspace_id, profile_id, key, valid_from, message_id, kind, value, event_id, -1 from live
    union all
    select workspace_id, to_id, key, valid_from, message_id, kind, value, event_id, 1 from live
    where kind = 'custom' and to_id is not null
    on conflict do nothing`.execute(tx);
}

/** Moves events and the traits that they state. Answers how many events moved to somebody. */
export async function movePeople(tx: WorkspaceTransaction, write: Moves): Promise<number> {
  if (write.moves.length === 0) return 0;
  const moved = await moveEvents(tx, write);
  await moveTraits(tx, write);
  return moved;
}
