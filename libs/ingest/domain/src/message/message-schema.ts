import { z } from 'zod';
import { MESSAGE_TYPES, type Json, type JsonObject } from '@kohort/kernel-contracts';
import { isJsonObject } from '../json/inspect-json';

const id = z.union([z.string(), z.number()]).nullish();
const object = z.custom<JsonObject>(isJsonObject).nullish();
const text = z.string().nullish();

/**
 * One call of the Segment spec as it comes over the wire: the fields with a meaning of their own are checked, everything
 * else passes. SDKs in other languages send numbers as ids; those are taken as text.
 */
export const messageSchema = z.looseObject({
  type: z.enum(MESSAGE_TYPES),
  userId: id,
  anonymousId: id,
  previousId: id,
  groupId: id,
  messageId: id,
  event: text,
  name: text,
  category: text,
  properties: object,
  traits: object,
  context: object,
  integrations: object,
  timestamp: text,
  originalTimestamp: text,
  sentAt: z.unknown().optional(),
  receivedAt: z.unknown().optional(),
});

export type RawMessage = z.infer<typeof messageSchema>;

const TYPES: ReadonlySet<unknown> = new Set(MESSAGE_TYPES);
const isId = (value: Json | undefined): boolean => value == null || typeof value === 'string' || Number.isFinite(value);
const isText = (value: Json | undefined): boolean => value == null || typeof value === 'string';
const isObject = (value: Json | undefined): boolean => value == null || isJsonObject(value);

/**
 * Whether the schema takes the object as it is, asked field by field: nearly all messages are, and for them nothing is
 * copied. What is wrong with the others the schema says.
 */
export function isRawMessage(raw: { readonly [key: string]: Json }): raw is RawMessage & typeof raw {
  return (
    TYPES.has(raw['type']) &&
    isId(raw['userId']) &&
    isId(raw['anonymousId']) &&
    isId(raw['previousId']) &&
    isId(raw['groupId']) &&
    isId(raw['messageId']) &&
    isText(raw['event']) &&
    isText(raw['name']) &&
    isText(raw['category']) &&
    isObject(raw['properties']) &&
    isObject(raw['traits']) &&
    isObject(raw['context']) &&
    isObject(raw['integrations']) &&
    isText(raw['timestamp']) &&
    isText(raw['originalTimestamp'])
  );
}
