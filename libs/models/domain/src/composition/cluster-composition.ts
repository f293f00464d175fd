import { chiSquareTail } from '@kohort/ml-drift';
import { normalQuantile } from '@kohort/ml-preprocessing';
import { hiddenCells } from './hidden-cells';

/** People of one cluster and one group; null: in no cluster, without a label. */
export interface LabelledCount {
  readonly cluster: string | null;
  readonly group: string | null;
  readonly people: number;
}

/** A group in a cluster, against the same group everywhere else. What is hidden is null. */
export interface CompositionCell {
  readonly group: string;
  readonly people: number | null;
  /** 0–1, of the labelled people of the cluster, with Wilson's interval. */
  readonly share: number | null;
  readonly low: number | null;
  readonly high: number | null;
  /** 0–1, of the labelled people who are not in the cluster. */
  readonly shareElsewhere: number | null;
  /** share ÷ shareElsewhere, with Katz's interval: above 1 over-represented; null also where nobody is elsewhere. */
  readonly ratio: number | null;
  readonly ratioLow: number | null;
  readonly ratioHigh: number | null;
  /** Of the same share on both sides, Holm's for all cells that are shown. */
  readonly pValue: number | null;
  readonly representation: 'over' | 'under' | 'as_expected' | null;
}

/** What the people of each cluster are by labels that the caller named. */
export interface ClusterComposition {
  /** Labelled people whose group is shown. */
  readonly people: number;
  /** People without a label, and of groups too small to be shown even together. */
  readonly unknown: number;
  /** By falling size; the last may be `REST_GROUP`, all groups together that are too small to be shown alone. */
  readonly groups: readonly { readonly group: string; readonly people: number; readonly share: number }[];
  /** `cluster` null: in none. `people` of a cluster that is itself too small is null. */
  readonly clusters: readonly {
    readonly cluster: string | null;
    readonly people: number | null;
    readonly cells: readonly CompositionCell[];
  }[];
}

/** Confidence of intervals, and the chance below which a share is said to differ. */
const CONFIDENCE = 0.95;
const CHANCE = 0.05;
/** Groups too small to be shown alone. */
export const REST_GROUP = '(other)';

const Z = normalQuantile(1 - (1 - CONFIDENCE) / 2);

function wilson(part: number, whole: number): { readonly low: number; readonly high: number } {
  const share = part / whole;
  const [middle, scale] = [share + Z ** 2 / (2 * whole), 1 + Z ** 2 / whole];
  const half = Z * Math.sqrt((share * (1 - share)) / whole + Z ** 2 / (4 * whole ** 2));
  return { low: Math.max(0, (middle - half) / scale), high: Math.min(1, (middle + half) / scale) };
}

/** A share here and the same share elsewhere. */
interface Sides {
  readonly part: number;
  readonly whole: number;
  readonly partElsewhere: number;
  readonly wholeElsewhere: number;
}

/** Pearson's test of one share on both sides; 1 where both are nobody or everybody. */
function sameShare({ part, whole, partElsewhere, wholeElsewhere }: Sides): number {
  const [both, all] = [part + partElsewhere, whole + wholeElsewhere];
  const variance = (both / all) * (1 - both / all) * (1 / whole + 1 / wholeElsewhere);
  if (!(variance > 0)) return 1;
  return chiSquareTail((part / whole - partElsewhere / wholeElsewhere) ** 2 / variance, 1);
}

function ratioOf({ part, whole, partElsewhere, wholeElsewhere }: Sides) {
  if (part === 0 || partElsewhere === 0) return { ratio: null, ratioLow: null, ratioHigh: null };
  const ratio = part / whole / (partElsewhere / wholeElsewhere);
  const error = Math.sqrt(Math.max(0, 1 / part - 1 / whole + 1 / partElsewhere - 1 / wholeElsewhere));
  return { ratio, ratioLow: ratio * Math.exp(-Z * error), ratioHigh: ratio * Math.exp(Z * error) };
}

/** Holm's step-down of p-values, in their order. Source  Holm 1979 */
function holm(values: readonly number[]): number[] {
  const order = [...values.keys()].sort((a, b) => (values[a] ?? 1) - (values[b] ?? 1));
  const adjusted = new Array<number>(values.length).fill(1);
  let least = 0;
  order.forEach((at, rank) => {
    least = Math.max(least, Math.min(1, (values.length - rank) * (values[at] ?? 1)));
    adjusted[at] = least;
  });
  return adjusted;
}

/** Sums by a key, by falling sum, then by key. */
function sums<K>(counts: readonly LabelledCount[], keyOf: (count: LabelledCount) => K): [K, number][] {
  const all = new Map<K, number>();
  for (const count of counts) all.set(keyOf(count), (all.get(keyOf(count)) ?? 0) + count.people);
  return [...all].sort(([a, x], [b, y]) => y - x || (String(a) < String(b) ? -1 : 1));
}

/** Counts of groups that are large enough, all others together, and those that even together are too small to be shown. */
function shownCounts(counts: readonly LabelledCount[], leastCount: number) {
  const labelled = counts.filter(({ group }) => group !== null);
  const large = new Set(
    sums(labelled, ({ group }) => group).flatMap(([group, people]) => (people >= leastCount ? [group] : [])),
  );
  const pooled = labelled.map((count) => (large.has(count.group) ? count : { ...count, group: REST_GROUP }));
  const rest = sums(pooled, ({ group }) => group).find(([group]) => group === REST_GROUP)?.[1] ?? 0;
  return rest < leastCount ? pooled.filter(({ group }) => group !== REST_GROUP) : pooled;
}

const NOTHING = {
  ...{ people: null, share: null, low: null, high: null, shareElsewhere: null },
  ...{ ratio: null, ratioLow: null, ratioHigh: null, pValue: null, representation: null },
};

/**
 * What the people of each cluster are by group, beside the people of all other clusters: shares, over- and
 * under-representation with intervals and a test. Cells of fewer people than `leastCount` are hidden, and with them as many
 * others as keep them from being worked out of the totals.
 *
 * Shape   counts: one a cluster and group; clusters and groups come out by falling size
 * Units   shares 0–1, intervals of 95 %
 * Source  Wilson 1927; Katz et al. 1978; Pearson's chi-square with one degree of freedom; Holm 1979; the values held to
 *         SciPy and statsmodels by the specs
 */
export function clusterComposition(counts: readonly LabelledCount[], leastCount: number): ClusterComposition {
  const shown = shownCounts(counts, leastCount);
  const total = (of: readonly LabelledCount[]): number => of.reduce((sum, { people }) => sum + people, 0);
  const people = total(shown);
  const groups = sums(shown, ({ group }) => group ?? REST_GROUP);
  const clusters = sums(shown, ({ cluster }) => cluster);
  const table = clusters.map(([cluster]) =>
    groups.map(([group]) => total(shown.filter((one) => one.cluster === cluster && one.group === group))),
  );
  const hidden = hiddenCells(table, leastCount);
  const sides = (c: number, g: number): Sides => {
    const [part, whole] = [table[c]?.[g] ?? 0, clusters[c]?.[1] ?? 0];
    return { part, whole, partElsewhere: (groups[g]?.[1] ?? 0) - part, wholeElsewhere: people - whole };
  };
  const places = table.flatMap((row, c) => row.flatMap((_, g) => (hidden[c]?.[g] ? [] : [[c, g] as const])));
  const compared = places.filter(([c, g]) => sides(c, g).wholeElsewhere > 0);
  const values = holm(compared.map(([c, g]) => sameShare(sides(c, g))));
  const tested = new Map(compared.map(([c, g], at) => [`${c} ${g}`, values[at] ?? 1]));
  return {
    people,
    unknown: total(counts) - people,
    groups: groups.map(([group, count]) => ({ group, people: count, share: count / people })),
    clusters: clusters.map(([cluster, whole], c) => ({
      cluster,
      people: whole < leastCount ? null : whole,
      cells: groups.map(([group], g): CompositionCell => {
        const of = sides(c, g);
        if (hidden[c]?.[g]) return { group, ...NOTHING };
        const pValue = tested.get(`${c} ${g}`) ?? null;
        const share = of.part / of.whole;
        const shareElsewhere = of.wholeElsewhere > 0 ? of.partElsewhere / of.wholeElsewhere : null;
        const differs = pValue !== null && pValue < CHANCE;
        const side = share > (shareElsewhere ?? 0) ? 'over' : 'under';
        const representation = pValue === null ? null : differs ? side : 'as_expected';
        const interval = wilson(of.part, of.whole);
        return { group, people: of.part, share, ...interval, shareElsewhere, ...ratioOf(of), pValue, representation };
      }),
    })),
  };
}
