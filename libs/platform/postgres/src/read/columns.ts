import { z } from 'zod';
import type { Json, JsonObject } from '@kohort/kernel-contracts';

const json: z.ZodType<Json> = z.json();
const jsonObject: z.ZodType<JsonObject> = z.record(z.string(), z.json());

/** timestamptz → epoch milliseconds. */
export function ms(value: Date): number {
  return value.getTime();
}

/** The same where the column may be empty. */
export function msOrNull(value: Date | null): number | null {
  return value === null ? null : value.getTime();
}

/** jsonb → JSON value; an absent one is null. */
export function jsonOf(value: unknown): Json {
  return value === undefined ? null : json.parse(value);
}

/** jsonb → JSON object; anything else is null. */
export function jsonObjectOf(value: unknown): JsonObject | null {
  const parsed = jsonObject.safeParse(value);
  return parsed.success ? parsed.data : null;
}
