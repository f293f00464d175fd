import { LIMITS, isJsonObject, isWithinBytes } from '@kohort/ingest-domain';
import type { IngestEnvelope, Json, JsonObject, MessageType } from '@kohort/kernel-contracts';
import { wireErrors } from './wire.errors';

/** What a path asks for: one message of a type, or a batch. */
export type CallKind = MessageType | 'batch';

/** The paths of the wire; SDKs for browsers send to the first letter of the type. */
export const PATHS: Readonly<Record<string, CallKind>> = {
  identify: 'identify',
  track: 'track',
  page: 'page',
  screen: 'screen',
  group: 'group',
  alias: 'alias',
  batch: 'batch',
  import: 'batch',
  i: 'identify',
  t: 'track',
  p: 'page',
  s: 'screen',
  g: 'group',
  a: 'alias',
  b: 'batch',
};

/** A call, taken apart; the items are as sent. */
export interface ParsedCall {
  readonly writeKey: string | null;
  readonly items: readonly Json[];
  readonly envelope: Omit<IngestEnvelope, 'receivedAt'>;
}

const PROTOTYPE = '__proto__';

function parseJson(text: string): unknown {
  try {
    // Some senders begin with a byte order mark, which is no JSON.
    return JSON.parse(text.startsWith('\ufeff') ? text.slice(1) : text);
  } catch (thrown) {
    throw wireErrors.WIRE_INVALID_JSON({}, { cause: thrown });
  }
}

/**
 * Reads a body as a JSON object, whatever its content type says.
 *
 * Throws  WIRE_INVALID_JSON
 */
export function parseJsonObject(body: Buffer): JsonObject {
  // The record is checked at its top alone: what lies below is judged item by item, by the domain.
  const call = parseJson(body.toString('utf8'));
  if (!isJsonObject(call)) throw wireErrors.WIRE_INVALID_JSON();
  // No name of a field; copied, it would be the prototype.
  if (Object.hasOwn(call, PROTOTYPE)) Reflect.deleteProperty(call, PROTOTYPE);
  return call;
}

function objectOf(value: Json | undefined): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};
}

function textOf(value: Json | undefined): string | null {
  return typeof value === 'string' ? value : null;
}

function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

function requireSmall(items: readonly Json[], bodyBytes: number): void {
  // No item can be too large in a body that is small as a whole.
  if (bodyBytes <= LIMITS.eventBytes) return;
  items.forEach((item, index) => {
    if (!isWithinBytes(item, LIMITS.eventBytes)) {
      throw wireErrors.WIRE_EVENT_TOO_LARGE({ index, limit: LIMITS.eventBytes });
    }
  });
}

/**
 * Takes a call apart: its write key, its items, and what the batch says for all of them.
 *
 * Throws  WIRE_INVALID_JSON, WIRE_PAYLOAD_TOO_LARGE, WIRE_EVENT_TOO_LARGE, WIRE_BATCH_EMPTY, WIRE_BATCH_TOO_LONG
 */
export function parseCall(kind: CallKind, body: Buffer): ParsedCall {
  const call = parseJsonObject(body);
  const writeKey = textOf(call['writeKey']);
  if (kind !== 'batch') {
    if (body.length > LIMITS.eventBytes) throw wireErrors.WIRE_PAYLOAD_TOO_LARGE({ limit: LIMITS.eventBytes });
    const item: JsonObject = Object.fromEntries([
      ...Object.entries(call).filter(([name]) => name !== 'writeKey'),
      ['type', kind],
    ]);
    return { writeKey, items: [item], envelope: { sentAt: textOf(call['sentAt']), context: {}, integrations: {} } };
  }
  const items = call['batch'];
  if (!isList(items) || items.length === 0) throw wireErrors.WIRE_BATCH_EMPTY();
  if (items.length > LIMITS.batchItems) throw wireErrors.WIRE_BATCH_TOO_LONG({ limit: LIMITS.batchItems });
  requireSmall(items, body.length);
  const envelope = {
    sentAt: textOf(call['sentAt']),
    context: objectOf(call['context']),
    integrations: objectOf(call['integrations']),
  };
  return { writeKey, items, envelope };
}

/**
 * A call whose browser sent Global Privacy Control (`Sec-GPC: 1`): every message of it bears that in its context, so that
 * it is kept with the message and honoured wherever the message goes.
 */
export function withGpc(call: ParsedCall, header: string | readonly string[] | undefined): ParsedCall {
  if (header !== '1') return call;
  const { envelope } = call;
  return { ...call, envelope: { ...envelope, context: { ...envelope.context, secGpc: true } } };
}
