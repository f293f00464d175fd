import { featureTable, type FeatureColumn } from '@kohort/ml-preprocessing';
import type { GbdtParams } from '@kohort/ml-propensity';
import {
  checkCrossValidation,
  crossValidatePropensity,
  type CrossValidationMetrics,
} from './cross-validate-propensity';
import { inferColumn, type ColumnReading } from './infer-columns';
import { propensityModelErrors } from './propensity-errors';
import { LEAKAGE_AUC, type PropensityModelKind } from './propensity.params';
import type { PropensityContext } from './train-model';

/** A parsed CSV file. */
export interface CsvTable {
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Line of the file, from 1, on which a row (from 0) begins. */
  readonly lineOf: (row: number) => number;
}

/** The settings of the file command. */
export interface PropensityTableParams {
  readonly label: string;
  readonly positive: string;
  readonly id?: string;
  /** All columns but id and label when left out. */
  readonly features?: readonly string[];
  readonly model?: PropensityModelKind;
  readonly folds?: number;
  readonly seed?: number;
  readonly gbdt?: Partial<GbdtParams>;
}

/** What the file command answers. */
export interface PropensityTableResult {
  /** `id,fold,score`, one line per input row in input order. */
  readonly header: readonly ['id', 'fold', 'score'];
  readonly rows: readonly (readonly [string, string, string])[];
  readonly seed: number;
  readonly input: { readonly rows: number; readonly columns: number };
  /** The settings with defaults filled in. */
  readonly params: {
    readonly label: string;
    readonly positive: string;
    readonly id: string | null;
    readonly features: readonly string[];
    readonly model: PropensityModelKind;
    readonly folds: number;
  };
  readonly metrics: CrossValidationMetrics;
  readonly warnings: readonly string[];
}

/** Label values named in an error at most. */
const SHOWN_VALUES = 10;

/**
 * Cross-validates a model on a table and gives every row the score of a model that has not seen it.
 *
 * Shape   table: rows of as many cells as the header has; returns one output row per input row, folds from 1
 * Cost    one fit per fold
 * Throws  kind invalid-input: PROPENSITY_BAD_PARAMETER, _TABLE_EMPTY, _COLUMN_REPEATED, _COLUMN_MISSING,
 *         _COLUMN_TWICE_USED, _NO_FEATURES, _ROW_WIDTH, _CELL_BLANK, _ID_REPEATED, _POSITIVE_ABSENT;
 *         kind unsuitable-data: PROPENSITY_ONE_CLASS, PROPENSITY_TOO_FEW_ROWS
 */
export async function propensityTable(
  table: CsvTable,
  params: PropensityTableParams,
  context: PropensityContext,
): Promise<PropensityTableResult> {
  const { model = 'gbdt', folds = 5, seed = 1, gbdt } = params;
  checkCrossValidation({ model, folds, seed });
  checkShape(table);
  const roles = resolveColumns(table, params);
  const labels = readLabels(table, roles.label, params.positive);
  const ids = readIds(table, roles.id);
  const readings = roles.features.map((index) =>
    inferColumn({ name: table.header[index] as string, cells: table.rows.map((row) => row[index] as string) }),
  );
  const columns = readings.flatMap((reading): FeatureColumn[] => ('column' in reading ? [reading.column] : []));
  if (columns.length === 0) throw propensityModelErrors.PROPENSITY_NO_FEATURES();
  const data = { table: featureTable(table.rows.length, columns), labels };
  const { fold, scores, metrics } = await crossValidatePropensity(data, { model, folds, seed, gbdt }, context);
  return {
    header: ['id', 'fold', 'score'],
    rows: ids.map((id, row) => [id, String((fold[row] as number) + 1), String(scores[row])]),
    seed,
    input: { rows: table.rows.length, columns: table.header.length },
    params: {
      label: params.label,
      positive: params.positive,
      id: params.id ?? null,
      features: roles.features.map((index) => table.header[index] as string),
      model,
      folds,
    },
    metrics,
    warnings: [...readingWarnings(readings), ...leakageWarnings(metrics.auc)],
  };
}

function checkShape({ header, rows, lineOf }: CsvTable): void {
  const repeated = header.find((name, i) => header.indexOf(name) !== i);
  if (repeated !== undefined) throw propensityModelErrors.PROPENSITY_COLUMN_REPEATED({ column: repeated });
  if (rows.length === 0) throw propensityModelErrors.PROPENSITY_TABLE_EMPTY();
  rows.forEach((row, i) => {
    if (row.length === header.length) return;
    throw propensityModelErrors.PROPENSITY_ROW_WIDTH({ line: lineOf(i), found: row.length, expected: header.length });
  });
}

interface Roles {
  readonly label: number;
  /** -1 without an id column. */
  readonly id: number;
  readonly features: readonly number[];
}

function resolveColumns({ header }: CsvTable, { label, id, features }: PropensityTableParams): Roles {
  const find = (column: string, role: string): number => {
    const index = header.indexOf(column);
    if (index < 0) throw propensityModelErrors.PROPENSITY_COLUMN_MISSING({ column, role, columns: header });
    return index;
  };
  const labelAt = find(label, 'label');
  const idAt = id === undefined ? -1 : find(id, 'id');
  if (idAt === labelAt) throw propensityModelErrors.PROPENSITY_COLUMN_TWICE_USED({ column: label, role: 'label' });
  if (features === undefined) {
    return { label: labelAt, id: idAt, features: [...header.keys()].filter((i) => i !== labelAt && i !== idAt) };
  }
  if (features.length === 0) throw propensityModelErrors.PROPENSITY_NO_FEATURES();
  const chosen = [...new Set(features)].map((column) => find(column, 'feature'));
  for (const [index, role] of [
    [labelAt, 'label'],
    [idAt, 'id'],
  ] as const) {
    if (chosen.includes(index)) {
      throw propensityModelErrors.PROPENSITY_COLUMN_TWICE_USED({ column: header[index] as string, role });
    }
  }
  return { label: labelAt, id: idAt, features: chosen };
}

function readLabels({ header, rows, lineOf }: CsvTable, at: number, positive: string): Uint8Array {
  const column = header[at] as string;
  const seen = new Set<string>();
  const labels = Uint8Array.from(rows, (row, i) => {
    const cell = (row[at] as string).trim();
    if (cell === '') throw propensityModelErrors.PROPENSITY_CELL_BLANK({ line: lineOf(i), column, role: 'label' });
    seen.add(cell);
    return cell === positive.trim() ? 1 : 0;
  });
  const positives = labels.reduce((sum, label) => sum + label, 0);
  if (positives === 0) {
    const shown = [...seen].slice(0, SHOWN_VALUES);
    throw propensityModelErrors.PROPENSITY_POSITIVE_ABSENT({ column, positive, seen: shown });
  }
  if (positives === rows.length) {
    throw propensityModelErrors.PROPENSITY_ONE_CLASS({ column, positive, rows: rows.length });
  }
  return labels;
}

function readIds({ header, rows, lineOf }: CsvTable, at: number): string[] {
  if (at < 0) return rows.map((_, i) => String(i + 1));
  const column = header[at] as string;
  const firstRow = new Map<string, number>();
  return rows.map((row, i) => {
    const id = row[at] as string;
    if (id.trim() === '') throw propensityModelErrors.PROPENSITY_CELL_BLANK({ line: lineOf(i), column, role: 'id' });
    const before = firstRow.get(id);
    if (before !== undefined) {
      throw propensityModelErrors.PROPENSITY_ID_REPEATED({ line: lineOf(i), column, firstLine: lineOf(before) });
    }
    firstRow.set(id, i);
    return id;
  });
}

function readingWarnings(readings: readonly ColumnReading[]): string[] {
  return readings.flatMap((reading) => {
    if (reading.as === 'blank') return [`column "${reading.name}" is blank in every row and was left out`];
    if (reading.as !== 'identifier') return [];
    return [`column "${reading.name}" looks like an identifier (${reading.distinct} distinct values) and was left out`];
  });
}

function leakageWarnings(auc: number): string[] {
  if (auc <= LEAKAGE_AUC) return [];
  return [`AUC ${auc.toFixed(4)} is too good to be true: a feature probably holds the label`];
}
