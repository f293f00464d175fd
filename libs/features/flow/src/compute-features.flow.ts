import { featureStatement, type OrderMapping } from '@kohort/features-domain';
import type {
  ColumnLoader,
  ColumnStore,
  FeatureRow,
  FeatureStore,
  Json,
  ProfileMatrix,
  RunContext,
  RunParams,
} from '@kohort/kernel-contracts';
import { workspaceFeatures } from './workspace-features';

/** What computing features needs of the world. */
export interface ComputeFeaturesPorts {
  readonly columns: ColumnStore;
  readonly loader: ColumnLoader;
  readonly features: FeatureStore;
  /** Which event an order is; Segment's spec when absent. */
  readonly orders?: OrderMapping;
}

/** The run's parameters, and the definitions: the current ones when absent. */
export type ComputeFeaturesParams = RunParams<'features.compute'> & { readonly definitionVersion?: number };

const PAGE = 5_000;

function rowAt(matrix: ProfileMatrix, keys: readonly string[], row: number): FeatureRow | undefined {
  const profileId = matrix.profileIds[row];
  if (profileId === undefined) return undefined;
  const values: Record<string, number | null> = {};
  keys.forEach((key, col) => {
    const value = matrix.matrix[row * matrix.cols + col] ?? NaN;
    // JSON has no NaN; missing is missing.
    values[key] = Number.isNaN(value) ? null : value;
  });
  return { profileId, values };
}

/**
 * Computes the features of everybody with an order up to `asOf`, in one pass on the column store, and keeps them.
 *
 * Promise  at least once
 * Key      profile + definition version: a repeat overwrites with the same values
 * Order    load what is committed → one statement → pages of rows, each a transaction under the run's fence
 * Resume   from the start; the statement is the work, the rows are quick
 * Size     5,000 rows a transaction; people × features of doubles in memory
 * Throws   FEATURES_VERSION_UNKNOWN, COLUMNS_TOO_HEAVY; what the signal says
 */
export async function computeFeaturesFlow(
  ports: ComputeFeaturesPorts,
  context: RunContext,
  params: ComputeFeaturesParams,
): Promise<Json> {
  const { workspaceId } = context.run;
  const { version: definitionVersion, definitions } = await workspaceFeatures(ports.features, workspaceId, {
    version: params.definitionVersion,
  });
  const keys = definitions.map(({ key }) => key);
  const asOf = Date.parse(params.asOf);
  await ports.loader.load(workspaceId, context);

  context.onProgress({ phase: 'computing features', done: 0, total: 1 });
  const timeZone = await ports.features.timeZone(workspaceId);
  const orders = ports.orders ? { orders: ports.orders } : {};
  const statement = featureStatement({ workspaceId, asOf, timeZone, definitions, ...orders });
  const matrix = await ports.columns.matrix(statement, context);

  let written = 0;
  for (let from = 0; from < matrix.rows; from += PAGE) {
    context.signal.throwIfAborted();
    context.onProgress({ phase: 'writing features', done: from, total: matrix.rows });
    const page = Array.from({ length: Math.min(PAGE, matrix.rows - from) }, (_, i) => rowAt(matrix, keys, from + i));
    const rows = page.filter((row) => row !== undefined);
    written += await ports.features.save(context.fence, { definitionVersion, asOf }, rows);
  }
  context.onProgress({ phase: 'writing features', done: matrix.rows, total: matrix.rows });
  return { definitionVersion, asOf: params.asOf, profiles: written, features: keys.length };
}
