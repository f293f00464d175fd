import { featureStatisticsSchema, statisticsDrift, type FeatureStatistics } from '@kohort/features-domain';
import type { FeatureStatisticsStore, WorkspaceId } from '@kohort/kernel-contracts';

/** What a trait's values were like at an instant, and how far they had moved since the first time. */
export interface TraitStatistics {
  /** Epoch milliseconds. */
  readonly asOf: number;
  readonly statistics: FeatureStatistics;
  /** As `statisticsDrift` has it. */
  readonly drift: number | null;
}

/**
 * The newest statistics of each trait of a version, by key, newest first.
 *
 * Cost    two reads, however many traits there are
 */
export async function traitStatistics(
  store: Pick<FeatureStatisticsStore, 'list' | 'earliest'>,
  workspaceId: WorkspaceId,
  asked: { readonly definitionVersion: number; readonly first: number },
): Promise<ReadonlyMap<string, readonly TraitStatistics[]>> {
  const [newest, earliest] = await Promise.all([
    store.list(workspaceId, asked),
    store.earliest(workspaceId, asked.definitionVersion),
  ]);
  const firstOf = new Map(earliest.map(({ key, statistics }) => [key, featureStatisticsSchema.parse(statistics)]));
  const found = new Map<string, TraitStatistics[]>();
  for (const { key, asOf, statistics: kept } of newest) {
    const statistics = featureStatisticsSchema.parse(kept);
    const first = firstOf.get(key);
    const one = { asOf, statistics, drift: first ? statisticsDrift(first, statistics) : null };
    found.set(key, [...(found.get(key) ?? []), one]);
  }
  return found;
}
