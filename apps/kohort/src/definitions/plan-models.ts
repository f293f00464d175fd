import { differingModelFields, type ModelDefinition, type ModelField } from './model-file';
import type { WorkspaceModel } from './workspace-models';

/** One clustering to fit, fit otherwise, or leave. `before` is null for what is new, or what nobody knows any more. */
export interface ModelStep {
  readonly action: 'create' | 'change' | 'unchanged';
  readonly key: string;
  readonly before: ModelDefinition | null;
  readonly desired: ModelDefinition;
  readonly fields: readonly ModelField[];
}

/** What has to be done so that the clusterings of a workspace are as files say. */
export interface ModelPlan {
  readonly steps: readonly ModelStep[];
  /** Keys that no file has: they are left alone. */
  readonly onlyThere: readonly string[];
}

/** Holds files of clusterings against those of a workspace. None is ever removed. */
export function planModels(wanted: readonly ModelDefinition[], standing: readonly WorkspaceModel[]): ModelPlan {
  const there = new Map(standing.map((one) => [one.key, one.definition]));
  const inFiles = new Set(wanted.map(({ key }) => key));
  return {
    steps: wanted.map((desired): ModelStep => {
      const { key } = desired;
      const before = there.get(key) ?? null;
      if (before === null) return { action: there.has(key) ? 'change' : 'create', key, before, desired, fields: [] };
      const fields = differingModelFields(before, desired);
      return { action: fields.length === 0 ? 'unchanged' : 'change', key, before, desired, fields };
    }),
    // A folder without any file of a clustering is about other things.
    onlyThere: wanted.length === 0 ? [] : standing.flatMap(({ key }) => (inFiles.has(key) ? [] : [key])),
  };
}
