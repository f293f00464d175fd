import { seededRandom } from '@kohort/kernel-clock-random';
import type { Json } from '@kohort/kernel-contracts';
import { isAppError } from '@kohort/kernel-errors';
import { breathe, labelSizes, poolOf, type ComputeControl, type Matrix } from '@kohort/ml-core';
import { guidedErrors } from '@kohort/ml-guided';
import type { z } from 'zod';
import type { AlgorithmDefinition, FitResult } from './algorithm-definition';
import { checkRows } from './check-rows';
import { checkColumns, checkSettings, checkSizes, isWeighed } from './check-settings';
import type { ClusteringAlgorithm, ClusteringModel, FitSettings, FittedClustering } from './clustering-algorithm';
import { fitOutlierFences } from './outlier-fences';
import { readParams } from './params-schema';
import { finishPlacement, modelFromJson, modelToJson, placeRows, type ModelParts } from './placing-model';
import { rowsToFit, type FittedRows } from './row-sample';

/** An algorithm of the registry, and how its models are read. */
export interface RegisteredAlgorithm extends ClusteringAlgorithm {
  /** Throws ALGORITHM_STATE, ML_STATE. */
  readModel(json: Json): ClusteringModel;
}

/** Place of each cluster in falling order of size, of equal sizes by first row; -1 for clusters without rows. */
function orderOf(labels: ArrayLike<number>, clusters: number): number[] {
  const sizes = new Float64Array(clusters);
  const firsts = new Float64Array(clusters);
  for (let i = labels.length - 1; i >= 0; i -= 1) {
    const label = labels[i] as number;
    if (label < 0) continue;
    sizes[label] = (sizes[label] as number) + 1;
    firsts[label] = i;
  }
  const order = new Array<number>(clusters).fill(-1);
  [...sizes.keys()]
    .filter((c) => (sizes[c] as number) > 0)
    .sort((a, b) => (sizes[b] as number) - (sizes[a] as number) || (firsts[a] as number) - (firsts[b] as number))
    .forEach((cluster, place) => (order[cluster] = place));
  return order;
}

interface Run<State> {
  readonly rows: FittedRows;
  readonly fitted: FitResult<State>;
  readonly factors: readonly number[] | null;
  readonly control: ComputeControl;
}

/** A refusal that names rows of a sample names those of the table. */
function ofTable(thrown: unknown, drawn: readonly number[] | undefined): unknown {
  if (!drawn || !isAppError(thrown) || thrown.code !== 'GUIDED_UNSATISFIABLE') return thrown;
  const { first, second, ...details } = thrown.details;
  const rowOf = (row: unknown): number => drawn[Number(row)] ?? -1;
  return guidedErrors.GUIDED_UNSATISFIABLE(
    { ...details, first: rowOf(first), second: rowOf(second) },
    { cause: thrown },
  );
}

async function fitRows<S extends z.ZodRawShape, State>(
  definition: AlgorithmDefinition<S, State>,
  { matrix, settings, given }: { matrix: Matrix; settings: FitSettings; given: ComputeControl },
): Promise<Run<State>> {
  const { name, rowLimit: limit, weighing } = definition;
  const params = readParams(name, definition.params, settings.params ?? {});
  const { weights, categories = [], k } = settings;
  const uneven = isWeighed(weights);
  checkRows(matrix, definition.input === 'mixed' ? 'handled' : 'refused');
  const deaf = definition.deafTo?.(params);
  checkColumns({ ...definition, deaf }, { categories: categories.length > 0, weights: uneven });
  checkSettings({ ...definition, limit: definition.columnLimit?.(params) }, matrix, settings);
  const control = { ...given, pool: poolOf(given) };
  await breathe(control);
  const random = seededRandom(settings.seed);
  const factors = uneven && weighing !== 'own' ? weights.map(Math.sqrt) : null;
  const rows = rowsToFit(matrix, settings, { limit, random: random.split('sample'), factors });
  const fitting = definition.fit({
    matrix: rows.matrix,
    params,
    k,
    categories,
    weights: weighing === 'own' ? weights : undefined,
    sizes: rows.sizes,
    known: rows.known,
    control: { ...control, random: random.split('fit') },
  });
  const fitted = await fitting.catch((thrown: unknown) => {
    throw ofTable(thrown, rows.drawn);
  });
  return { rows, fitted, factors, control };
}

/** Everybody's place, and the model with clusters in the order of what everybody's sizes are. */
async function placeEverybody<S extends z.ZodRawShape, State>(
  definition: AlgorithmDefinition<S, State>,
  { rows, fitted, factors, control }: Run<State>,
  matrix: Matrix,
) {
  const { labels: own, state, clusters } = fitted;
  const first = orderOf(own, clusters);
  // The rows that were fitted are weighted already.
  const seen = await placeRows(
    definition,
    { state, factors: null, order: first },
    { matrix: rows.matrix, control, known: own },
  );
  const parts: ModelParts<State> = {
    ...{ state, cols: matrix.cols, factors, order: first },
    fences: fitOutlierFences(seen, clusters),
  };
  if (!rows.sampled) return { parts, placed: finishPlacement(seen, parts) };
  const everybody = await placeRows(definition, parts, { matrix, control });
  const order = orderOf(everybody.labels, clusters);
  return { parts: { ...parts, order }, placed: finishPlacement(everybody, { ...parts, order }) };
}

async function fit<S extends z.ZodRawShape, State>(
  definition: AlgorithmDefinition<S, State>,
  input: { matrix: Matrix; settings: FitSettings; given: ComputeControl },
): Promise<FittedClustering> {
  const run = await fitRows(definition, input);
  const { parts, placed } = await placeEverybody(definition, run, input.matrix);
  const k = parts.order.filter((place) => place >= 0).length;
  const sizes = labelSizes(placed.labels, k);
  const noise = sizes.reduce((left, size) => left - size, placed.labels.length);
  checkSizes(definition, sizes, input.settings);
  const seeds = input.settings.known?.seeds;
  const classes = seeds ? Array.from(seeds).reduce((most, seed) => Math.max(most, seed + 1), 0) : 0;
  return {
    algorithm: definition.name,
    k,
    ...placed,
    sizes,
    noise,
    state: modelToJson(definition, parts),
    notes: [...run.rows.notes, ...(run.fitted.notes ?? [])],
    seedClusters: seeds ? parts.order.slice(0, classes) : null,
  };
}

/** Makes the registry's contract of a definition. */
export function registerAlgorithm<S extends z.ZodRawShape, State>(
  definition: AlgorithmDefinition<S, State>,
): RegisteredAlgorithm {
  const { needs = 'nothing', keepsSizes = false, params, ...told } = definition;
  const { name, title, about, family, input, takesK, findsK, marksNoise, rowLimit, confidence } = told;
  return {
    ...{
      name,
      title,
      about,
      family,
      input,
      takesK,
      findsK,
      marksNoise,
      rowLimit,
      confidence,
      needs,
      keepsSizes,
      params,
    },
    checkColumns: ({ params: asked, ...given }) => {
      // Read in any case: what is no parameter is refused here too.
      const read = readParams(name, params, asked);
      checkColumns({ name, input, deaf: definition.deafTo?.(read) }, given);
    },
    fit: (matrix, settings, given = {}) => fit(definition, { matrix, settings, given }),
    readModel: (json) => modelFromJson(definition, json),
  };
}
