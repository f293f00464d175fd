import {
  SEGMENT_ORDERS,
  computeFeatures,
  eventsWithProperties,
  pickFeatures,
  type OrderMapping,
} from '@kohort/features-domain';
import type { FeatureRow, FeatureStore, PersonFeatures, PersonHistory } from '@kohort/kernel-contracts';
import { workspaceFeatures } from './workspace-features';

/** What one person's features are read from. */
export interface PersonFeaturesPorts {
  readonly history: PersonHistory;
  readonly features: Pick<FeatureStore, 'timeZone' | 'set'>;
  readonly orders?: OrderMapping;
}

function picked(stored: FeatureRow['values'] | null, names: readonly string[]): readonly (number | null)[] | null {
  if (stored === null || !names.every((name) => name in stored)) return null;
  return names.map((name) => {
    const value = stored[name];
    return typeof value === 'number' ? value : null;
  });
}

/**
 * One person's features: the kept ones when they are of that very instant, computed from the person's events otherwise.
 * It needs no column store.
 *
 * Cost    one row, or one person's events
 * Throws  FEATURES_VERSION_UNKNOWN
 */
export function personFeatures({ history, features, orders = SEGMENT_ORDERS }: PersonFeaturesPorts): PersonFeatures {
  return {
    async at(workspaceId, { profileId, asOf, features: names, definitionVersion: wanted }) {
      const set = await workspaceFeatures(features, workspaceId, { version: wanted });
      if (!names.every((name) => set.definitions.some(({ key }) => key === name))) return null;
      const stored = await history.features(workspaceId, { profileId, asOf, definitionVersion: set.version });
      const kept = picked(stored, names);
      if (kept) return kept;
      const definitions = pickFeatures(set.definitions, names);
      const asked = { profileId, until: asOf, propertiesOf: eventsWithProperties(definitions, orders) };
      const [events, timeZone] = await Promise.all([
        history.events(workspaceId, asked),
        features.timeZone(workspaceId),
      ]);
      return events.length === 0 ? null : computeFeatures(definitions, events, { asOf, timeZone, orders });
    },
  };
}
