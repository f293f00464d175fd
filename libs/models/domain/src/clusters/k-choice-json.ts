import { z } from 'zod';
import type { Json } from '@kohort/kernel-contracts';
import type { KChoice, KScore } from '@kohort/ml-clustering';

const whole = z.number().int().nonnegative();
const scoreSchema = z.object({
  k: whole,
  inertia: z.number(),
  silhouette: z.number(),
  stability: z.number(),
  weakestJaccard: z.number(),
  sizes: z.array(whole),
});
const schema = z.object({
  k: whole,
  table: z.array(scoreSchema),
  reasons: z.array(z.string()),
  warnings: z.array(z.object({ code: z.enum(['UNCLUSTERED', 'UNSTABLE']), message: z.string() })),
  structurelessSilhouette: z.number(),
  rowsSwept: whole,
});

/** What is known of one k as JSON: what a run keeps of a choice that is still being made. */
export function kScoreToJson({ sizes, ...score }: KScore): Json {
  return { ...score, sizes: [...sizes] };
}

/** What a checkpoint holds of a choice; none of anything else: it is then made from the start. */
export function kScoresFromJson(json: unknown): readonly KScore[] {
  return z.array(scoreSchema).safeParse(json).data ?? [];
}

/** A choice of k as JSON: the checkpoint of a run. */
export function kChoiceToJson({ table, reasons, warnings, ...rest }: KChoice): Json {
  return {
    ...rest,
    table: table.map(kScoreToJson),
    reasons: [...reasons],
    warnings: warnings.map(({ code, message }) => ({ code, message })),
  };
}

/** The choice that a checkpoint holds; null for anything else: it is then made again. */
export function kChoiceFromJson(json: unknown): KChoice | null {
  return schema.safeParse(json).data ?? null;
}
