import type { Json } from '@kohort/kernel-contracts';
import { breathe, checkWidth, readState, type ComputeControl, type Matrix } from '@kohort/ml-core';
import { z } from 'zod';
import type { AlgorithmDefinition } from './algorithm-definition';
import { algorithmErrors } from './algorithm-errors';
import { checkRows } from './check-rows';
import type { ClusteringModel, ClusterPlacement } from './clustering-algorithm';
import { outlierScores, type OutlierFence } from './outlier-fences';
import { joinPlacements, type Placement } from './placement';
import { weighColumns } from './row-sample';

/** Rows placed at once: what is measured of each stands in memory only so long. */
const ROWS_AT_ONCE = 65_536;

/** A fitted model in parts: the estimator's own state, and what the registry keeps around it. */
export interface ModelParts<State> {
  readonly state: State;
  readonly cols: number;
  /** What columns are multiplied with before the estimator sees them; null for nothing. */
  readonly factors: readonly number[] | null;
  /** By the estimator's own cluster: its place by falling size, -1 where no training row was. */
  readonly order: readonly number[];
  readonly fences: readonly OutlierFence[] | null;
}

type Placing<State> = Pick<
  AlgorithmDefinition<z.ZodRawShape, State>,
  'name' | 'input' | 'place' | 'toJson' | 'fromJson'
>;

const partOf = (matrix: Matrix, from: number): Matrix => {
  const rows = Math.min(ROWS_AT_ONCE, matrix.rows - from);
  return { data: matrix.data.subarray(from * matrix.cols, (from + rows) * matrix.cols), rows, cols: matrix.cols };
};

/** What placing rows is told beside the model. */
interface Placed {
  readonly matrix: Matrix;
  readonly control: ComputeControl;
  /** The estimator's own labels of the rows, when they are training rows. */
  readonly known?: ArrayLike<number>;
}

/** Places rows in the estimator's own numbering, a part at a time. */
export async function placeRows<State>(
  definition: Placing<State>,
  { state, factors, order }: Pick<ModelParts<State>, 'state' | 'factors' | 'order'>,
  { matrix, control, known }: Placed,
): Promise<Placement> {
  const used = order.map((place) => place >= 0);
  const own = known && Int32Array.from(known);
  const parts: Placement[] = [];
  for (let from = 0; from < matrix.rows; from += ROWS_AT_ONCE) {
    await breathe(control);
    const part = partOf(matrix, from);
    const labels = own?.subarray(from, from + part.rows);
    const context = { control, used, ...(labels ? { labels } : {}) };
    parts.push(await definition.place(state, weighColumns(part, factors), context));
    if (parts.length > 1) control.onProgress?.({ phase: 'placing rows', done: from + part.rows, total: matrix.rows });
  }
  return joinPlacements(parts, matrix.rows);
}

/** A placement as everybody sees it: clusters by falling size, outliers told. */
export function finishPlacement(
  placed: Placement,
  { order, fences }: Pick<ModelParts<unknown>, 'order' | 'fences'>,
): ClusterPlacement {
  return {
    labels: placed.labels.map((label) => (label < 0 ? -1 : (order[label] as number))),
    confidence: placed.confidence,
    outlierScore: outlierScores(placed, fences),
    distance: placed.distance ?? null,
  };
}

/** A model that places new rows. */
export function placingModel<State>(definition: Placing<State>, parts: ModelParts<State>): ClusteringModel {
  const k = parts.order.filter((place) => place >= 0).length;
  return {
    algorithm: definition.name,
    k,
    cols: parts.cols,
    factors: parts.factors,
    assign: async (matrix, control = {}) => {
      checkWidth(parts.cols, matrix);
      checkRows(matrix, definition.input === 'mixed' ? 'handled' : 'refused');
      return finishPlacement(await placeRows(definition, parts, { matrix, control }), parts);
    },
  };
}

const schema = z.object({
  algorithm: z.string(),
  version: z.literal(1),
  cols: z.number().int().positive(),
  factors: z.array(z.number().nonnegative()).nullable(),
  order: z.array(z.number().int().min(-1)),
  fences: z.array(z.object({ at: z.number(), width: z.number().nonnegative() })).nullable(),
  model: z.unknown(),
});

/** The model as JSON; numbers keep every bit. */
export function modelToJson<State>(definition: Placing<State>, parts: ModelParts<State>): Json {
  const { state, cols, factors, order, fences } = parts;
  return {
    algorithm: definition.name,
    version: 1,
    cols,
    factors: factors && [...factors],
    order: [...order],
    fences: fences && fences.map(({ at, width }) => ({ at, width })),
    model: definition.toJson(state),
  };
}

/** Reads what modelToJson wrote. Throws ALGORITHM_STATE, ML_STATE with the first thing wrong. */
export function modelFromJson<State>(definition: Placing<State>, json: unknown): ClusteringModel {
  const { algorithm, model, ...parts } = readState(definition.name, schema, json);
  const problem =
    algorithm !== definition.name
      ? `it is of ${algorithm.slice(0, 64)}, not of ${definition.name}`
      : parts.factors && parts.factors.length !== parts.cols
        ? 'factors do not fit the columns'
        : parts.fences && parts.fences.length !== parts.order.length
          ? 'fences do not fit the clusters'
          : undefined;
  if (problem) throw algorithmErrors.ALGORITHM_STATE({ problem });
  return placingModel(definition, { ...parts, state: definition.fromJson(model) });
}
