import { z } from 'zod';
import {
  sourceIdSchema,
  workspaceIdSchema,
  type IngestEnvelope,
  type Json,
  type JsonObject,
} from '@kohort/kernel-contracts';
import type { WriteOrigin } from '@kohort/access-flow';

/** A call as it waits in the spool: whose it is, and what the way in would have been given. */
export interface SpooledCall {
  readonly origin: WriteOrigin;
  readonly items: readonly Json[];
  readonly envelope: IngestEnvelope;
}

const object = z.custom<JsonObject>((value) => typeof value === 'object' && value !== null && !Array.isArray(value));
const schema = z.object({
  v: z.literal(1),
  origin: z.object({ workspaceId: workspaceIdSchema, sourceId: sourceIdSchema }),
  // Judged when they come to the store, as any item is.
  items: z.array(z.custom<Json>((value) => value !== undefined)),
  envelope: z.object({
    receivedAt: z.number(),
    sentAt: z.string().nullable(),
    context: object,
    integrations: object,
  }),
});

/** A call as bytes. */
export function encodeCall(call: SpooledCall): Buffer {
  return Buffer.from(JSON.stringify({ v: 1, ...call }));
}

/** The call of a record; null when it is none of ours. */
export function decodeCall(record: Buffer): SpooledCall | null {
  const parsed = schema.safeParse(JSON.parse(record.toString('utf8')));
  return parsed.success ? parsed.data : null;
}
