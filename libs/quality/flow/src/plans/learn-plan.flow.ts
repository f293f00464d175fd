import { z } from 'zod';
import type { Json, JsonObject, RunContext, RunParams, TrackingStore } from '@kohort/kernel-contracts';
import { PlanLearner, diffPlans, planFromData, planSchema } from '@kohort/quality-domain';

const DEFAULT_SAMPLE = 20_000;
const jsonObject: z.ZodType<JsonObject> = z.record(z.string(), z.json());
const json: z.ZodType<Json> = z.json();

/** Plain JSON of a value: absent members go. */
const parsePlain = (value: unknown): Json => json.parse(JSON.parse(JSON.stringify(value)));

/**
 * Learns a plan from the newest stored events of a source and keeps it as a draft, with what it rests on and what it
 * changes against the version before. Nothing changes at the door: a draft is in force when somebody approves it.
 *
 * Promise   at least once; the draft's id is the run's
 * Key       run id
 * Size      20,000 events when not asked otherwise; memory by kinds of event, not by events
 * Throws    PLAN_NOTHING_TO_LEARN
 */
export async function learnPlanFlow(
  deps: { readonly store: TrackingStore },
  context: RunContext,
  params: RunParams<'tracking.learn'>,
): Promise<Json> {
  const { workspaceId, runId } = context.fence;
  const sourceId = params.sourceId ?? null;
  const limit = params.sample ?? DEFAULT_SAMPLE;
  const learner = new PlanLearner();
  let read = 0;
  for await (const events of deps.store.sample(workspaceId, { sourceId, limit })) {
    context.signal.throwIfAborted();
    for (const event of events) learner.add(event);
    read += events.length;
    context.onProgress({ phase: 'reading events', done: read, total: limit });
  }
  const { plan, evidence, leftOut } = learner.propose({
    ...(params.name === undefined ? {} : { name: params.name }),
    ...(params.tolerance === undefined ? {} : { tolerance: params.tolerance }),
  });
  const before = await deps.store.latest(workspaceId, sourceId);
  const isAgain = before?.id === runId;
  const changes = diffPlans(before && !isAgain ? planSchema.parse(before.document) : null, plan);
  const document = jsonObject.parse(parsePlain(planFromData(parsePlain(plan))));
  const record = await deps.store.draft(workspaceId, {
    id: runId,
    sourceId,
    origin: 'learned',
    document,
    evidence: parsePlain({ sampled: read, leftOut, events: evidence, changes }),
    createdBy: params.askedBy,
  });
  return {
    planId: record.id,
    version: record.version,
    sampled: read,
    events: evidence.length,
    changes: changes.length,
  };
}
