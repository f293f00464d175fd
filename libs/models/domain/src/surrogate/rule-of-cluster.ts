import type { JsonObject } from '@kohort/kernel-contracts';
import { isAppError } from '@kohort/kernel-errors';
import type { FeatureInterval, TreePath } from '@kohort/ml-trees';
import { ANOTHER_WORD, readWord, type CategoryWords } from '../clusters/category-words';
import { clusterErrors } from '../clusters/cluster-errors';
import { featureLabel } from '../clusters/feature-roles';
import type { ClusterRules, Surrogate } from './surrogate-tree';

const trait = (path: string, op: string, value?: number | string | string[]): JsonObject => ({
  trait: value === undefined ? { path, op } : { path, op, value },
});

/** The words whose codes a path lets through; the codes are places. */
const wordsWithin = ({ above, upTo }: FeatureInterval, { words }: CategoryWords): string[] =>
  words.filter((_, code) => code > (above ?? -Infinity) && code <= (upTo ?? Infinity));

/** Whether a path lets words through that are not in the list, where the training rows had some. */
const othersWithin = ({ above, upTo }: FeatureInterval, { words, others = false }: CategoryWords): boolean =>
  others && words.length > (above ?? -Infinity) && words.length <= (upTo ?? Infinity);

const oneOf = (path: string, words: readonly string[]): JsonObject[] => {
  const [only] = words;
  if (only === undefined) return [];
  return [words.length === 1 ? trait(path, 'eq', only) : trait(path, 'in', [...words])];
};

/** Words that are not in the list have no names: who has none of the others has one of them. */
function noneOf({ feature, words }: CategoryWords, refused: readonly string[]): JsonObject[] {
  const said = refused.filter((word) => word !== '');
  const [only] = said;
  if (only === undefined) return refused.length > 0 ? [trait(feature, 'exists')] : [];
  // Both hold of a present value alone.
  const named = said.length === 1 ? trait(feature, 'neq', only) : trait(feature, 'notIn', said);
  const isMissingRefused = words.includes('') && refused.includes('');
  return isMissingRefused ? [named] : [{ any: [trait(feature, 'notExists'), named] }];
}

/** One of some words; an empty one is a missing value. */
function oneOfWords(interval: FeatureInterval, category: CategoryWords): JsonObject[] {
  const within = wordsWithin(interval, category);
  if (othersWithin(interval, category)) {
    return noneOf(
      category,
      category.words.filter((word) => !within.includes(word)),
    );
  }
  if (within.length === category.words.length && !category.others) return [];
  const said = within.filter((word) => word !== '');
  const named = oneOf(category.feature, said);
  const ways = within.length === said.length ? named : [trait(category.feature, 'notExists'), ...named];
  return ways.length > 1 ? [{ any: ways }] : ways;
}

/** Conditions that must all hold; those for missing values only where the rows had some. */
function conditionsOf(interval: FeatureInterval, name: string, hadMissing: boolean): JsonObject[] {
  const { above, upTo, present } = interval;
  if (!present) return [trait(name, 'notExists')];
  const bounds = [
    ...(above === null ? [] : [trait(name, 'gt', above)]),
    ...(upTo === null ? [] : [trait(name, 'lte', upTo)]),
  ];
  if (bounds.length === 0) return interval.missing ? [] : [trait(name, 'exists')];
  if (!interval.missing || !hadMissing) return bounds;
  const within: JsonObject = bounds.length === 1 ? (bounds[0] as JsonObject) : { all: bounds };
  return [{ any: [trait(name, 'notExists'), within] }];
}

/** What the columns of a tree are. */
export interface TreeFeatures {
  readonly featureNames: readonly string[];
  /** Columns that hold codes of words. */
  readonly categories?: readonly CategoryWords[];
}

const READABLE_PATH = /^[^.[\]]+$/;

/**
 * A cluster's rules as a rule of the segment language: any of the paths, each all of its conditions on traits of the
 * features' names. Plain data to be edited, versioned and published as every other rule.
 *
 * Throws  CLUSTERS_NO_RULE when the tree has no leaf for the cluster, or one without conditions; CLUSTERS_NOT_A_PATH when
 *         a feature's name cannot be a trait's path
 */
export function ruleOfCluster(
  { paths }: Pick<ClusterRules, 'paths'>,
  { featureNames, missingIn, categories = [] }: TreeFeatures & Pick<Surrogate, 'missingIn'>,
): JsonObject {
  const ways = paths.map(({ intervals }): JsonObject => {
    const all = intervals.flatMap((interval) => {
      const name = featureNames[interval.feature] ?? '';
      if (!READABLE_PATH.test(name)) throw clusterErrors.CLUSTERS_NOT_A_PATH({ column: name });
      const category = categories.find(({ feature }) => feature === name);
      if (category) return oneOfWords(interval, category);
      return conditionsOf(interval, name, missingIn.includes(name));
    });
    return { all };
  });
  if (ways.length === 0 || paths.some(({ intervals }) => intervals.length === 0)) {
    throw clusterErrors.CLUSTERS_NO_RULE();
  }
  return { version: 1, entity: 'profile', where: ways.length === 1 ? (ways[0] as JsonObject) : { any: ways } };
}

/** A cluster's rule, or why there is none. */
export function writtenRule(
  surrogate: Surrogate,
  cluster: number,
  features: TreeFeatures,
): { readonly rule: JsonObject | null; readonly noRule: string | null } {
  const rules = surrogate.clusters[cluster] ?? { paths: [] };
  try {
    return { rule: ruleOfCluster(rules, { ...features, missingIn: surrogate.missingIn }), noRule: null };
  } catch (thrown) {
    if (!isAppError(thrown)) throw thrown;
    return { rule: null, noRule: thrown.message };
  }
}

function intervalInWords(interval: FeatureInterval, name: string, category: CategoryWords | undefined): string {
  const label = featureLabel(name);
  if (category) {
    const words = wordsWithin(interval, category).map(readWord);
    return `${label} is ${[...words, ...(othersWithin(interval, category) ? [ANOTHER_WORD] : [])].join(' or ')}`;
  }
  const { above, upTo, present } = interval;
  if (!present) return `${label} is unknown`;
  if (above !== null && upTo !== null) return `${label} above ${above} up to ${upTo}`;
  if (above !== null) return `${label} above ${above}`;
  return upTo !== null ? `${label} up to ${upTo}` : `${label} is known`;
}

/** A path as a sentence for people: "recency days up to 30 and frequency above 4". */
export function pathInWords({ intervals }: TreePath, { featureNames, categories = [] }: TreeFeatures): string {
  const parts = intervals.map((interval) => {
    const name = featureNames[interval.feature] ?? '';
    return intervalInWords(
      interval,
      name,
      categories.find(({ feature }) => feature === name),
    );
  });
  return parts.length === 0 ? 'everybody' : parts.join(' and ');
}
