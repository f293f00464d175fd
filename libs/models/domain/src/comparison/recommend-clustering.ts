import { recommendK, type KScore } from '@kohort/ml-clustering';
import type { Stability } from '@kohort/ml-judging';
import type { ClusteringScores } from './judge-clustering';

/** One algorithm at one k, judged. */
export interface JudgedClustering {
  readonly algorithm: string;
  readonly title: string;
  /** What was asked; null where the algorithm finds it. */
  readonly asked: number | null;
  readonly k: number;
  readonly noise: number;
  /** Falling. */
  readonly sizes: readonly number[];
  readonly scores: ClusteringScores;
  readonly stability: Stability | null;
}

/** The one clustering to take, and why. */
export interface RecommendedClustering {
  readonly algorithm: string;
  readonly asked: number | null;
  readonly k: number;
  readonly reasons: readonly string[];
}

/** Differences below these say nothing. */
const SAME_SEPARATION = 0.01;
const SAME_STABILITY = 0.05;
const STABLE = 0.75;
/** Share of the rows in a cluster from which a clustering stands for everybody. */
const LEAST_COVERAGE = 0.5;

const two = (value: number): string => value.toFixed(2);
const named = ({ title, k }: JudgedClustering): string => `${title} with ${k} clusters`;
const agreementOf = ({ stability }: JudgedClustering): number => stability?.agreement ?? 0;

const scoreOf = (one: JudgedClustering): KScore => ({
  k: one.k,
  inertia: one.scores.inertia,
  silhouette: one.scores.separation,
  stability: agreementOf(one),
  weakestJaccard: one.stability?.weakestJaccard ?? 0,
  sizes: one.sizes,
});

/** Of one algorithm the k that recommendK would take. */
function bestOfAlgorithm(own: readonly JudgedClustering[]): { best: JudgedClustering; reasons: readonly string[] } {
  const { k, reasons } = recommendK(own.map(scoreOf));
  const best = own.find((one) => one.k === k) ?? (own[0] as JudgedClustering);
  return { best, reasons: own.length > 1 ? reasons : [] };
}

/**
 * Chooses one clustering of many. The rule:
 *
 * 1. Only clusterings with two clusters or more that hold at least half of the rows count; those of the algorithms `unsure`
 *    (networks, on few rows) only where there are no others.
 * 2. Each algorithm sends the k that `recommendK` takes (stable ones first, then separation, avoiding the trivial two).
 * 3. Of these the stable ones (agreement ≥ 0.75) count, or all when none is.
 * 4. The greatest separation (silhouette × share of rows in a cluster) wins; within 0.01 the more stable one, and within
 *    0.05 of that the plainer algorithm: the one that comes first.
 *
 * Shape   judged: in the order of the registry; null when rule 1 leaves none
 */
export function recommendClustering(
  judged: readonly JudgedClustering[],
  unsure: readonly string[] = [],
): RecommendedClustering | null {
  const whole = judged.filter(({ k, scores }) => k >= 2 && scores.coverage >= LEAST_COVERAGE);
  const sure = whole.filter(({ algorithm }) => !unsure.includes(algorithm));
  const counted = sure.length > 0 ? sure : whole;
  const leftOut = new Set(whole.filter((one) => !counted.includes(one)).map(({ title }) => title));
  const algorithms = [...new Set(counted.map(({ algorithm }) => algorithm))];
  const bests = algorithms.map((name) => bestOfAlgorithm(counted.filter(({ algorithm }) => algorithm === name)));
  const stable = bests.filter(({ best }) => agreementOf(best) >= STABLE);
  const pool = stable.length > 0 ? stable : bests;
  const top = Math.max(...pool.map(({ best }) => best.scores.separation));
  const equals = pool.filter(({ best }) => best.scores.separation >= top - SAME_SEPARATION);
  const steadiest = Math.max(...equals.map(({ best }) => agreementOf(best)));
  const chosen = equals.find(({ best }) => agreementOf(best) >= steadiest - SAME_STABILITY);
  if (!chosen) return null;
  const { best, reasons } = chosen;
  const others = equals.filter((one) => one !== chosen).map((one) => named(one.best));
  const next = pool
    .filter((one) => !equals.includes(one))
    .sort((a, b) => b.best.scores.separation - a.best.scores.separation)[0];
  const lines = [
    ...(stable.length === 0
      ? ['No clustering was found again reliably in resampled data: separation decides alone.']
      : []),
    `${named(best)} separate the rows with ${two(best.scores.separation)} (silhouette ${two(best.scores.silhouette ?? 0)}, ${Math.round(100 * best.scores.coverage)} % of the rows in a cluster) and are found again with an agreement of ${two(agreementOf(best))}.`,
    ...(others.length > 0 ? [`Equally good, but less stable or less plain: ${others.join(', ')}.`] : []),
    ...(leftOut.size > 0
      ? [
          `Left out, for a network learns little from so few rows and another seed may part them otherwise: ${[...leftOut].join(', ')}.`,
        ]
      : []),
    ...(next ? [`Next best: ${named(next.best)}, separation ${two(next.best.scores.separation)}.`] : []),
    ...reasons,
  ];
  return { algorithm: best.algorithm, asked: best.asked, k: best.k, reasons: lines };
}
