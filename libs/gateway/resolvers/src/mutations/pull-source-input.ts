import { z } from 'zod';
import { mappingFromData } from '@kohort/ingest-domain';
import { keySchema, parseShape, type JsonObject } from '@kohort/kernel-contracts';

const jsonObject: z.ZodType<JsonObject> = z.record(z.string(), z.json());
const every = z.int().min(1).max(44_640).nullable();
const inputSchema = z.object({
  key: keySchema,
  name: z.string().trim().min(1).max(200),
  mapping: z.union([z.string().min(1).max(100), jsonObject]),
  everyMinutes: every,
});

/**
 * A configured source, as it was sent; its plugin's settings are checked elsewhere.
 *
 * Throws  ZodError, INGEST_MAPPING_INVALID
 */
export function parsePullSource(input: unknown): z.output<typeof inputSchema> {
  const fields = parseShape(inputSchema, input);
  if (typeof fields.mapping !== 'string') mappingFromData(fields.mapping);
  return fields;
}

/** Minutes between pulls, as they were sent; null for none. Throws  ZodError */
export const parseEvery = (minutes: unknown): number | null => parseShape(every, minutes);
