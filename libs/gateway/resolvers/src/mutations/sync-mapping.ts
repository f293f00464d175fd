import { z } from 'zod';
import { parseShape } from '@kohort/kernel-contracts';

const schema = z.object({ mapping: z.record(z.string().max(200), z.string().max(500)) });

/** Which fields a destination is sent, as it was asked for. Throws  ZodError */
export const parseSyncMapping = (mapping: unknown): Readonly<Record<string, string>> =>
  parseShape(schema, { mapping }).mapping;
