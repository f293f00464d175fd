import { seededRandom } from '@kohort/kernel-clock-random';
import { applyScaling, fitScaling, type ScalingMode } from '@kohort/ml-clustering';
import type { ComputeControl } from '@kohort/ml-core';
import {
  PROJECTION_METHODS,
  project,
  projectionDefaults,
  type LayoutEngine,
  type Projection,
  type ProjectionMethod,
} from '@kohort/ml-projection';
import { clusterErrors } from '../clusters/cluster-errors';
import {
  checkCsvShape,
  csvColumnAt,
  readCsvFeatures,
  readCsvIds,
  type ClusterCsvTable,
} from '../clusters/csv-features';
import { foundCsvFeatures } from '../clusters/found-csv-features';

/** The settings of `kohort project`. */
export interface ProjectCommandParams {
  readonly method: ProjectionMethod;
  /** Column that names the row; row numbers from 1 when left out. */
  readonly id?: string;
  /** Numeric columns; when left out every column that holds numbers alone, but for the id's and the colour's. */
  readonly features?: readonly string[];
  /** Column that colours the points. */
  readonly color?: string;
  /** Default auto: distances by the shape of each column. */
  readonly scale?: ScalingMode;
  /** Default 1. */
  readonly seed?: number;
  readonly perplexity?: number;
  readonly neighbours?: number;
  /** Rows t-SNE and UMAP lay out at most. */
  readonly mostFitted?: number;
}

/** What the file command answers. */
export interface ProjectCommandResult {
  /** `id,x,y`, and the colour's column where one is named; one line per input row in input order. */
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly ids: readonly string[];
  /** The colour's cell of each row; null without a column. */
  readonly colors: readonly string[] | null;
  readonly seed: number;
  readonly input: { readonly rows: number; readonly columns: number };
  readonly params: object;
  readonly metrics: {
    readonly method: ProjectionMethod;
    readonly trustworthiness: number;
    readonly judged: 'exact' | 'sampled';
    readonly judgedRows: number;
    readonly laidOutRows: number;
    readonly explainedShare: readonly number[] | null;
    readonly divergence: number | null;
  };
  readonly warnings: readonly string[];
  readonly projection: Projection;
}

/** Pictures below this are not to be read. */
const LEAST_TRUST = 0.7;

function paramsOf({ method, perplexity, neighbours, mostFitted }: ProjectCommandParams) {
  const { tsne, umap, mostFitted: most } = projectionDefaults;
  return {
    method,
    mostFitted: mostFitted ?? most,
    tsne: { ...tsne, perplexity: perplexity ?? tsne.perplexity },
    umap: { ...umap, neighbours: neighbours ?? umap.neighbours },
  };
}

/**
 * Lays the rows of a CSV table out on a plane: the pure part of `kohort project`.
 *
 * Shape   one output row per input row, in input order
 * Units   see `project` of `@kohort/ml-projection`; features are scaled first, by `scale`
 * Throws  kind invalid-input: CLUSTERS_BAD_PARAMETER, _TABLE_EMPTY, _COLUMN_MISSING, _COLUMN_REPEATED, _ROW_WIDTH,
 *         _NOT_A_NUMBER, _ID_EMPTY, _ID_REPEATED, ML_PARAM; kind unsuitable-data: ML_TOO_FEW_ROWS (under 4 rows, or all
 *         columns constant); ML_CANCELLED
 */
export async function runProjectCommand(
  table: ClusterCsvTable,
  params: ProjectCommandParams,
  control: ComputeControl & { readonly umap?: LayoutEngine } = {},
): Promise<ProjectCommandResult> {
  const { method, scale = 'auto', seed = 1 } = params;
  if (!PROJECTION_METHODS.includes(method)) {
    throw clusterErrors.CLUSTERS_BAD_PARAMETER({ parameter: 'method', must: PROJECTION_METHODS.join(', ') });
  }
  checkCsvShape(table);
  const ids = readCsvIds(table, params.id);
  const place = params.color === undefined ? null : csvColumnAt(table, params.color, 'color');
  const colors = place === null ? null : table.rows.map((row) => row[place] ?? '');
  const { features, warnings: notes } = params.features
    ? { features: params.features, warnings: [] }
    : foundCsvFeatures(table, [params.id, params.color]);
  const matrix = readCsvFeatures(table, features);
  const { scaling, warnings } = fitScaling(matrix, features, { mode: scale, missing: 'refuse' });
  const settings = paramsOf(params);
  const random = seededRandom(seed);
  const projection = await project(applyScaling(scaling, matrix), settings, { ...control, random });
  const { data } = projection.points;
  const trusted = projection.trustworthiness;
  const doubt =
    trusted.value < LEAST_TRUST
      ? [`Trustworthiness is ${trusted.value.toFixed(3)}: who stands together in this picture need not be alike.`]
      : [];
  return {
    header: ['id', 'x', 'y', ...(params.color === undefined ? [] : [params.color])],
    rows: ids.map((id, i) => [id, String(data[2 * i]), String(data[2 * i + 1]), ...(colors ? [colors[i] ?? ''] : [])]),
    ids,
    colors,
    seed,
    input: { rows: table.rows.length, columns: table.header.length },
    params: { ...settings, id: params.id ?? null, features, color: params.color ?? null, scale, seed },
    metrics: {
      method,
      trustworthiness: trusted.value,
      judged: trusted.method,
      judgedRows: trusted.rowsUsed,
      laidOutRows: projection.fitted.length,
      explainedShare: projection.explainedShare,
      divergence: projection.divergence,
    },
    warnings: [...notes, ...warnings.map(({ message }) => message), ...doubt],
    projection,
  };
}
