import type { ClusteringCard } from '@kohort/kernel-contracts';
import { OUTLIER_FROM } from '@kohort/ml-algorithms';
import { keptKeys } from './carry-identity';

/** Where everybody was placed by a model that was fitted before. */
export interface ScoredAnew {
  /** The version that is followed. */
  readonly version: number;
  readonly labels: Int32Array;
  readonly outlierScores: Float64Array;
  /** Keys of clusters that the model has had. */
  readonly keys: readonly string[];
}

/**
 * The card of a version that places other people by the same fit: sizes and shares are of who is placed now, all else is
 * of the fit. Each cluster is the same as before.
 *
 * Shape  labels: indices into the card's clusters, -1 in none
 */
export function scoredCard(card: ClusteringCard, { version, labels, outlierScores, keys }: ScoredAnew): ClusteringCard {
  const sizes = new Array<number>(card.clusters.length).fill(0);
  let noise = 0;
  for (const label of labels) {
    if (label < 0) noise += 1;
    else sizes[label] = (sizes[label] ?? 0) + 1;
  }
  const clusters = card.clusters.map((sheet, at) => {
    const size = sizes[at] ?? 0;
    return { ...sheet, size, shareOfPeople: labels.length === 0 ? 0 : size / labels.length };
  });
  const named = ({ key, name, size }: (typeof clusters)[number]) => ({ key, name, size });
  const verdicts = card.clusters.map((before, at) => ({
    ...{ kind: 'same' as const, before: [named(before)], carries: before.key, suggestedName: null },
    ...{ after: clusters.slice(at, at + 1).map(named), similarity: 1, sharedMembers: null },
  }));
  const pastKeys = keptKeys({ card, keys }, clusters);
  return {
    ...{ ...card, clusters, rows: labels.length, noise },
    outliers: outlierScores.reduce((sum, score) => sum + (score >= OUTLIER_FROM ? 1 : 0), 0),
    identity: { version, people: labels.length - noise, verdicts, pastKeys },
  };
}
