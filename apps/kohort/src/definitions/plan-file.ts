import { z } from 'zod';
import { FEATURE_FIELDS, featureDefinitionSchema, type FeaturePlan } from '@kohort/features-domain';
import type { JsonObject } from '@kohort/kernel-contracts';
import { parseRule, PLAN_FIELDS, segmentDefinition, type SegmentPlan, type SegmentStep } from '@kohort/segments-domain';
import { isAppError } from '@kohort/kernel-errors';
import { readText } from '../files/read-bytes';
import { KOHORT_VERSION } from '../version';
import { definitionErrors } from './definition-errors';
import type { CountedPlan } from './make-plan';
import { MODEL_FIELDS, modelFileSchema, type ModelDefinition } from './model-file';
import type { ModelPlan } from './plan-models';

const definitionSchema = z
  .strictObject({
    key: z.string(),
    kind: z.enum(['rule', 'cluster', 'predictive']),
    label: z.string(),
    description: z.string(),
    tags: z.array(z.string()),
    purpose: z.string().nullable(),
    /** Absent in plans of before it was kept in files. */
    refreshMinutes: z.number().int().nullable().default(null),
    isDraft: z.boolean(),
    rule: z.record(z.string(), z.unknown()),
  })
  .transform(({ rule, ...words }) => {
    parseRule(rule);
    // parseRule has looked at every part: the whole is plain JSON.
    return segmentDefinition(words, rule as JsonObject);
  });

const traitPlanSchema = z.looseObject({
  version: z.number().int(),
  onlyThere: z.array(z.string()),
  steps: z.array(
    z.looseObject({
      action: z.enum(['create', 'change', 'remove', 'unchanged']),
      key: z.string(),
      before: featureDefinitionSchema.nullable(),
      desired: featureDefinitionSchema.nullable(),
      fields: z.array(z.enum(FEATURE_FIELDS)),
    }),
  ),
});

const modelSchema = modelFileSchema.transform(({ model: key, ...rest }): ModelDefinition => ({ key, ...rest }));

const modelPlanSchema = z.looseObject({
  onlyThere: z.array(z.string()),
  steps: z.array(
    z.looseObject({
      action: z.enum(['create', 'change', 'unchanged']),
      key: z.string(),
      before: modelSchema.nullable(),
      desired: modelSchema,
      fields: z.array(z.enum(MODEL_FIELDS)),
    }),
  ),
});

const planSchema = z.looseObject({
  command: z.literal('plan'),
  fingerprint: z.string(),
  onlyThere: z.array(z.string()),
  /** Absent in plans of before traits were part of them. */
  traits: traitPlanSchema.default({ version: 0, onlyThere: [], steps: [] }),
  /** Absent in plans of before models were part of them. */
  models: modelPlanSchema.default({ onlyThere: [], steps: [] }),
  steps: z.array(
    z.looseObject({
      action: z.enum(['create', 'change', 'archive', 'unchanged']),
      key: z.string(),
      before: definitionSchema.nullable(),
      desired: definitionSchema.nullable(),
      fields: z.array(z.enum(PLAN_FIELDS)),
      latestVersion: z.number().int().nullable(),
    }),
  ),
});

/** How many steps of a plan do what. */
export function planTotals(steps: readonly SegmentStep[]): Readonly<Record<SegmentStep['action'], number>> {
  const totals = { create: 0, change: 0, archive: 0, unchanged: 0 };
  for (const { action } of steps) totals[action] += 1;
  return totals;
}

const definitionJson = (one: SegmentStep['before']): object | null => {
  if (one === null) return null;
  const { key, kind, label, description, tags, purpose, refreshMinutes, isDraft, rule } = one;
  return { key, kind, label, description, tags, purpose, refreshMinutes, isDraft, rule };
};

const modelJson = (one: ModelDefinition | null): object | null => {
  if (one === null) return null;
  const { key: model, ...rest } = one;
  return { model, ...rest };
};

/** The plan as one JSON object, as `--json` prints it and `apply --plan` reads it. */
export function planJson(plan: CountedPlan, params: object): object {
  const { steps, onlyThere, fingerprint, counts, traits, models } = plan;
  return {
    command: 'plan',
    version: KOHORT_VERSION,
    params,
    fingerprint,
    totals: planTotals(steps),
    onlyThere,
    traits: {
      version: traits.version,
      onlyThere: traits.onlyThere,
      steps: traits.steps.map((step) => ({ ...step, people: traits.counts.get(step.key) ?? null })),
    },
    models: {
      onlyThere: models.onlyThere,
      steps: models.steps.map(({ before, desired, ...step }) => ({
        ...step,
        before: modelJson(before),
        desired: modelJson(desired),
      })),
    },
    steps: steps.map(({ action, key, before, desired, fields, latestVersion }) => ({
      action,
      key,
      fields,
      members: counts.get(key) ?? null,
      latestVersion,
      before: definitionJson(before),
      desired: definitionJson(desired),
    })),
  };
}

/** A plan as a file keeps it. */
export type ReadPlan = SegmentPlan & { readonly traits: FeaturePlan; readonly models: ModelPlan };

/**
 * Reads a plan that `kohort plan --out` wrote.
 *
 * Throws  PLAN_INVALID, FILE_NOT_FOUND, FILE_UNREADABLE
 */
export async function readPlan(file: string): Promise<ReadPlan> {
  const text = await readText(file);
  const invalid = (reason: string, cause: unknown) => definitionErrors.PLAN_INVALID({ file, reason }, { cause });
  try {
    const parsed = planSchema.safeParse(JSON.parse(text));
    if (parsed.success) return parsed.data;
    const [issue] = parsed.error.issues;
    throw invalid(`${issue?.path.map(String).join('.') ?? ''}: ${issue?.message ?? ''}`, parsed.error);
  } catch (thrown) {
    if (thrown instanceof SyntaxError || (isAppError(thrown) && thrown.code.startsWith('SEGMENTS_')))
      throw invalid(thrown.message, thrown);
    throw thrown;
  }
}
