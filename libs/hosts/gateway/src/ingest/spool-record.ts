import { z } from 'zod';
import {
  sourceIdSchema,
  workspaceIdSchema,
  type IngestEnvelope,
  type Json,
  type JsonObject,
} from '@kohort/kernel-contracts';
import type { WriteOrigin } from '@kohort/access-flow';
import { LIMITS, inspectJson, isDeeperThan } from '@kohort/ingest-domain';

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

/** Levels that JSON can be written with, whatever stands on the stack already. */
const WRITABLE_LEVELS = 500;

/** Stand for values that cannot be written as they are, and meet the same verdict when they are drained. */
const DEEP = `{"deep":${'['.repeat(LIMITS.depth + 2)}${']'.repeat(LIMITS.depth + 2)}}`;
const NOT_FINITE = '{"number":1e400}';

function textOf(value: Json): string {
  if (isDeeperThan(value, WRITABLE_LEVELS)) return DEEP;
  return inspectJson(value)?.code === 'number_not_finite' ? NOT_FINITE : JSON.stringify(value);
}

/** A call as bytes. */
export function encodeCall({ origin, items, envelope }: SpooledCall): Buffer {
  const { receivedAt, sentAt, context, integrations } = envelope;
  const times = JSON.stringify({ receivedAt, sentAt }).slice(1, -1);
  const whole = `{${times},"context":${textOf(context)},"integrations":${textOf(integrations)}}`;
  return Buffer.from(
    `{"v":1,"origin":${JSON.stringify(origin)},"items":[${items.map(textOf).join(',')}],"envelope":${whole}}`,
  );
}

/** The call of a record; null when it is none of ours. */
export function decodeCall(record: Buffer): SpooledCall | null {
  const parsed = schema.safeParse(JSON.parse(record.toString('utf8')));
  return parsed.success ? parsed.data : null;
}
