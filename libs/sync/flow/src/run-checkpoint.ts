import { z } from 'zod';
import { EMPTY_FUNNEL, type Funnel } from '@kohort/sync-domain';
import { profileIdSchema, type Json, type JsonObject } from '@kohort/kernel-contracts';

const count = z.int().min(0);
const funnelSchema = z.object({
  segment: count,
  identified: count,
  valid: count,
  consented: count.nullable(),
  sent: count,
  accepted: count,
  matched: count.nullable(),
  adds: count,
  removes: count,
  rejected: count,
  retry: count,
  unknown: count,
  requests: count,
  reasons: z.record(z.string(), count),
});

const checkpointSchema = z.object({
  /** Refused and parked rows have been given another try. */
  reopened: z.boolean(),
  /** The whole segment has been compared with the ledger, up to this profile while under way. */
  compared: z.boolean(),
  comparedAfter: profileIdSchema.nullable(),
  /** The guard has let the run pass. */
  guarded: z.boolean(),
  startedAt: z.number(),
  /** Pages committed. */
  sequence: count,
  funnel: funnelSchema,
});

/** Where a run stands; written with every page, so that a new start goes on from there. */
export type RunCheckpoint = z.output<typeof checkpointSchema>;

/** What a run wrote down, or the beginning. */
export function readCheckpoint(value: Json, now: number): RunCheckpoint {
  const read = checkpointSchema.safeParse(value);
  if (read.success) return read.data;
  return {
    reopened: false,
    compared: false,
    comparedAfter: null,
    guarded: false,
    startedAt: now,
    sequence: 0,
    funnel: { ...EMPTY_FUNNEL, reasons: {} },
  };
}

/** A funnel as it is stored and shown. */
export function funnelJson(funnel: Funnel): JsonObject {
  return { ...funnel, reasons: { ...funnel.reasons } };
}

/** A checkpoint as it is stored. */
export function checkpointJson(checkpoint: RunCheckpoint): JsonObject {
  return { ...checkpoint, funnel: funnelJson(checkpoint.funnel) };
}
