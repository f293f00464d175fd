import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import {
  KNOWN_PEOPLE_ONLY,
  type BatchId,
  type EventId,
  type Identifier,
  type IdentityLink,
  type JsonObject,
  type LinkCause,
  type LinkState,
  type MessageType,
  type UnassignedEvent,
} from '@kohort/kernel-contracts';

/** Milliseconds as a timestamp, to the microsecond that they came from. */
export const epoch = (column: string) => sql.raw(`'epoch'::timestamptz + ${column} * interval '1 millisecond'`);
export const millis = (column: string) => sql.raw(`(extract(epoch from ${column}) * 1000)::float8`);

/** What the database's function `identifier_key` makes of an identifier, as hexadecimal text. */
export function identifierHash({ type, value }: Identifier): string {
  return createHash('sha256').update(`${type}:${value}`, 'utf8').digest('hex').slice(0, 32);
}

/** An event as resolving reads it. */
export interface EventRow {
  readonly id: EventId;
  readonly batch_id: BatchId;
  readonly message_id: string;
  readonly type: MessageType;
  readonly user_id: string | null;
  readonly anonymous_id: string | null;
  readonly previous_id: string | null;
  readonly group_id: string | null;
  readonly ts: number;
  readonly received_at: number;
  readonly traits: JsonObject;
  readonly context: JsonObject | null;
  readonly known_only: boolean;
}

/** The columns of an `EventRow`, over `e`. */
export const eventColumns = (withContext: boolean) => sql`e.id, e.batch_id, e.message_id, e.type, e.user_id,
  e.anonymous_id, e.previous_id, e.group_id, ${millis('e.ts')} as ts, ${millis('e.received_at')} as received_at, e.traits,
  ${withContext ? sql`e.context` : sql`null::jsonb`} as context, ${KNOWN_PEOPLE_ONLY} = any(e.flags) as known_only`;

/** The event of a row. */
export function eventOfRow(row: EventRow): UnassignedEvent {
  return {
    eventId: row.id,
    messageId: row.message_id,
    type: row.type,
    userId: row.user_id,
    anonymousId: row.anonymous_id,
    previousId: row.previous_id,
    ts: row.ts,
    receivedAt: row.received_at,
    traits: row.traits,
    ...(row.group_id === null ? {} : { groupId: row.group_id }),
    ...(row.context === null ? {} : { context: row.context }),
    knownOnly: row.known_only,
  };
}

/** A stored link. */
export interface LinkRow {
  readonly a_type: string;
  readonly a_value: string;
  readonly b_type: string;
  readonly b_value: string;
  readonly at: number;
  readonly message_id: string;
  readonly event_id: EventId | null;
  readonly cause: LinkCause;
  readonly state: LinkState;
  readonly reason: string | null;
}

/** The columns of a `LinkRow`. */
export const linkColumns = sql`a_type, a_value, b_type, b_value, ${millis('said_at')} as at, message_id, event_id, cause,
  state, reason`;

/** The link of a row. */
export function linkOfRow(row: LinkRow): IdentityLink {
  const { at, cause, state, reason } = row;
  return {
    a: { type: row.a_type, value: row.a_value },
    b: { type: row.b_type, value: row.b_value },
    at,
    messageId: row.message_id,
    eventId: row.event_id,
    cause,
    state,
    reason,
  };
}

/** The type of the identifier that names a profile, over `p`. */
export const canonicalType = sql.raw(`coalesce((
  select i.type from identifier i
  where i.workspace_id = p.workspace_id and i.profile_id = p.id and i.value = p.canonical_id and i.type <> 'previous_id'
  order by case i.type when 'user_id' then 0 when 'anonymous_id' then 1 else 2 end, i.type collate "C" limit 1),
  'anonymous_id')`);
