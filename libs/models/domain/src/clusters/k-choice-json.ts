import { z } from 'zod';
import type { Json } from '@kohort/kernel-contracts';
import type { KChoice } from '@kohort/ml-clustering';

const whole = z.number().int().nonnegative();
const schema = z.object({
  k: whole,
  table: z.array(
    z.object({
      k: whole,
      inertia: z.number(),
      silhouette: z.number(),
      stability: z.number(),
      weakestJaccard: z.number(),
      sizes: z.array(whole),
    }),
  ),
  reasons: z.array(z.string()),
  warnings: z.array(z.object({ code: z.enum(['UNCLUSTERED', 'UNSTABLE']), message: z.string() })),
  structurelessSilhouette: z.number(),
  rowsSwept: whole,
});

/** A choice of k as JSON: the checkpoint of a run. */
export function kChoiceToJson({ table, reasons, warnings, ...rest }: KChoice): Json {
  return {
    ...rest,
    table: table.map(({ sizes, ...score }) => ({ ...score, sizes: [...sizes] })),
    reasons: [...reasons],
    warnings: warnings.map(({ code, message }) => ({ code, message })),
  };
}

/** The choice that a checkpoint holds; null for anything else: it is then made again. */
export function kChoiceFromJson(json: unknown): KChoice | null {
  return schema.safeParse(json).data ?? null;
}
