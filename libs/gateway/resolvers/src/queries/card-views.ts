import { z } from 'zod';
import type { OutlierGroupType } from '@kohort/gateway-schema';
import {
  clusteringCardSchema,
  modelCardSchema,
  type ClusterRule,
  type ClusterSheet,
  type ClusteringCard,
  type Json,
} from '@kohort/kernel-contracts';

const clusterRule = z.object({
  where: z.object({ cluster: z.object({ model: z.string(), in: z.array(z.string()) }) }),
});

/** The clusters that a segment's rule stands for; null when the rule is of another kind. */
export function clustersNamedBy(rule: Json): { readonly model: string; readonly in: readonly string[] } | null {
  const parsed = clusterRule.safeParse(rule);
  return parsed.success ? parsed.data.where.cluster : null;
}

/** The card of a clustering; null for another kind of model. */
export function clusteringOf(card: Json): ClusteringCard | null {
  const parsed = clusteringCardSchema.safeParse(card);
  return parsed.success ? parsed.data : null;
}

/** A sheet with its rule, and with the words that tell. */
type ToldSheet = ClusterSheet & {
  readonly rule: ClusterRule | null;
  readonly categories: NonNullable<ClusterSheet['categories']>;
};

/** The cluster sheets of a model's card, each with its rule; empty for another kind of model. */
export function sheetsOf(card: Json): readonly ToldSheet[] {
  const found = clusteringOf(card);
  return (found?.clusters ?? []).map((sheet, at) => ({
    ...sheet,
    categories: sheet.categories ?? [],
    rule: found?.rules?.clusters[at] ?? null,
  }));
}

/** How many are in the outlier group of a clustering; null for another kind of model, and where it was not counted. */
export function outlierGroupOf(card: Json): Pick<OutlierGroupType, 'people' | 'inNone' | 'shareOfPeople'> | null {
  const found = clusteringOf(card);
  if (!found || found.outliers === undefined) return null;
  const { outliers: people, noise: inNone = 0, rows } = found;
  return { people, inNone, shareOfPeople: rows > 0 ? people / rows : 0 };
}

/** How the clusters of a card follow those of the version before; null for a first version and other kinds of model. */
export const identityOf = (card: Json): ClusteringCard['identity'] | null => clusteringOf(card)?.identity ?? null;

/**
 * The figures of a card by which its model is judged: silhouette and k of a clustering; of a propensity model the figures
 * of the candidate that was chosen, on later data, beside the base rate.
 */
export function metricsOf(card: Json): Json {
  const parsed = modelCardSchema.safeParse(card);
  if (!parsed.success) return null;
  if (parsed.data.kind === 'clustering') {
    const { k, rows, silhouette, inertia } = parsed.data;
    return { k, rows, silhouette, inertia };
  }
  const { baseRate, trainRows, testRows, candidates } = parsed.data;
  const chosen = candidates.find((candidate) => candidate.chosen);
  if (!chosen) return { baseRate, trainRows, testRows };
  const { auc, aucLow, aucHigh, logLoss, brier, liftTopDecile } = chosen;
  return { baseRate, trainRows, testRows, algorithm: chosen.name, auc, aucLow, aucHigh, logLoss, brier, liftTopDecile };
}

const accountRule = z.object({ entity: z.literal('account') });

/** Whom a rule judges; lists and segments without a rule hold people. */
export const entityOf = (rule: Json): 'profile' | 'account' =>
  accountRule.safeParse(rule).success ? 'account' : 'profile';
