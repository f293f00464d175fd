import { z } from 'zod';
import { MESSAGE_TYPES, type JsonObject } from '@kohort/kernel-contracts';
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
