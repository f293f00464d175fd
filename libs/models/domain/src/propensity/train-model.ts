import type { JobControl } from '@kohort/kernel-contracts';
import { columnMeans } from '@kohort/ml-explain';
import { fitLogistic, logisticMargins, treeMargins, type GbdtEngine, type GbdtParams } from '@kohort/ml-propensity';
import {
  applyBinDesign,
  applyLinearDesign,
  fitBinDesign,
  fitLinearDesign,
  takeRows,
  type FeatureTable,
} from '@kohort/ml-preprocessing';
import { propensityModelErrors } from './propensity-errors';
import type { PropensityModel } from './propensity-artifact';
import { gbdtDefaults, type PropensityModelKind } from './propensity.params';

/** Where engines come from and how work is watched. The domain itself grows no trees. */
export interface PropensityContext extends JobControl {
  /** Absent where no engine is installed: only logistic regression is fitted then. */
  readonly gbdt?: GbdtEngine;
}

/** Rows with their outcomes. */
export interface LabelledTable {
  readonly table: FeatureTable;
  readonly labels: Uint8Array;
}

export interface TrainSettings {
  readonly kind: PropensityModelKind;
  readonly seed: number;
  /** Changes to the defaults of boosting. */
  readonly gbdt?: Partial<GbdtParams>;
}

/**
 * Fits one model: learns the transform of the columns and the model itself from these rows alone.
 *
 * Throws  PROPENSITY_ENGINE_MISSING where boosting is asked for without an engine; whatever the fits throw
 */
export async function trainModel(
  { table, labels }: LabelledTable,
  settings: TrainSettings,
  context: PropensityContext,
): Promise<PropensityModel> {
  const { signal } = context;
  if (settings.kind === 'logistic') {
    const { design, matrix } = await fitLinearDesign(table, {}, { signal });
    const logistic = await fitLogistic({ matrix, labels }, {}, { signal });
    return { kind: 'logistic', design, logistic, means: Array.from(columnMeans(matrix)) };
  }
  if (context.gbdt === undefined)
    throw propensityModelErrors.PROPENSITY_ENGINE_MISSING({ reason: 'no engine is installed' });
  const design = fitBinDesign(table);
  const rows = applyBinDesign(design, table);
  const params = { ...gbdtDefaults(table.rows), ...settings.gbdt };
  const trees = await context.gbdt.train({ rows, labels, params, seed: settings.seed }, { signal });
  return { kind: 'gbdt', design, trees };
}

/** Log-odds of each row, before calibration. */
export function modelMargins(model: PropensityModel, table: FeatureTable): Float64Array {
  return model.kind === 'gbdt'
    ? treeMargins(model.trees, applyBinDesign(model.design, table))
    : logisticMargins(model.logistic, applyLinearDesign(model.design, table));
}

/** The named rows with their labels. */
export function takeLabelled({ table, labels }: LabelledTable, rows: Uint32Array): LabelledTable {
  return { table: takeRows(table, rows), labels: Uint8Array.from(rows, (row) => labels[row] as number) };
}
