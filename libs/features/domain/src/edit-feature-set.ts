import { z } from 'zod';
import { keySchema } from '@kohort/kernel-contracts';
import { featuresErrors } from './errors';
import type { FeatureDefinition } from './feature-definition';
import { featureFormulaSchema } from './feature-definition.schema';
import { FEATURE_SET_VERSION, featureSet } from './feature-set';
import { isTextFeature } from './feature-statement';
import { isTextsFeature } from './texts/texts-formula';

/** Traits of a set: models and pages read all of them. */
export const MOST_FEATURES = 100;

/** A computed trait as files and the API give it. */
export const featureDefinitionSchema: z.ZodType<FeatureDefinition> = z.strictObject({
  key: keySchema,
  label: z.string().trim().min(1).max(200),
  unit: z.string().min(1).max(100),
  formula: featureFormulaSchema,
  live: z.boolean().optional(),
});

const storedSchema = z.array(featureDefinitionSchema);

/** What is to be made of a set: traits that come or change, and keys that go. */
export interface FeatureEdit {
  readonly set: readonly FeatureDefinition[];
  readonly remove: readonly string[];
}

/** What of a trait may change; its key never does. */
export const FEATURE_FIELDS = ['label', 'unit', 'formula', 'live'] as const;
export type FeatureField = (typeof FEATURE_FIELDS)[number];

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, one]) => [key, sorted(one)]));
}

const same = (a: unknown, b: unknown): boolean => JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));

/** The fields in which two traits differ. */
export function differingFeatureFields(a: FeatureDefinition, b: FeatureDefinition): readonly FeatureField[] {
  // A trait that says nothing of it is not live.
  return FEATURE_FIELDS.filter((field) => !same(a[field] ?? false, b[field] ?? false));
}

/** Whether two sets hold the same traits in the same order. */
export function isSameFeatureSet(a: readonly FeatureDefinition[], b: readonly FeatureDefinition[]): boolean {
  return (
    a.length === b.length &&
    a.every((one, i) => {
      const other = b[i];
      return other !== undefined && one.key === other.key && differingFeatureFields(one, other).length === 0;
    })
  );
}

/** Whether a trait is built in: its label, unit and formula may change, it does not go. */
export const isBuiltInFeature = (key: string): boolean =>
  featureSet(FEATURE_SET_VERSION).some((feature) => feature.key === key);

/**
 * A set after an edit: what is there keeps its place, what is new comes behind it in the order given.
 *
 * Throws  FEATURES_BUILT_IN, FEATURES_BUILT_IN_NUMBER, FEATURES_UNKNOWN for a key that is to go and is not there,
 *         FEATURES_SET_TOO_LARGE, FEATURES_KEY_TWICE
 */
export function editFeatureSet(
  standing: readonly FeatureDefinition[],
  edit: FeatureEdit,
): readonly FeatureDefinition[] {
  const wanted = new Map<string, FeatureDefinition>();
  for (const feature of edit.set) {
    if (wanted.has(feature.key)) throw featuresErrors.FEATURES_KEY_TWICE({ key: feature.key });
    // Figures of the product are made of them.
    if ((isTextFeature(feature) || isTextsFeature(feature)) && isBuiltInFeature(feature.key)) {
      throw featuresErrors.FEATURES_BUILT_IN_NUMBER({ key: feature.key });
    }
    wanted.set(feature.key, feature);
  }
  for (const key of edit.remove) {
    if (isBuiltInFeature(key)) throw featuresErrors.FEATURES_BUILT_IN({ key });
    if (wanted.has(key)) throw featuresErrors.FEATURES_KEY_TWICE({ key });
    if (!standing.some((feature) => feature.key === key)) {
      throw featuresErrors.FEATURES_UNKNOWN({ key, known: standing.map((one) => one.key).join(', ') });
    }
  }
  const kept = standing.filter(({ key }) => !edit.remove.includes(key)).map((one) => wanted.get(one.key) ?? one);
  const fresh = [...wanted.values()].filter(({ key }) => !kept.some((one) => one.key === key));
  const all = [...kept, ...fresh];
  if (all.length > MOST_FEATURES) throw featuresErrors.FEATURES_SET_TOO_LARGE({ limit: MOST_FEATURES });
  return all;
}

/**
 * The set of a record: the built-in one of that version, or a workspace's own.
 *
 * Throws  FEATURES_VERSION_UNKNOWN when there is none, or its definitions are none of this release
 */
export function readFeatureSet(version: number, definitions: unknown): readonly FeatureDefinition[] {
  if (definitions === null) return featureSet(version);
  const parsed = storedSchema.safeParse(definitions);
  if (!parsed.success) throw featuresErrors.FEATURES_VERSION_UNKNOWN({ version }, { cause: parsed.error });
  return parsed.data;
}
