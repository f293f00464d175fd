import { OUTLIER_FROM } from '@kohort/ml-algorithms';
import { tellByRules } from '../surrogate/tell-by-rules';
import { clusterErrors } from './cluster-errors';
import type { ClusterControl, ClusterTableInput, ClusterTableResult } from './cluster-table';
import { explainPlacement, type PlacementExplanation } from './explain-placement';

/** The outlier group of a table. */
export interface OutlierRows {
  readonly rows: number;
  readonly inNone: number;
  readonly shareOfRows: number;
  /** The first of them. */
  readonly ids: readonly string[];
}

/** Why one row is where it is. */
export interface ExplainedRow extends PlacementExplanation {
  readonly id: string;
  readonly name: string | null;
}

const OUTLIERS_SHOWN = 100;

/** The rows of a finished clustering that are like none. */
export function outlierRows(ids: readonly string[], { outlierScores, metrics }: ClusterTableResult): OutlierRows {
  const those = ids.filter((_, row) => (outlierScores[row] as number) >= OUTLIER_FROM);
  const { noise: inNone } = metrics;
  return { rows: those.length, inNone, shareOfRows: those.length / ids.length, ids: those.slice(0, OUTLIERS_SHOWN) };
}

/** Refuses ids of no row, before anything is fitted. Throws CLUSTERS_BAD_PARAMETER */
export function checkExplained(ids: readonly string[], wanted: readonly string[]): void {
  const known = new Set(ids);
  const at = wanted.findIndex((id) => !known.has(id));
  if (at < 0) return;
  const must = `ids of rows of the table; no row has the ${at + 1}. of the ${wanted.length} given`;
  throw clusterErrors.CLUSTERS_BAD_PARAMETER({ parameter: 'explain', must });
}

/**
 * Explains some rows of a finished clustering, each by its id (see checkExplained).
 *
 * Cost    one surrogate tree for all of them
 * Throws  as tellByRules and explainPlacement
 */
export async function explainRows(
  input: ClusterTableInput,
  result: ClusterTableResult,
  { wanted, seed, control }: { wanted: readonly string[]; seed: number; control: ClusterControl },
): Promise<ExplainedRow[]> {
  if (wanted.length === 0) return [];
  const { model } = await tellByRules(input, { model: result.model, labels: result.labels, seed }, control);
  const { cols } = input.matrix;
  const rows: ExplainedRow[] = [];
  for (const id of wanted) {
    const row = input.ids.indexOf(id);
    const values = Float64Array.from(input.matrix.data.subarray(row * cols, (row + 1) * cols));
    const told = await explainPlacement(model, values, control);
    rows.push({ id, name: result.sheets[told.label]?.name ?? null, ...told });
  }
  return rows;
}
