import { readShape } from '@kohort/kernel-contracts';
import { z } from 'zod';
import { BASES, WEEK_HOURS } from './season';
import type { VolumeBaseline } from './volume-baseline';

const perSlot = z.array(z.number().min(0)).length(WEEK_HOURS);
const schema: z.ZodType<VolumeBaseline> = z.object({
  zone: z.string().max(64),
  basis: z.enum(BASES),
  levels: perSlot,
  rates: perSlot,
  seen: perSlot,
  dispersion: z.number().min(0),
  trend: z.number().min(0),
  silence: z.number().positive(),
  hours: z.number(),
  events: z.number(),
});

/** A kept baseline; null when it is not of this release: the next whole hour makes it anew. */
export function parseBaseline(data: unknown): VolumeBaseline | null {
  const parsed = readShape(schema, data);
  return parsed.success ? parsed.data : null;
}
