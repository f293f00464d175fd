/** What is known of one k. */
export interface KScore {
  readonly k: number;
  readonly inertia: number;
  readonly silhouette: number;
  /** Mean adjusted Rand index of bootstrap clusterings with this one: 1 means the same groups every time. */
  readonly stability: number;
  /** Least cluster-wise Jaccard similarity over the bootstrap (Hennig 2007): how well the weakest cluster is found again. */
  readonly weakestJaccard: number;
  /** Cluster sizes, falling, of the rows swept. */
  readonly sizes: readonly number[];
}

/** The choice and why, in words. */
export interface Recommendation {
  readonly k: number;
  readonly reasons: readonly string[];
}

/** Stability from which a number of clusters counts as found again. */
export const STABLE = 0.75;
/** Share of the silhouette of two clusters that a finer stable clustering must keep to be preferred. */
const NEARLY_AS_GOOD = 0.75;
/** Difference of silhouettes that says nothing. */
const SAME_SILHOUETTE = 0.01;
const SAME_STABILITY = 0.05;
/** Jaccard similarity below which a cluster should not be trusted (Hennig 2007). */
const FOUND_AGAIN = 0.6;

const two = (value: number): string => value.toFixed(2);

const bySilhouette = (scores: readonly KScore[]): KScore | undefined =>
  scores.reduce<KScore | undefined>((best, one) => (!best || one.silhouette > best.silhouette ? one : best), undefined);

/**
 * Of scores equal to the best one for all purposes: the most stable; of equally stable ones the finest whose clusters are
 * all found again.
 */
function finestOfEquals(best: KScore, scores: readonly KScore[]): KScore {
  const equals = scores.filter((one) => one.silhouette >= best.silhouette - SAME_SILHOUETTE);
  const stability = Math.max(...equals.map((one) => one.stability));
  const stable = equals.filter((one) => one.stability >= stability - SAME_STABILITY);
  const whole = stable.filter((one) => one.weakestJaccard >= FOUND_AGAIN);
  const last = whole.length > 0 ? whole : stable;
  return last.reduce((a, b) => (b.k > a.k ? b : a), last[0] ?? best);
}

/**
 * Chooses k from a table of scores. The rule:
 *
 * 1. Only stable k count (stability ≥ 0.75); when none is, all count and the reasons say so.
 * 2. The highest silhouette wins.
 * 3. Two clusters often split large from small and no more: when k = 2 wins, the best stable k ≥ 3 is taken instead if it
 *    keeps at least 75 % of that silhouette.
 * 4. Silhouettes within 0.01 are equal: then the more stable k wins, and among those within 0.05 the finest one whose
 *    weakest cluster is still found again (Jaccard ≥ 0.6).
 *
 * Shape   scores: at least one, any order
 */
export function recommendK(scores: readonly KScore[]): Recommendation {
  const stable = scores.filter((one) => one.stability >= STABLE);
  const pool = stable.length > 0 ? stable : scores;
  const first = bySilhouette(pool) ?? { k: 2, silhouette: 0, stability: 0 };
  const reasons: string[] = [];
  if (stable.length === 0)
    reasons.push(
      'No number of clusters was found again reliably in resampled data; the best silhouette decides alone.',
    );
  const finer = bySilhouette(pool.filter((one) => one.k > 2));
  let best = bySilhouette(pool);
  if (!best) return { k: 2, reasons };
  if (first.k === 2 && finer && finer.silhouette >= NEARLY_AS_GOOD * first.silhouette) {
    best = finer;
    reasons.push(
      `Two clusters separate best (silhouette ${two(first.silhouette)}) but only split the table in half; ` +
        `${finer.k} keep ${Math.round((100 * finer.silhouette) / first.silhouette)} % of that and say more.`,
    );
  }
  const from2 = best.k > 2 ? pool.filter((one) => one.k > 2) : pool;
  const chosen = finestOfEquals(best, from2);
  if (chosen.k !== best.k) {
    reasons.push(
      `${chosen.k} and ${best.k} clusters separate equally well (silhouettes ${two(chosen.silhouette)} and ` +
        `${two(best.silhouette)}); ${chosen.k} ${chosen.stability > best.stability + SAME_STABILITY ? 'is found again more reliably' : 'is the finer of the two'}.`,
    );
  } else if (reasons.length === 0 || stable.length === 0) {
    reasons.push(`${chosen.k} clusters separate best: silhouette ${two(chosen.silhouette)}.`);
  }
  const again = `Resampled data give the same ${chosen.k} clusters with an agreement of ${two(chosen.stability)} (1 is perfect).`;
  return { k: chosen.k, reasons: [...reasons, again] };
}
