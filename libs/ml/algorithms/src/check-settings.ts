import { mlErrors, type Matrix } from '@kohort/ml-core';
import { algorithmErrors } from './algorithm-errors';
import type { ClusteringAlgorithm, FitSettings, GivenOfColumns } from './clustering-algorithm';

const MOST_K = 4096;

type Checked = Pick<ClusteringAlgorithm, 'name' | 'takesK' | 'findsK' | 'input'> & {
  readonly needs?: ClusteringAlgorithm['needs'];
  readonly weighing?: 'own' | 'none';
  readonly limit: { readonly most: number; readonly instead?: string } | undefined;
};

const wholeFrom = (least: number, value: number): boolean => Number.isSafeInteger(value) && value >= least;

function problemOfK({ takesK, findsK }: Checked, { k }: FitSettings): string | undefined {
  if (k === undefined) return takesK && !findsK ? 'a number of clusters must be given' : undefined;
  if (!takesK) return 'it finds the number of clusters itself, none may be given';
  return wholeFrom(1, k) && k <= MOST_K ? undefined : `must be a whole number from 1 to ${MOST_K}`;
}

function problemOfWeights({ weighing }: Checked, cols: number, { weights }: FitSettings): string | undefined {
  if (!weights) return undefined;
  if (weighing === 'none') return 'weights of columns mean nothing to it';
  const usable = weights.length === cols && weights.every((weight) => weight >= 0 && weight <= 1e6);
  return usable && weights.some((weight) => weight > 0)
    ? undefined
    : `must be ${cols} numbers from 0 to 1e6, not all 0`;
}

function problemOfCategories(cols: number, { categories = [] }: FitSettings): string | undefined {
  return categories.every((column) => wholeFrom(0, column) && column < cols)
    ? undefined
    : `must be from 0 to ${cols - 1}`;
}

function problemOfKnown({ needs = 'nothing' }: Checked, rows: number, { known = {} }: FitSettings): string | undefined {
  const { seeds, mustLink = [], cannotLink = [] } = known;
  const links = mustLink.length + cannotLink.length;
  if (needs === 'seeds') {
    if (!seeds || Array.from(seeds).every((seed) => seed < 0)) return 'it needs some rows whose class is known (seeds)';
    return seeds.length === rows ? undefined : `${rows} seeds are needed, one a row (-1 for unknown)`;
  }
  if (needs === 'links') return links > 0 ? undefined : 'it needs some rows that belong together or apart (links)';
  return seeds || links > 0 ? 'it heeds nothing that is known of rows; linked-kmeans and seeded-kmeans do' : undefined;
}

function problemOfSizes({ sizes = {} }: FitSettings): string | undefined {
  const { min = 0, max = Infinity } = sizes;
  if (!wholeFrom(0, min)) return 'the smallest must be a whole number';
  if (max !== Infinity && !wholeFrom(1, max)) return 'the largest must be a whole number from 1 on';
  return min <= max ? undefined : 'the smallest is above the largest';
}

/** Whether some column weighs other than 1. */
export const isWeighed = (weights: readonly number[] | undefined): weights is readonly number[] =>
  weights?.some((weight) => weight !== 1) === true;

/**
 * Holds what is said of columns against what an algorithm heeds as it is set; `deaf` says why it heeds none of it.
 *
 * Throws  ALGORITHM_SETTING
 */
export function checkColumns(
  { name, input, deaf }: Pick<ClusteringAlgorithm, 'name' | 'input'> & { readonly deaf: string | undefined },
  { categories, weights }: Pick<GivenOfColumns, 'categories' | 'weights'>,
): void {
  const refused = (setting: string, problem: string) =>
    algorithmErrors.ALGORITHM_SETTING({ algorithm: name, setting, problem });
  if (categories && input !== 'mixed') {
    throw refused('categories', 'it takes numbers only; kmedoids and kprototypes take categories');
  }
  if (deaf === undefined) return;
  if (categories) throw refused('categories', `${deaf} with categories`);
  if (weights) throw refused('weights', `${deaf} with weights`);
}

/**
 * Holds settings against what an algorithm takes.
 *
 * Throws  ALGORITHM_SETTING naming the setting; ALGORITHM_TOO_WIDE; ML_UNSATISFIABLE for sizes that k clusters of so many
 *         rows cannot have
 */
export function checkSettings(algorithm: Checked, { rows, cols }: Matrix, settings: FitSettings): void {
  const { name } = algorithm;
  const problems = {
    k: problemOfK(algorithm, settings),
    weights: problemOfWeights(algorithm, cols, settings),
    categories: problemOfCategories(cols, settings),
    'known rows': problemOfKnown(algorithm, rows, settings),
    sizes: problemOfSizes(settings),
    seed: Number.isSafeInteger(settings.seed) ? undefined : 'must be a whole number',
  };
  for (const [setting, problem] of Object.entries(problems)) {
    if (problem) throw algorithmErrors.ALGORITHM_SETTING({ algorithm: name, setting, problem });
  }
  const { limit } = algorithm;
  if (limit && cols > limit.most) {
    throw algorithmErrors.ALGORITHM_TOO_WIDE({ algorithm: name, most: limit.most, cols, instead: limit.instead ?? '' });
  }
  const { k, sizes: { min = 0, max = Infinity } = {} } = settings;
  if (k === undefined || (min * k <= rows && max * k >= rows)) return;
  const problem = min * k > rows ? `${k} clusters of at least ${min} rows` : `${k} clusters of at most ${max} rows`;
  throw mlErrors.ML_UNSATISFIABLE({ estimator: name, problem: `${problem}, there are ${rows}` });
}

/** Holds the sizes of a finished clustering against those asked for. Throws ML_UNSATISFIABLE. */
export function checkSizes(
  { name, keepsSizes = false }: { name: string; keepsSizes?: boolean },
  sizes: readonly number[],
  { sizes: { min = 0, max = Infinity } = {} }: FitSettings,
): void {
  const wrong = sizes.find((size) => size < min || size > max);
  if (wrong === undefined) return;
  const asked = wrong < min ? `at least ${min}` : `at most ${max}`;
  const instead = keepsSizes ? '' : '; bounded-kmeans keeps sizes';
  const problem = `a cluster has ${wrong} rows, ${asked} were asked for${instead}`;
  throw mlErrors.ML_UNSATISFIABLE({ estimator: name, problem });
}
