import { z } from 'zod';
import {
  editFeatureSet,
  featureChangeStatement,
  featurePopulation,
  featuresErrors,
  isSameFeatureSet,
  type FeatureDefinition,
  type FeatureEdit,
  type OrderMapping,
} from '@kohort/features-domain';
import type { ColumnLoader, ColumnStore, FeatureStore, Json, JobControl, WorkspaceId } from '@kohort/kernel-contracts';
import { workspaceFeatures, type WorkspaceFeatures } from './workspace-features';

const jsonOf = (definitions: readonly FeatureDefinition[]): Json =>
  z.json().parse(
    definitions.map(({ key, label, unit, formula, live }) => ({
      key,
      label,
      unit,
      formula,
      ...(live ? { live } : {}),
    })),
  );

/**
 * Makes a new version of a workspace's set. An edit that is done already makes none: it may be asked for again.
 *
 * Throws  FEATURES_SET_MOVED when another version than `afterVersion` is the latest; what `editFeatureSet` throws
 */
export async function editFeatures(
  store: Pick<FeatureStore, 'set' | 'addSet'>,
  workspaceId: WorkspaceId,
  edit: FeatureEdit & { readonly afterVersion: number },
): Promise<WorkspaceFeatures> {
  const latest = await store.set(workspaceId, null);
  const standing = await workspaceFeatures(store, workspaceId);
  // What is gone already need not go: an edit may be repeated.
  const remove = edit.remove.filter((key) => standing.definitions.some((one) => one.key === key));
  const definitions = editFeatureSet(standing.definitions, { set: edit.set, remove });
  if (isSameFeatureSet(definitions, standing.definitions)) return standing;
  const moved = (version: number) => featuresErrors.FEATURES_SET_MOVED({ version });
  if (standing.version !== edit.afterVersion) throw moved(standing.version);
  const added = await store.addSet(workspaceId, latest?.version ?? null, jsonOf(definitions));
  if (added === null) throw moved((await workspaceFeatures(store, workspaceId)).version);
  return { version: added.version, definitions };
}

/** What a trait would do: of the people that it is computed for, who has a value, and whose value is another. */
export interface FeaturePreview {
  readonly people: number;
  readonly known: number;
  readonly changed: number;
}

/** What a preview is counted on. */
export interface FeaturePreviewPorts {
  readonly columns: ColumnStore;
  readonly loader: ColumnLoader;
  readonly features: Pick<FeatureStore, 'set' | 'timeZone'>;
  readonly orders?: OrderMapping;
}

const countsSchema = z.object({ people: z.coerce.number(), known: z.coerce.number(), changed: z.coerce.number() });

/**
 * Counts what a trait would do as of an instant, against the one of the same key that the workspace computes now.
 *
 * Cost    one pass over the workspace's events
 */
export async function previewFeature(
  ports: FeaturePreviewPorts,
  asked: { readonly workspaceId: WorkspaceId; readonly asOf: number; readonly definition: FeatureDefinition },
  control: JobControl,
): Promise<FeaturePreview> {
  const { workspaceId, asOf, definition } = asked;
  await ports.loader.load(workspaceId, control);
  const standing = await workspaceFeatures(ports.features, workspaceId);
  const before = standing.definitions.find(({ key }) => key === definition.key) ?? null;
  const timeZone = await ports.features.timeZone(workspaceId);
  const orders = ports.orders ? { orders: ports.orders } : {};
  const population = featurePopulation([...standing.definitions, definition]);
  const request = { workspaceId, asOf, timeZone, before, after: definition, population, ...orders };
  const { sql, params } = featureChangeStatement(request);
  const [counts] = await ports.columns.query(sql, params, (row) => countsSchema.parse(row));
  return counts ?? { people: 0, known: 0, changed: 0 };
}
