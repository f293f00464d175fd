import type { GraphQLError } from 'graphql';
import { z } from 'zod';
import { keyOfAuthorization } from '@kohort/access-domain';

/** Close codes of the graphql-transport-ws protocol, and one of ours. */
export const CLOSE = {
  invalid: 4400,
  unauthorized: 4401,
  forbidden: 4403,
  initTimeout: 4408,
  exists: 4409,
  /** The client did not take what it asked for; the reason says where to resume. */
  slow: 4413,
  tooManyInits: 4429,
  goingAway: 1001,
} as const;

const secret = z.string().max(1_000).optional();
const message = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('connection_init'),
    payload: z.object({ authorization: secret, Authorization: secret, apiKey: secret }).nullish(),
  }),
  z.object({ type: z.literal('ping') }),
  z.object({ type: z.literal('pong') }),
  z.object({
    type: z.literal('subscribe'),
    id: z.string().min(1).max(200),
    payload: z.object({
      query: z.string(),
      operationName: z.string().nullish(),
      variables: z.record(z.string(), z.unknown()).nullish(),
    }),
  }),
  z.object({ type: z.literal('complete'), id: z.string().max(200) }),
]);

/** What a client may say. */
export type LiveMessage = z.infer<typeof message>;
export type SubscribeMessage = Extract<LiveMessage, { type: 'subscribe' }>;
export type InitMessage = Extract<LiveMessage, { type: 'connection_init' }>;

/** Reads a message; null when it is none. */
export function parseLiveMessage(text: string): LiveMessage | null {
  try {
    const parsed = message.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

/** The key of the first message: `{ authorization: "Bearer …" }` or `{ apiKey: "…" }`. */
export function keyOfInit({ payload }: InitMessage): string | null {
  return payload?.apiKey ?? keyOfAuthorization(payload?.authorization ?? payload?.Authorization);
}

export const ACK = '{"type":"connection_ack"}';
export const PONG = '{"type":"pong"}';

/** A `next` message begins so, whatever its answer is. */
export const nextStart = (id: string): string => `{"id":${JSON.stringify(id)},"type":"next","payload":`;

/** And ends so, whoever it is for. */
export const nextEnd = (answer: string): string => `${answer}}`;

/** What ends a subscription that cannot go on. */
export function errorMessage(id: string, errors: readonly GraphQLError[]): string {
  return JSON.stringify({ id, type: 'error', payload: errors });
}

/** What ends a subscription that is over. */
export function completeMessage(id: string): string {
  return JSON.stringify({ id, type: 'complete' });
}
