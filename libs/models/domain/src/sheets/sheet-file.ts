import { clusteringAlgorithm, type ClusteringAlgorithm } from '@kohort/ml-algorithms';
import { applyScaling, chooseK, chooseKDefaults, fitScaling, type ScalingMode } from '@kohort/ml-clustering';
import { poolOf, type WideMatrix } from '@kohort/ml-core';
import { seededRandom } from '@kohort/kernel-clock-random';
import { chooseClusters } from '../clusters/choose-clusters';
import type { CodeColumn } from '../clusters/category-words';
import { clusterErrors } from '../clusters/cluster-errors';
import { assignClusters, parseClusterModel } from '../clusters/cluster-model';
import { checkCsvShape, csvColumnAt, numberIn, readCsvIds, type ClusterCsvTable } from '../clusters/csv-features';
import type { WithCategories } from '../clusters/csv-categories';
import { readMixedColumns, readModelColumns } from '../clusters/csv-mixed-columns';
import { codeColumns } from '../clusters/cluster-settings';
import { foundCsvFeatures } from '../clusters/found-csv-features';
import type { PlaybookRule } from '../clusters/playbook';
import { compareClusterings, compareDefaults, type CompareControl } from '../comparison/compare-clusterings';
import { clusterStories, type ClusterStories } from './cluster-stories';

/** The settings of `kohort profile-sheet`. */
export interface SheetCommandParams {
  readonly id?: string;
  /** Numeric columns; all that hold numbers alone when left out (those of the model with a model). */
  readonly features?: readonly string[];
  /** Columns of words, beside the features; those of the model with a model, none may be named then. */
  readonly categories?: readonly string[];
  /** Column that says who is in which cluster; an empty cell is in none. */
  readonly clusters?: string;
  /** A stored model's text: it places the rows. */
  readonly model?: string;
  /** Default kmeans. */
  readonly algorithm?: string;
  /** Default auto. */
  readonly k?: number | 'auto';
  /** Default auto. */
  readonly scale?: ScalingMode;
  /** Default 1. */
  readonly seed?: number;
  /** Column whose sum is the value; a feature that means money when left out. */
  readonly value?: string;
  /** Column that says who was lost: 1 or 0, yes or no, true or false, or empty. */
  readonly churn?: string;
  readonly playbook?: readonly PlaybookRule[];
}

/** What the file command answers. */
export interface SheetCommandResult {
  readonly stories: ClusterStories;
  readonly featureNames: readonly string[];
  /** How the clusters came about, in sentences. */
  readonly notes: readonly string[];
  readonly seed: number;
  readonly input: { readonly rows: number; readonly columns: number };
  readonly params: object;
  readonly metrics: object;
  readonly warnings: readonly string[];
}

/** Rows in clusters, however that came about. */
interface Grouped {
  readonly labels: ArrayLike<number>;
  readonly k: number;
  readonly confidences?: ArrayLike<number>;
  readonly notes: readonly string[];
  readonly warnings: readonly string[];
}

const MOST_CLUSTERS = 100;
const AUTO_KS = [2, 3, 4, 5, 6, 7, 8];
const LOST: Readonly<Record<string, number>> = { '1': 1, yes: 1, true: 1, '0': 0, no: 0, false: 0, '': NaN };

function lostOf(table: ClusterCsvTable, column: string): number[] {
  const at = csvColumnAt(table, column, 'churn');
  return table.rows.map((row, i) => {
    const value = LOST[(row[at] ?? '').trim().toLowerCase()];
    if (value !== undefined) return value;
    const line = table.lineOf(i);
    throw clusterErrors.CLUSTERS_BAD_PARAMETER({
      parameter: `line ${line}, column "${column}"`,
      must: '1 or 0, yes or no, true or false, or empty',
      line,
      column,
    });
  });
}

function valuesOf(table: ClusterCsvTable, column: string): number[] {
  const at = csvColumnAt(table, column, 'value');
  return table.rows.map((row, i) => {
    const cell = (row[at] ?? '').trim();
    const value = cell === '' ? NaN : numberIn(cell);
    if (value !== undefined) return value;
    const found = `text of ${cell.length} characters`;
    throw clusterErrors.CLUSTERS_NOT_A_NUMBER({ line: table.lineOf(i), column, found });
  });
}

/** Clusters of a column by falling size, of equal sizes the one named first. */
function groupedByColumn(table: ClusterCsvTable, column: string): Grouped {
  const at = csvColumnAt(table, column, 'clusters');
  const sizes = new Map<string, number>();
  const cells = table.rows.map((row) => (row[at] ?? '').trim());
  for (const cell of cells) if (cell !== '') sizes.set(cell, (sizes.get(cell) ?? 0) + 1);
  const names = [...sizes].sort(([, a], [, b]) => b - a).map(([name]) => name);
  if (names.length < 2 || names.length > MOST_CLUSTERS) {
    const must = `a column of 2 to ${MOST_CLUSTERS} clusters; "${column}" has ${names.length}`;
    throw clusterErrors.CLUSTERS_BAD_PARAMETER({ parameter: 'clusters', must });
  }
  const labels = cells.map((cell) => names.indexOf(cell));
  return { labels, k: names.length, notes: [`Clusters as column "${column}" has them.`], warnings: [] };
}

async function chosenK(
  { algorithm, scaled, matrix, features, codes }: ChoiceInput,
  seed: number,
  control: CompareControl,
): Promise<{ k: number | null; notes: readonly string[]; warnings: readonly string[] }> {
  if (!algorithm.takesK || algorithm.findsK) return { k: null, notes: [], warnings: [] };
  if (codes.length > 0) {
    const settings = { seed, categories: codes.map(({ at }) => at) };
    const random = seededRandom(seed).split('k');
    const asked = { scaled, algorithm, settings, codes, wish: 'auto' } as const;
    const { choice, k = null } = await chooseClusters(asked, { ...control, random });
    const warnings = choice?.warnings.map(({ message }) => message) ?? [];
    return { k, notes: choice?.reasons ?? [], warnings };
  }
  if (algorithm.name === 'kmeans') {
    const { k, reasons, warnings } = await chooseK(scaled, chooseKDefaults, {
      ...control,
      random: seededRandom(seed).split('k'),
    });
    return { k, notes: reasons, warnings: warnings.map(({ message }) => message) };
  }
  const settings = { ...compareDefaults, algorithms: [algorithm], ks: AUTO_KS, seed };
  const input = { featureNames: features, matrix, scaled };
  const { recommendation, warnings } = await compareClusterings(input, settings, control);
  const notes = recommendation?.reasons ?? [];
  return { k: recommendation?.k ?? 2, notes, warnings: warnings.map(({ message }) => message) };
}

interface ChoiceInput {
  readonly algorithm: ClusteringAlgorithm;
  readonly scaled: ReturnType<typeof applyScaling>;
  readonly matrix: WideMatrix;
  readonly features: readonly string[];
  readonly codes: readonly CodeColumn[];
}

async function groupedByAlgorithm(
  { matrix, features, categories }: WithCategories & { readonly features: readonly string[] },
  params: SheetCommandParams,
  control: CompareControl,
): Promise<Grouped> {
  const { k = 'auto', seed = 1, scale = 'auto' } = params;
  const algorithm = clusteringAlgorithm(params.algorithm ?? 'kmeans');
  const { scaling, warnings } = fitScaling(matrix, features, {
    ...{ mode: scale, missing: 'refuse' },
    categories: categories.map(({ feature }) => feature),
  });
  const scaled = applyScaling(scaling, matrix);
  const codes = codeColumns({ categories }, scaling);
  const choice =
    k === 'auto'
      ? await chosenK({ algorithm, scaled, matrix, features, codes }, seed, control)
      : { k, notes: [`${k} clusters were asked for.`], warnings: [] };
  const settings = {
    seed,
    ...(choice.k === null ? {} : { k: choice.k }),
    ...(codes.length > 0 ? { categories: codes.map(({ at }) => at) } : {}),
  };
  const fitted = await algorithm.fit(scaled, settings, control);
  return {
    labels: fitted.labels,
    k: fitted.k,
    confidences: fitted.confidence,
    notes: [`${algorithm.title}: ${fitted.k} clusters.`, ...choice.notes, ...fitted.notes],
    warnings: [...warnings.map(({ message }) => message), ...choice.warnings],
  };
}

async function groupedByModel(table: ClusterCsvTable, text: string, control: CompareControl) {
  const model = parseClusterModel(text);
  const { matrix, categories } = readModelColumns(table, model);
  const { labels, confidences } = await assignClusters(model, matrix, control);
  const notes = [`Rows placed by a stored model (${model.algorithm}).`];
  const grouped: Grouped = { labels, k: model.placing.k, confidences, notes, warnings: [] };
  return { matrix, categories, features: model.featureNames, grouped };
}

async function grouped(table: ClusterCsvTable, params: SheetCommandParams, control: CompareControl) {
  const given = [params.clusters, params.model, params.algorithm].filter((one) => one !== undefined);
  if (given.length > 1) {
    const must = 'alone: clusters come from a column, a model or an algorithm';
    throw clusterErrors.CLUSTERS_BAD_PARAMETER({ parameter: 'clusters, model or algorithm', must });
  }
  const { categories: words = [] } = params;
  if (params.model !== undefined) {
    if (words.length === 0) return groupedByModel(table, params.model, control);
    const must = 'left out with a model, which knows its own columns of words';
    throw clusterErrors.CLUSTERS_BAD_PARAMETER({ parameter: 'categories', must });
  }
  const { features: numbers, warnings } = params.features
    ? { features: params.features, warnings: [] }
    : foundCsvFeatures(table, [params.id, params.clusters, params.churn, params.value, ...words], { takesWords: true });
  const features = [...numbers, ...words];
  const mixed = readMixedColumns(table, { features: numbers, categories: words });
  const found =
    params.clusters === undefined
      ? await groupedByAlgorithm({ ...mixed, features }, params, control)
      : groupedByColumn(table, params.clusters);
  return { ...mixed, features, grouped: { ...found, warnings: [...warnings, ...found.warnings] } };
}

/**
 * Profile sheets of the clusters of a CSV table: the pure part of `kohort profile-sheet`.
 *
 * Shape   stories in the order of the clusters, by falling size
 * Throws  kind invalid-input: CLUSTERS_BAD_PARAMETER, _TABLE_EMPTY, _COLUMN_MISSING, _COLUMN_REPEATED, _ROW_WIDTH,
 *         _NOT_A_NUMBER, _ID_EMPTY, _ID_REPEATED, _BAD_MODEL, ALGORITHM_UNKNOWN, ALGORITHM_SETTING; kind
 *         unsuitable-data: ML_TOO_FEW_ROWS, CLUSTERS_NONE; ML_CANCELLED
 */
export async function runSheetCommand(
  table: ClusterCsvTable,
  params: SheetCommandParams,
  given: CompareControl,
): Promise<SheetCommandResult> {
  const control = { ...given, pool: poolOf(given) };
  checkCsvShape(table);
  const { seed = 1, playbook } = params;
  const ids = readCsvIds(table, params.id);
  const churned = params.churn === undefined ? {} : { churned: lostOf(table, params.churn) };
  const values = params.value === undefined ? {} : { values: valuesOf(table, params.value) };
  const { matrix, categories, features, grouped: found } = await grouped(table, params, control);
  const { labels, k, confidences, notes, warnings } = found;
  if (k === 0) throw clusterErrors.CLUSTERS_NONE();
  const input = { featureNames: features, matrix, categories, ids, labels, k, seed, ...churned, ...values, playbook };
  const stories = await clusterStories({ ...input, ...(confidences ? { confidences } : {}) }, control);
  const { clusters, noise, surrogate } = stories;
  return {
    stories,
    featureNames: features,
    notes,
    seed,
    input: { rows: table.rows.length, columns: table.header.length },
    params: {
      features,
      clusters: params.clusters ?? null,
      algorithm: params.clusters === undefined && params.model === undefined ? (params.algorithm ?? 'kmeans') : null,
      k: params.k ?? 'auto',
      scale: params.scale ?? 'auto',
      seed,
      value: params.value ?? null,
      churn: params.churn ?? null,
    },
    metrics: { k, noise, ruleFidelity: surrogate.fidelity, ruleBaseline: surrogate.baseline, clusters },
    warnings,
  };
}
