import { differingFeatureFields, isBuiltInFeature, type FeatureField } from './edit-feature-set';
import type { FeatureDefinition } from './feature-definition';

/** One trait to make, change or remove, or nothing. `before` is null for what is new, `desired` for what goes. */
export interface FeatureStep {
  readonly action: 'create' | 'change' | 'remove' | 'unchanged';
  readonly key: string;
  readonly before: FeatureDefinition | null;
  readonly desired: FeatureDefinition | null;
  readonly fields: readonly FeatureField[];
}

/** What has to be done so that the computed traits of a workspace are as files say. */
export interface FeaturePlan {
  /** The version of the set that it was made for. */
  readonly version: number;
  readonly steps: readonly FeatureStep[];
  /** Keys of a workspace's own traits that no file has and that are left alone. */
  readonly onlyThere: readonly string[];
}

/**
 * Holds traits of files against the set of a workspace. With `prune` its own traits that no file has go; those that are
 * built in stay, with a file or without.
 */
export function planFeatures(
  wanted: readonly FeatureDefinition[],
  standing: { readonly version: number; readonly definitions: readonly FeatureDefinition[] },
  options: { readonly prune: boolean },
): FeaturePlan {
  const { version, definitions } = standing;
  const there = new Map(definitions.map((one) => [one.key, one]));
  const inFiles = new Set(wanted.map(({ key }) => key));
  const own = definitions.filter(({ key }) => !inFiles.has(key) && !isBuiltInFeature(key));
  const steps = wanted.map((desired): FeatureStep => {
    const before = there.get(desired.key) ?? null;
    if (before === null) return { action: 'create', key: desired.key, before, desired, fields: [] };
    const fields = differingFeatureFields(before, desired);
    return { action: fields.length === 0 ? 'unchanged' : 'change', key: desired.key, before, desired, fields };
  });
  const going = own.map((before): FeatureStep => {
    return { action: 'remove', key: before.key, before, desired: null, fields: [] };
  });
  return {
    version,
    steps: options.prune ? [...steps, ...going] : steps,
    onlyThere: options.prune ? [] : own.map(({ key }) => key),
  };
}
