import type { TreePath } from '@kohort/ml-trees';

/** One condition that a person does not meet. */
export interface MissedCondition {
  readonly feature: string;
  /** null is missing. */
  readonly value: number | null;
  /** What it would have to be: above, up to, or both. */
  readonly above: number | null;
  readonly upTo: number | null;
  /** How far off, in the feature's standard deviations; Infinity where the value or its scale is missing. */
  readonly steps: number;
}

/** The way into a cluster that asks least of a person. */
export interface NearestFlip {
  /** Empty when the person follows a path of the cluster already. */
  readonly missed: readonly MissedCondition[];
  /** Length of the way: √Σ steps². */
  readonly distance: number;
}

function missedOf(
  { intervals }: TreePath,
  values: ArrayLike<number>,
  { featureNames, deviations }: { featureNames: readonly string[]; deviations: ArrayLike<number> },
): MissedCondition[] {
  return intervals.flatMap(({ feature, above, upTo, missing, present }) => {
    const value = values[feature] as number;
    const unknown = Number.isNaN(value);
    if (unknown ? missing : present && value > (above ?? -Infinity) && value <= (upTo ?? Infinity)) return [];
    const off = above !== null && value <= above ? above - value : upTo !== null && value > upTo ? value - upTo : NaN;
    const scale = deviations[feature] as number;
    const steps = Number.isFinite(off) && scale > 0 ? off / scale : Infinity;
    return [{ feature: featureNames[feature] ?? '', value: unknown ? null : value, above, upTo, steps }];
  });
}

/**
 * How far one person is from a cluster, by its rules: of all paths the one whose unmet conditions are nearest, in
 * standard deviations.
 *
 * Shape   values: one a feature, in own units, NaN missing; deviations: one a feature
 * Ties    fewer conditions, then the earlier path
 * Cost    O(paths × conditions)
 * Throws  nothing; null when the cluster has no path
 */
export function nearestFlip(
  paths: readonly TreePath[],
  values: ArrayLike<number>,
  scale: { readonly featureNames: readonly string[]; readonly deviations: ArrayLike<number> },
): NearestFlip | null {
  const ways = paths.map((path): NearestFlip => {
    const missed = missedOf(path, values, scale);
    return { missed, distance: Math.sqrt(missed.reduce((sum, { steps }) => sum + steps * steps, 0)) };
  });
  const nearest = Math.min(...ways.map(({ distance }) => distance));
  const equals = ways.filter(({ distance }) => distance === nearest);
  const fewest = Math.min(...equals.map(({ missed }) => missed.length));
  return equals.find(({ missed }) => missed.length === fewest) ?? null;
}
