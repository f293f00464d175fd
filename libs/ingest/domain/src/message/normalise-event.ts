import { readShape, type JsonObject, type NormalisedMessage } from '@kohort/kernel-contracts';
import { inspectJson, isJsonObject } from '../json/inspect-json';
import { isWithinBytes } from '../json/json-bytes';
import { LIMITS } from '../limits';
import { derivedMessageId } from './digests';
import { correctTime, parseInstant } from './instant';
import { isRawMessage, messageSchema, type RawMessage } from './message-schema';
import {
  QUARANTINE_CODES,
  type NormaliseResult,
  type QuarantineCode,
  type RejectionCode,
  type Refusal,
} from './verdict';

/** What the call as a whole said, and where the item stood in it. */
export interface NormaliseContext {
  readonly sourceId: string;
  /** Our clock, epoch milliseconds. */
  readonly receivedAt: number;
  /** The batch's `sentAt` as sent; an item's own wins. */
  readonly sentAt: string | null;
  /** The batch's `context` and `integrations`, merged member by member; an item's own wins. */
  readonly batchContext?: JsonObject | null;
  readonly batchIntegrations?: JsonObject | null;
  /** Place in the batch, from 0; part of the id when the item has none. */
  readonly index: number;
  /** Replaces `sentAt` in derived ids: imports give their file's digest. */
  readonly idSalt?: string;
  /** Take the item's own `receivedAt` for the correction of its time: archives of another system. Off for live calls. */
  readonly trustReceivedAt?: boolean;
  readonly maxBytes?: number;
}

interface Times {
  readonly ts: number;
  readonly originalTs: number | null;
  readonly sentAt: number | null;
}

const reject = (code: RejectionCode, field: string): Refusal => ({ verdict: 'rejected', code, field });
const isQuarantine = (code: string): code is QuarantineCode => (QUARANTINE_CODES as readonly string[]).includes(code);

const ID_FIELDS = ['userId', 'anonymousId', 'previousId', 'groupId'] as const;
type Ids = Record<(typeof ID_FIELDS)[number], string | null>;

/** Ids as text; an empty one is none. */
function idText(value: string | number | null | undefined, flags: Set<string>): string | null {
  if (typeof value !== 'number') return value ? value : null;
  flags.add('id_coerced');
  return String(value);
}

function readTimes(raw: RawMessage, context: NormaliseContext, flags: Set<string>): Times | Refusal {
  const stated = raw.originalTimestamp ?? raw.timestamp ?? null;
  let originalTs: number | null = null;
  if (stated !== null) {
    const read = parseInstant(stated);
    if (!read.ok) return reject(read.code, raw.originalTimestamp != null ? 'originalTimestamp' : 'timestamp');
    if (!read.zoned) flags.add('timestamp_without_zone');
    originalTs = read.epochMs;
  }
  const sentAt = optionalInstant(raw.sentAt ?? context.sentAt, 'sent_at_invalid', flags);
  const stamped = context.trustReceivedAt ? optionalInstant(raw.receivedAt, 'received_at_invalid', flags) : null;
  const corrected = correctTime({ originalTs, sentAt, receivedAt: stamped ?? context.receivedAt });
  if (corrected.clamped) flags.add('future_clamped');
  return { ts: corrected.ts, originalTs, sentAt };
}

/** A time that only refines another one: when it cannot be read, the message stands and a flag says so. */
function optionalInstant(value: unknown, flag: string, flags: Set<string>): number | null {
  if (value == null) return null;
  const read = typeof value === 'string' ? parseInstant(value) : null;
  if (read?.ok) return read.epochMs;
  flags.add(flag);
  return null;
}

function requiredFault(raw: RawMessage, ids: Ids): Refusal | null {
  if (raw.type === 'alias') {
    if (ids.previousId === null) return reject('previous_id_required', 'previousId');
    return ids.userId === null ? reject('user_id_required', 'userId') : null;
  }
  if (ids.userId === null && ids.anonymousId === null) return reject('no_user_anon_id', 'userId');
  if (raw.type === 'track' && !raw.event) return reject('event_required', 'event');
  if (raw.type === 'group' && ids.groupId === null) return reject('group_id_required', 'groupId');
  return null;
}

function nameOf(raw: RawMessage): string | null {
  if (raw.type === 'track') return raw.event ?? null;
  if (raw.type === 'page') return 'Page Viewed';
  return raw.type === 'screen' ? 'Screen Viewed' : null;
}

function propertiesOf(raw: RawMessage): JsonObject {
  if (raw.type === 'track') return raw.properties ?? {};
  if (raw.type !== 'page' && raw.type !== 'screen') return {};
  return {
    ...raw.properties,
    ...(raw.name == null ? {} : { name: raw.name }),
    ...(raw.category == null ? {} : { category: raw.category }),
  };
}

/** Member by member; what has nothing to be merged with is taken as it is. */
function merged(batch: JsonObject | null | undefined, own: JsonObject | null | undefined): JsonObject {
  if (batch == null || isEmpty(batch)) return own ?? {};
  return { ...batch, ...own };
}

function contextOf(raw: RawMessage, context: NormaliseContext): JsonObject {
  const integrations = merged(context.batchIntegrations, raw.integrations);
  const own = merged(context.batchContext, raw.context);
  return isEmpty(integrations) ? own : { ...own, integrations };
}

function isEmpty(value: JsonObject): boolean {
  for (const key in value) if (Object.hasOwn(value, key)) return false;
  return true;
}

/**
 * The account that a message is about: its own `groupId`, else the context's, which says so of calls that are no group
 * call. One there that cannot be an id is left where it is, with a flag.
 */
function groupOf(own: string | null, context: JsonObject, flags: Set<string>): string | null {
  const stated = context['groupId'];
  if (own !== null || stated == null) return own;
  const text = typeof stated === 'string' || typeof stated === 'number' ? idText(stated, flags) : null;
  if (text !== null && text.length <= LIMITS.idChars) return text;
  flags.add('context_group_id_invalid');
  return null;
}

const isRefusal = (value: Times | Refusal): value is Refusal => 'verdict' in value;

function assemble(raw: RawMessage, item: JsonObject, context: NormaliseContext): NormaliseResult {
  const flags = new Set<string>();
  const ids: Ids = { userId: null, anonymousId: null, previousId: null, groupId: null };
  for (const field of ID_FIELDS) {
    ids[field] = idText(raw[field], flags);
    if ((ids[field]?.length ?? 0) > LIMITS.idChars) return reject('id_too_long', field);
  }
  const missing = requiredFault(raw, ids);
  if (missing) return missing;
  const given = idText(raw.messageId, flags);
  if (given !== null && given.length > LIMITS.messageIdChars) return reject('message_id_too_long', 'messageId');
  const times = readTimes(raw, context, flags);
  if (isRefusal(times)) return times;
  const properties = propertiesOf(raw);
  const traits = raw.type === 'identify' || raw.type === 'group' ? (raw.traits ?? {}) : {};
  if (Object.keys(properties).length > LIMITS.flaggedKeys) flags.add('properties_over_300');
  if (Object.keys(traits).length > LIMITS.flaggedKeys) flags.add('traits_over_300');
  if (given === null) flags.add('message_id_derived');
  const ownContext = contextOf(raw, context);
  const groupId = groupOf(ids.groupId, ownContext, flags);
  const salt = context.idSalt ?? (typeof raw.sentAt === 'string' ? raw.sentAt : context.sentAt);
  const message: NormalisedMessage = {
    type: raw.type,
    name: nameOf(raw),
    messageId: given ?? derivedMessageId({ sourceId: context.sourceId, salt, index: context.index, raw: item }),
    userId: ids.userId,
    anonymousId: ids.anonymousId,
    previousId: ids.previousId,
    groupId,
    ts: times.ts,
    originalTs: times.originalTs,
    sentAt: times.sentAt,
    receivedAt: context.receivedAt,
    properties,
    traits,
    context: ownContext,
    flags: [...flags],
    rowWeight: 1,
  };
  return { verdict: 'accepted', message };
}

/**
 * Makes a normalised message of one Segment-spec item, or says why it cannot be one. Nothing is dropped or repaired in
 * silence: what was changed stands in the message's flags, what is refused has a code and a field.
 *
 * Shape   raw: parsed JSON, untrusted; page and screen become `Page Viewed` and `Screen Viewed` with `name` as a property
 * Units   times in the result are epoch milliseconds; `maxBytes` counts UTF-8 bytes of the item as compact JSON
 * Ties    an item's own context, integrations and sentAt win over the batch's
 * Cost    O(size of the item)
 */
export function normaliseEvent(raw: unknown, context: NormaliseContext): NormaliseResult {
  if (!isJsonObject(raw)) return reject('not_an_object', '');
  const fault = inspectJson(raw);
  if (fault) {
    const { code, path: field } = fault;
    return isQuarantine(code) ? { verdict: 'quarantined', code, field } : reject(code, field);
  }
  if (!isWithinBytes(raw, context.maxBytes ?? LIMITS.eventBytes)) return reject('event_too_large', '');
  if (isRawMessage(raw)) return assemble(raw, raw, context);
  const parsed = readShape(messageSchema, raw);
  if (parsed.success) return assemble(parsed.data, raw, context);
  const field = String(parsed.error.issues[0]?.path[0] ?? '');
  return reject(field === 'type' ? 'type_unknown' : 'wrong_type', field);
}
