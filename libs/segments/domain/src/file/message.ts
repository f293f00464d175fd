import { z } from 'zod';
import { readShape, type Json, type JsonObject } from '@kohort/kernel-contracts';
import { segmentsErrors } from '../errors';
import { UNIT_MS } from '../time/duration';
import { parseInstant } from '../time/instant';

/** A message of a file with the number of its line, counted from 1. */
export interface MessageLine {
  readonly line: number;
  readonly message: unknown;
}

/** A Segment-spec message, checked; times are epoch milliseconds. */
export interface FileMessage {
  readonly line: number;
  readonly type: 'identify' | 'track' | 'page' | 'screen' | 'group' | 'alias';
  readonly messageId: string | null;
  readonly userId: string | null;
  readonly anonymousId: string | null;
  readonly previousId: string | null;
  readonly event: string | null;
  readonly properties: JsonObject;
  readonly traits: JsonObject;
  /** Event time: `receivedAt − (sentAt − originalTimestamp)` where all three are known, else `timestamp`. */
  readonly time: number;
}

const identifier = z.union([z.string().min(1), z.number()]).nullish();
const jsonObject: z.ZodType<JsonObject> = z.record(
  z.string(),
  z.custom<Json>(() => true),
);
const messageSchema = z.looseObject({
  type: z.enum(['identify', 'track', 'page', 'screen', 'group', 'alias']),
  messageId: z.string().min(1).nullish(),
  userId: identifier,
  anonymousId: identifier,
  previousId: identifier,
  event: z.string().min(1).nullish(),
  name: z.string().nullish(),
  properties: jsonObject.nullish(),
  traits: jsonObject.nullish(),
  timestamp: z.string().nullish(),
  originalTimestamp: z.string().nullish(),
  sentAt: z.string().nullish(),
  receivedAt: z.string().nullish(),
});
type MessageJson = z.infer<typeof messageSchema>;

const VIEWS = { page: 'Page Viewed', screen: 'Screen Viewed' } as const;
const idText = (id: string | number | null | undefined): string | null =>
  id === null || id === undefined ? null : String(id);

function refuse(line: number, reason: string): never {
  throw segmentsErrors.SEGMENTS_MESSAGE_INVALID({ line, reason });
}

function eventTime(line: number, json: MessageJson): number {
  const read = (field: 'timestamp' | 'originalTimestamp' | 'sentAt' | 'receivedAt'): number | null => {
    const text = json[field];
    if (text === null || text === undefined) return null;
    return parseInstant(text) ?? refuse(line, `${field} must be an ISO-8601 instant with a zone`);
  };
  const [timestamp, original] = [read('timestamp'), read('originalTimestamp')];
  const [sentAt, receivedAt] = [read('sentAt'), read('receivedAt')];
  const stamped = original ?? timestamp;
  if (receivedAt === null) return stamped ?? refuse(line, 'timestamp is missing');
  if (stamped === null) return receivedAt;
  const time = sentAt === null ? stamped : receivedAt - (sentAt - stamped);
  return Math.min(time, receivedAt + UNIT_MS.day);
}

function eventOf(line: number, json: MessageJson): { event: string | null; properties: JsonObject } {
  const properties = json.properties ?? {};
  if (json.type === 'track') return { event: json.event ?? refuse(line, 'a track message needs "event"'), properties };
  if (json.type !== 'page' && json.type !== 'screen') return { event: null, properties };
  const name = json.name ?? null;
  return { event: VIEWS[json.type], properties: name === null ? properties : { ...properties, name } };
}

/**
 * Checks one message and works out its event time. `page` and `screen` become the events `Page Viewed` and
 * `Screen Viewed` with `name` among their properties.
 *
 * Throws  SEGMENTS_MESSAGE_INVALID (invalid-input) naming the line
 */
export function readMessage({ line, message }: MessageLine): FileMessage {
  const parsed = readShape(messageSchema, message);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    return refuse(
      line,
      issue === undefined ? 'is not a message' : `${issue.path.join('.') || 'message'}: ${issue.message}`,
    );
  }
  const json = parsed.data;
  const [userId, anonymousId, previousId] = [idText(json.userId), idText(json.anonymousId), idText(json.previousId)];
  if (json.type === 'alias' && (userId === null || previousId === null)) {
    return refuse(line, 'an alias message needs "previousId" and "userId"');
  }
  if (json.type !== 'group' && userId === null && anonymousId === null) {
    return refuse(line, 'needs "userId" or "anonymousId" (no_user_anon_id)');
  }
  return {
    line,
    type: json.type,
    messageId: json.messageId ?? null,
    userId,
    anonymousId,
    previousId,
    ...eventOf(line, json),
    traits: json.traits ?? {},
    time: eventTime(line, json),
  };
}

/**
 * Reads one line of NDJSON; an empty line is null.
 *
 * Throws  SEGMENTS_MESSAGE_INVALID naming the line when it is not JSON
 */
export function parseMessageLine(text: string, line: number): MessageLine | null {
  const trimmed = (line === 1 ? text.replace(/^\uFEFF/, '') : text).trim();
  if (trimmed === '') return null;
  try {
    const message: unknown = JSON.parse(trimmed);
    return { line, message };
  } catch (cause) {
    throw segmentsErrors.SEGMENTS_MESSAGE_INVALID({ line, reason: 'is not JSON' }, { cause });
  }
}
