import type { FitSettings } from '@kohort/ml-algorithms';
import { scalingColumns, type FittedScaling } from '@kohort/ml-clustering';
import type { KWish } from './choose-clusters';
import type { CodeColumn } from './category-words';
import { clusterErrors } from './cluster-errors';
import { checkLinks } from './known-rows';
import type { ClusterTableInput, ClusterTableParams } from './cluster-table';

const MOST_K = 1000;
const bad = (parameter: string, must: string) => clusterErrors.CLUSTERS_BAD_PARAMETER({ parameter, must });
const isK = (k: number): boolean => Number.isInteger(k) && k >= 2 && k <= MOST_K;

function checkK(k: KWish): void {
  if (k === 'auto') return;
  const fits = typeof k === 'number' ? isK(k) : isK(k.from) && isK(k.to) && k.from <= k.to;
  if (!fits) throw bad('k', `auto, a whole number from 2 to ${MOST_K}, or a range of such as 2..12`);
}

/** Refuses what no algorithm could work with. Throws CLUSTERS_BAD_PARAMETER, CLUSTERS_LINK_SELF, CLUSTERS_LINKS_CONFLICT. */
export function checkClusterParams(
  { k, nInit, seed, weights = {}, algorithm }: ClusterTableParams,
  input: ClusterTableInput,
): void {
  const { ids, matrix, featureNames, categories = [], seeds, links, rowNames } = input;
  checkK(k);
  if (!Number.isSafeInteger(seed)) throw bad('seed', 'a whole number');
  if (nInit !== undefined && !(Number.isInteger(nInit) && nInit >= 1 && nInit <= 1000)) {
    throw bad('nInit', 'a whole number from 1 to 1000');
  }
  if (nInit !== undefined && algorithm !== 'kmeans') throw bad('nInit', 'left out: only kmeans makes such starts');
  const words = categories.map(({ feature }) => feature);
  const unknown = [...Object.keys(weights), ...words].find((name) => !featureNames.includes(name));
  if (unknown !== undefined) throw bad('weight', `of a feature; "${unknown.slice(0, 64)}" is none`);
  if (ids.length !== matrix.rows) throw bad('ids', `${matrix.rows} ids, one a row`);
  if (seeds && seeds.length !== matrix.rows) throw bad('seeds', `${matrix.rows} classes, one a row`);
  if (links) checkLinks(links, rowNames ?? ids);
}

/** Classes as numbers, in the order of first rows; -1 where none is known. */
function seedNumbers(seeds: readonly (string | null)[]): Int32Array {
  const classes = new Map<string, number>();
  return Int32Array.from(seeds, (name) => {
    if (name === null) return -1;
    const known = classes.get(name) ?? classes.size;
    classes.set(name, known);
    return known;
  });
}

/** Columns of the scaled table that hold codes of words. */
export function codeColumns(
  { categories = [] }: Pick<ClusterTableInput, 'categories'>,
  scaling: FittedScaling,
): CodeColumn[] {
  const kept = scalingColumns(scaling).filter((column) => column.kept);
  return kept.flatMap(({ name }, at) => {
    const found = categories.find(({ feature }) => feature === name);
    // Another word has a place too: it differs from every word as they do from each other.
    return found ? [{ at, words: found.words.length + 1 }] : [];
  });
}

/** What the registry is told, by columns of the scaled table. */
export function fitSettings(input: ClusterTableInput, params: ClusterTableParams, scaling: FittedScaling): FitSettings {
  const { weights = {}, sizes, seed } = params;
  const kept = scalingColumns(scaling).filter((column) => column.kept);
  const categories = codeColumns(input, scaling).map(({ at }) => at);
  const known = { ...(input.seeds ? { seeds: seedNumbers(input.seeds) } : {}), ...input.links };
  const weighed = Object.keys(weights).length > 0;
  return {
    seed,
    params: params.params ?? {},
    ...(weighed ? { weights: kept.map(({ name }) => weights[name] ?? 1) } : {}),
    ...(categories.length > 0 ? { categories } : {}),
    ...(sizes ? { sizes } : {}),
    ...(input.seeds || input.links ? { known } : {}),
  };
}
