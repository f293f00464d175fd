import {
  featurePopulation,
  featureStatement,
  isTextFeature,
  isTextsFeature,
  type OrderMapping,
} from '@kohort/features-domain';
import type {
  ColumnLoader,
  ColumnStore,
  FeatureRow,
  FeatureSetPoint,
  FeatureStatisticsStore,
  FeatureStore,
  Json,
  LiveTraitStore,
  ProfileId,
  RunContext,
  RunParams,
  WorkspaceId,
} from '@kohort/kernel-contracts';
import { featureRowAt, keepStatistics } from './computed-features';
import { liveOf } from './live-traits';
import { readTextColumns } from './text-columns';
import { readEverybodysTexts, type LoadTextReader } from './text-reading';
import { workspaceFeatures } from './workspace-features';

/** What computing features needs of the world. */
export interface ComputeFeaturesPorts {
  readonly columns: ColumnStore;
  readonly loader: ColumnLoader;
  readonly features: FeatureStore;
  readonly statistics: Pick<FeatureStatisticsStore, 'save' | 'earliest'>;
  /** Where traits that rules use are kept, and what is to be done for those whose traits changed. */
  readonly live: {
    readonly store: Pick<LiveTraitStore, 'write'>;
    readonly changed: (workspaceId: WorkspaceId, ids: readonly ProfileId[], signal: AbortSignal) => Promise<void>;
  };
  /** Reads texts; traits that are read out of them are missing when absent. */
  readonly texts?: LoadTextReader;
  /** Lets others have their turn, while texts are read. */
  readonly rest?: () => Promise<void>;
  /** Which event an order is; Segment's spec when absent. */
  readonly orders?: OrderMapping;
}

/** The run's parameters, and the definitions: the current ones when absent. */
export type ComputeFeaturesParams = RunParams<'features.compute'> & { readonly definitionVersion?: number };

const PAGE = 5_000;

interface LivePage {
  readonly rows: readonly FeatureRow[];
  readonly keys: readonly string[];
  readonly point: FeatureSetPoint;
}

/** Keeps those of the values that are live, and has the rules of those asked whose value changed. */
async function writeLive({ live }: ComputeFeaturesPorts, context: RunContext, page: LivePage): Promise<void> {
  if (page.keys.length === 0) return;
  const rows = page.rows.map(({ profileId, values }) => ({
    profileId,
    values: Object.fromEntries(page.keys.map((key) => [key, values[key] ?? null])),
  }));
  const changed = await live.store.write(context.fence, page.point, rows);
  if (changed.length > 0) await live.changed(context.run.workspaceId, changed, context.signal);
}

/**
 * Computes the features of everybody with an order up to `asOf`, or with any event where a feature looks at others, in one
 * pass on the column store, and keeps them. Features that are texts are a second pass; those that are read out of texts are
 * read person by person.
 *
 * Promise  at least once
 * Key      profile + definition version: a repeat overwrites with the same values
 * Order    load what is committed → one statement → pages of rows, each a transaction under the run's fence, with those
 *          that are live, and the rules of those whose live traits changed → what the
 *          values are like, and what formulas are told of everybody
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
  const computable = definitions.filter((one) => !isTextsFeature(one));
  const [numbers, texts] = [computable.filter((one) => !isTextFeature(one)), computable.filter(isTextFeature)];
  const asOf = Date.parse(params.asOf);
  await ports.loader.load(workspaceId, context);

  context.onProgress({ phase: 'computing features', done: 0, total: 1 });
  const timeZone = await ports.features.timeZone(workspaceId);
  const orders = ports.orders ? { orders: ports.orders } : {};
  const request = { workspaceId, asOf, timeZone, population: featurePopulation(definitions), ...orders };
  const matrix = await ports.columns.matrix(
    featureStatement({ ...request, definitions: numbers, withFigures: true }),
    context,
  );
  const textOf = await readTextColumns(ports.columns, { ...request, definitions: texts }, context);
  const said = await readEverybodysTexts(ports, { workspaceId, asOf, timeZone, definitions }, context);
  const computed = { matrix, numbers, texts, textOf, said };

  const live = liveOf(definitions).map(({ key }) => key);
  let written = 0;
  for (let from = 0; from < matrix.rows; from += PAGE) {
    context.signal.throwIfAborted();
    context.onProgress({ phase: 'writing features', done: from, total: matrix.rows });
    const page = Array.from({ length: Math.min(PAGE, matrix.rows - from) }, (_, i) => featureRowAt(computed, from + i));
    const rows = page.filter((row) => row !== undefined);
    written += await ports.features.save(context.fence, { definitionVersion, asOf }, rows);
    await writeLive(ports, context, { rows, keys: live, point: { definitionVersion, asOf } });
  }
  await keepStatistics(ports, context, { computed, point: { definitionVersion, asOf } });
  context.onProgress({ phase: 'writing features', done: matrix.rows, total: matrix.rows });
  return { definitionVersion, asOf: params.asOf, profiles: written, features: definitions.length };
}
