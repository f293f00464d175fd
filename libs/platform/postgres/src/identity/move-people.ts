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

async function moveEvents(tx: WorkspaceTransaction, { workspaceId, batchId, moves }: Moves): Promise<number> {
  const moved = await sql`
    with move as materialized ${movesOf(moves)}, live as materialized (
      select a.event_id, a.profile_id, move.to_id, min(a.received_at) as received_at, min(a.ts) as ts
      from event_assignment a join move on move.from_id = a.profile_id
        and (move.event_id is null or move.event_id = a.event_id)
      where a.workspace_id = ${workspaceId}::uuid
      group by a.event_id, a.profile_id, move.to_id having sum(a.sign) > 0
    ), gone as (
      insert into event_assignment (workspace_id, event_id, profile_id, batch_id, received_at, ts, sign)
      select ${workspaceId}::uuid, event_id, profile_id, ${batchId}::uuid, received_at, ts, -1 from live
    )
    insert into event_assignment (workspace_id, event_id, profile_id, batch_id, received_at, ts, sign)
    select ${workspaceId}::uuid, event_id, to_id, ${batchId}::uuid, received_at, ts, 1 from live where to_id is not null
    `.execute(tx);
  return Number(moved.numAffectedRows ?? 0);
}

const liveTraits = ({ workspaceId, moves }: Moves) => sql`
  move as materialized ${movesOf(moves)}, live as materialized (
    select t.*, move.to_id from trait_value t join move on move.from_id = t.profile_id
      and (move.event_id is null or move.event_id = t.event_id or t.kind <> 'custom')
    where t.workspace_id = ${workspaceId}::uuid and t.sign = 1
      and not exists (
        select 1 from trait_value gone
        where gone.workspace_id = t.workspace_id and gone.profile_id = t.profile_id and gone.key = t.key
          and gone.valid_from = t.valid_from and gone.message_id = t.message_id and gone.sign = -1))`;

/**
 * Stated traits go with their events; computed ones are taken back, for they are computed anew. A value that was here
 * before and went is told of by two rows; they make room for the one that says that it is back.
 */
async function moveTraits(tx: WorkspaceTransaction, write: Moves): Promise<void> {
  await sql`
    with ${liveTraits(write)}
    delete from trait_value old using live
    where old.workspace_id = ${write.workspaceId}::uuid and old.profile_id = live.to_id and old.key = live.key
      and old.valid_from = live.valid_from and old.message_id = live.message_id and live.kind = 'custom'
      and exists (
        select 1 from trait_value gone
        where gone.workspace_id = old.workspace_id and gone.profile_id = old.profile_id and gone.key = old.key
          and gone.valid_from = old.valid_from and gone.message_id = old.message_id and gone.sign = -1)`.execute(tx);
  await sql`
    with ${liveTraits(write)}
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
