import { applyScaling, scalingColumns } from '@kohort/ml-clustering';
import type { ComputeControl } from '@kohort/ml-core';
import { shortestBetween, treePaths, type FeatureInterval, type TreePath } from '@kohort/ml-trees';
import { shownValue } from '../clusters/category-words';
import { clusterCentres, keptCodes, type ClusterModel } from '../clusters/cluster-model';
import type { ModelRules } from './model-rules';

/** One feature that would have to be another: a number or a word; null is missing. */
export interface FeatureChange {
  readonly feature: string;
  readonly from: number | string | null;
  readonly to: number | string | null;
}

/** What it takes to be in a cluster. */
export interface WayToCluster {
  readonly cluster: number;
  /** What the rules ask, or what it takes to be like the cluster's average in the features that matter most. */
  readonly changes: readonly FeatureChange[];
  /** Length of the way, Euclidean in the model's scaled space. */
  readonly distance: number;
  /** Whether the model itself would place somebody so changed in the cluster. */
  readonly holds: boolean;
}

/** How deep behind the rules' thresholds a change is tried, in parts of the way to the cluster's average. */
const DEPTHS = [0, 0.25, 0.5, 1];
/** Features that are moved to a cluster's average, where what the rules ask is not enough. */
const MOST_FEATURES = 12;
/** Room for a short number. */
const ROOM = 0.05;

/** Whether a value passes what a path asks of its feature. */
export function passes({ above, upTo, missing, present }: FeatureInterval, value: number): boolean {
  if (Number.isNaN(value)) return missing;
  return present && value > (above ?? -Infinity) && value <= (upTo ?? Infinity);
}

interface Target {
  readonly interval: FeatureInterval;
  /** The cluster's average. */
  readonly centre: number;
  readonly isWhole: boolean;
  readonly isCode: boolean;
  readonly depth: number;
}

/** A value that passes: just behind the bound that is missed, or so deep. NaN where only a missing one does. */
function valueWithin({ interval, centre, isWhole, isCode, depth }: Target, from: number): number {
  // The cluster's own word, where the path lets it through; else the first that it does.
  if (isCode) return passes(interval, centre) ? centre : Math.floor(interval.above ?? -1) + 1;
  const { above, upTo, present } = interval;
  if (!present) return NaN;
  const [low, high] = [above ?? -Infinity, upTo ?? Infinity];
  const inside = Math.min(Math.max(centre, low), high);
  if (above !== null && !(from > above)) {
    const gap = inside - above || Math.abs(above) * ROOM || 1;
    const start = above + depth * gap;
    if (isWhole) return Math.min(Math.floor(start) + 1, Math.floor(high));
    return Math.min(-shortestBetween(-start - ROOM * gap, -start), high);
  }
  if (upTo !== null && !(from <= upTo)) {
    // Never below the average: counts have nothing under 0.
    const end = upTo - depth * (upTo - inside);
    if (depth === 0) return upTo;
    return isWhole ? Math.max(Math.floor(end), Math.floor(low) + 1) : end;
  }
  return Number.isNaN(from) ? inside : from + depth * (inside - from);
}

/** Whether a way is better: one that holds, then the shorter, then the one that changes less. */
const isBetter = (one: WayToCluster, other: WayToCluster | undefined): boolean =>
  other === undefined ||
  (one.holds === other.holds
    ? one.distance < other.distance || (one.distance === other.distance && one.changes.length < other.changes.length)
    : one.holds);

interface Columns {
  readonly names: readonly string[];
  readonly whole: readonly string[];
  readonly codes: readonly string[];
}

interface Person {
  readonly values: Float64Array;
  readonly centres: readonly Readonly<Record<string, number>>[];
}

/** The values of somebody who has gone a path's way so deep; null where that changes nothing. */
function changedBy(
  path: TreePath,
  { values, centres }: Person,
  { names, whole, codes, depth }: Columns & { depth: number },
): Float64Array | null {
  const missed = path.intervals.filter((one) => !passes(one, values[one.feature] as number));
  // Who follows the rules and is elsewhere all the same: nearer to the average in all that they ask.
  const asked = missed.length > 0 ? missed : depth > 0 ? path.intervals : [];
  if (asked.length === 0) return null;
  const changed = Float64Array.from(values);
  for (const interval of asked) {
    const name = names[interval.feature] ?? '';
    const from = values[interval.feature] as number;
    const centre = centres[path.predicted]?.[name] ?? from;
    const target = { interval, centre, isWhole: whole.includes(name), isCode: codes.includes(name), depth };
    changed[interval.feature] = valueWithin(target, from);
  }
  return changed;
}

function changesOf(
  { featureNames, categories }: ClusterModel,
  values: Float64Array,
  changed: Float64Array,
): FeatureChange[] {
  return featureNames.flatMap((feature, j) => {
    const [from, to] = [values[j] as number, changed[j] as number];
    // Of words the places tell, not how they read; 0 and -0 are no change, nor are two that are missing.
    if (from === to || Object.is(from, to)) return [];
    return [{ feature, from: shownValue(categories, feature, from), to: shownValue(categories, feature, to) }];
  });
}

interface Tried {
  readonly cluster: number;
  readonly changed: Float64Array;
}

interface Asked {
  readonly model: ClusterModel;
  readonly rules: ModelRules;
  readonly own: number;
}

/** Towards the average of a cluster: feature by feature in its own units, those farthest off in the model's space first. */
function towardsCentre(cluster: number, { model, rules }: Asked, { values, centres }: Person): Tried[] {
  const { featureNames: names, scaling, placing } = model;
  const kept = scalingColumns(scaling).flatMap((column, at) => (column.kept ? [at] : []));
  const scaled = applyScaling(scaling, { data: values, rows: 1, cols: values.length });
  const codes = keptCodes(model);
  const gaps = kept.map((_, j) => {
    const off = (model.centres[cluster * kept.length + j] as number) - (scaled.data[j] as number);
    return (codes.includes(j) ? Number(off !== 0) : Math.abs(off)) * (placing.factors?.[j] ?? 1);
  });
  const changed = Float64Array.from(values);
  return [...kept.keys()]
    .sort((a, b) => (gaps[b] as number) - (gaps[a] as number))
    .slice(0, MOST_FEATURES)
    .map((j) => {
      const column = kept[j] as number;
      const name = names[column] ?? '';
      const average = centres[cluster]?.[name] ?? (values[column] as number);
      changed[column] = rules.whole.includes(name) ? Math.round(average) : average;
      return { cluster, changed: Float64Array.from(changed) };
    });
}

function waysTried(asked: Asked, person: Person): Tried[] {
  const { model, rules, own } = asked;
  const { featureNames: names, categories, placing } = model;
  const codes = categories.map(({ feature }) => feature);
  const byRules = treePaths(rules.tree)
    .filter(({ predicted }) => predicted !== own && predicted < placing.k)
    .flatMap((path) =>
      DEPTHS.flatMap((depth) => {
        const changed = changedBy(path, person, { names, whole: rules.whole, codes, depth });
        return changed ? [{ cluster: path.predicted, changed }] : [];
      }),
    );
  const clusters = Array.from({ length: placing.k }, (_, cluster) => cluster).filter((cluster) => cluster !== own);
  return [...byRules, ...clusters.flatMap((cluster) => towardsCentre(cluster, asked, person))];
}

/**
 * How far one person is from every other cluster: of what the rules ask, and of steps towards the cluster's average, the
 * least change that the model itself agrees with, or the least of all where it agrees with none.
 *
 * Shape   values: one a feature in own units, NaN missing; answers one way for each cluster but `own`, nearest first
 * Ties    fewer changes, then the earlier rule; ways of equal length in the order of the clusters
 * Cost    the model places at most 4 rows a rule and 12 a cluster
 * Throws  what `applyScaling` and the model's `assign` throw
 */
export async function waysToClusters(
  asked: Asked,
  values: Float64Array,
  control: ComputeControl = {},
): Promise<WayToCluster[]> {
  const { model } = asked;
  const { scaling, placing } = model;
  const codes = keptCodes(model);
  const tried = waysTried(asked, { values, centres: clusterCentres(model) });
  const cols = values.length;
  const data = new Float64Array((tried.length + 1) * cols);
  data.set(values);
  tried.forEach(({ changed }, at) => data.set(changed, (at + 1) * cols));
  const scaled = applyScaling(scaling, { data, rows: tried.length + 1, cols });
  const { labels } = await placing.assign(scaled, control);
  const best = new Map<number, WayToCluster>();
  tried.forEach(({ cluster, changed }, at) => {
    let squares = 0;
    for (let j = 0; j < scaled.cols; j += 1) {
      const gap = (scaled.data[(at + 1) * scaled.cols + j] as number) - (scaled.data[j] as number);
      squares += codes.includes(j) ? Number(gap !== 0) : gap * gap;
    }
    const changes = changesOf(model, values, changed);
    const way = { cluster, changes, distance: Math.sqrt(squares), holds: labels[at + 1] === cluster };
    if (isBetter(way, best.get(cluster))) best.set(cluster, way);
  });
  return [...best.values()].sort((a, b) => a.distance - b.distance || a.cluster - b.cluster);
}
