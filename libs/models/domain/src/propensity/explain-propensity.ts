import {
  foldContributions,
  linearContributions,
  topReasons,
  treeContributions,
  type Contributions,
  type FeatureValue,
  type Reason,
} from '@kohort/ml-explain';
import { calibrate } from '@kohort/ml-propensity';
import {
  applyBinDesign,
  applyLinearDesign,
  binOutputs,
  linearOutputs,
  takeRows,
  type FeatureColumn,
  type FeatureTable,
} from '@kohort/ml-preprocessing';
import { designColumns, type PropensityArtifact, type PropensityModel } from './propensity-artifact';

/** Why one row scored as it did. */
export interface PropensityExplanation {
  readonly probability: number;
  /** Log-odds before calibration; equals base + all contributions. */
  readonly margin: number;
  readonly base: number;
  /** Strongest first. */
  readonly reasons: readonly Reason[];
  /** Sum of the contributions that `reasons` leaves out; 0 when it holds all. */
  readonly rest: number;
}

/** Contributions per source column, in log-odds. Shape n rows × features of the model. */
export function modelContributions(model: PropensityModel, table: FeatureTable): Contributions {
  const count = designColumns(model).length;
  if (model.kind === 'gbdt') {
    const contributions = treeContributions(model.trees, applyBinDesign(model.design, table));
    return foldContributions(
      contributions,
      binOutputs(model.design).map(({ source }) => source),
      count,
    );
  }
  const matrix = applyLinearDesign(model.design, table);
  const contributions = linearContributions(model.logistic, matrix, model.means);
  return foldContributions(
    contributions,
    linearOutputs(model.design).map(({ source }) => source),
    count,
  );
}

/**
 * Explains one row of a table.
 *
 * Shape   row: 0-based; at most `n` reasons, all that add something when left out
 * Throws  PREPROCESSING_COLUMN_MISSING, PREPROCESSING_COLUMN_KIND
 */
export function explainPropensity(
  artifact: PropensityArtifact,
  { table, row }: { readonly table: FeatureTable; readonly row: number },
  n = Infinity,
): PropensityExplanation {
  const one = takeRows(table, [row]);
  const { base, values } = modelContributions(artifact.model, one);
  const margin = values.reduce((sum, value) => sum + value, base);
  const cells = artifact.features.map((name) => cellOf(one.columns.find((column) => column.name === name)));
  const reasons = topReasons(values, { featureNames: artifact.features, values: cells }, n);
  const told = reasons.reduce((sum, { contribution }) => sum + contribution, 0);
  const complete = reasons.length === values.filter((value) => value !== 0).length;
  const probability = calibrate(artifact.calibration, Float64Array.of(margin))[0] as number;
  return { probability, margin, base, reasons, rest: complete ? 0 : margin - base - told };
}

function cellOf(column: FeatureColumn | undefined): FeatureValue {
  if (column === undefined) return null;
  if (column.kind === 'category') return column.levels[column.codes[0] as number] ?? null;
  const value = column.values[0] as number;
  return Number.isNaN(value) ? null : value;
}
