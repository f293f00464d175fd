import type { JsonObject } from '@kohort/kernel-contracts';
import { isAppError } from '@kohort/kernel-errors';
import type { FeatureInterval, TreePath } from '@kohort/ml-trees';
import { clusterErrors } from '../clusters/cluster-errors';
import { featureLabel } from '../clusters/feature-roles';
import type { ClusterRules, Surrogate } from './surrogate-tree';

const trait = (path: string, op: string, value?: number): JsonObject => ({
  trait: value === undefined ? { path, op } : { path, op, value },
});

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
  { featureNames, missingIn }: { readonly featureNames: readonly string[] } & Pick<Surrogate, 'missingIn'>,
): JsonObject {
  const ways = paths.map(({ intervals }): JsonObject => {
    const all = intervals.flatMap((interval) => {
      const name = featureNames[interval.feature] ?? '';
      if (!READABLE_PATH.test(name)) throw clusterErrors.CLUSTERS_NOT_A_PATH({ column: name });
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
  featureNames: readonly string[],
): { readonly rule: JsonObject | null; readonly noRule: string | null } {
  const rules = surrogate.clusters[cluster] ?? { paths: [] };
  try {
    return { rule: ruleOfCluster(rules, { featureNames, missingIn: surrogate.missingIn }), noRule: null };
  } catch (thrown) {
    if (!isAppError(thrown)) throw thrown;
    return { rule: null, noRule: thrown.message };
  }
}

function intervalInWords({ above, upTo, present }: FeatureInterval, name: string): string {
  const label = featureLabel(name);
  if (!present) return `${label} is unknown`;
  if (above !== null && upTo !== null) return `${label} above ${above} up to ${upTo}`;
  if (above !== null) return `${label} above ${above}`;
  return upTo !== null ? `${label} up to ${upTo}` : `${label} is known`;
}

/** A path as a sentence for people: "recency days up to 30 and frequency above 4". */
export function pathInWords({ intervals }: TreePath, featureNames: readonly string[]): string {
  const parts = intervals.map((interval) => intervalInWords(interval, featureNames[interval.feature] ?? ''));
  return parts.length === 0 ? 'everybody' : parts.join(' and ');
}
