import {
  SEGMENT_ORDERS,
  computeFeatures,
  computeTexts,
  eventsWithProperties,
  pickFeatures,
  populationFormulas,
  type OrderMapping,
} from '@kohort/features-domain';
import type {
  FeatureRow,
  FeatureStatisticsStore,
  FeatureStore,
  PersonFeatures,
  PersonHistory,
} from '@kohort/kernel-contracts';
import { workspaceFeatures } from './workspace-features';

/** What one person's features are read from. */
export interface PersonFeaturesPorts {
  readonly history: PersonHistory;
  readonly features: Pick<FeatureStore, 'timeZone' | 'set'>;
  /** What scores among everybody are told by; without it they are missing. */
  readonly statistics?: Pick<FeatureStatisticsStore, 'population'>;
  readonly orders?: OrderMapping;
}

function picked(
  stored: FeatureRow['values'] | null,
  names: readonly string[],
): readonly (number | string | null)[] | null {
  if (stored === null || !names.every((name) => name in stored)) return null;
  return names.map((name) => {
    const value = stored[name];
    return typeof value === 'number' || typeof value === 'string' ? value : null;
  });
}

/**
 * One person's features: the kept ones when they are of that very instant, computed from the person's events otherwise.
 * It needs no column store.
 *
 * Cost    one row, or one person's events
 * Throws  FEATURES_VERSION_UNKNOWN
 */
export function personFeatures(ports: PersonFeaturesPorts): PersonFeatures {
  const { history, features, statistics, orders = SEGMENT_ORDERS } = ports;
  return {
    async at(workspaceId, { profileId, asOf, features: names, definitionVersion: wanted }) {
      const set = await workspaceFeatures(features, workspaceId, { version: wanted });
      if (!names.every((name) => set.definitions.some(({ key }) => key === name))) return null;
      const stored = await history.features(workspaceId, { profileId, asOf, definitionVersion: set.version });
      const kept = picked(stored, names);
      if (kept) return kept;
      const definitions = pickFeatures(set.definitions, names);
      const asked = { profileId, until: asOf, propertiesOf: eventsWithProperties(definitions, orders) };
      const [messages, timeZone] = await Promise.all([
        history.events(workspaceId, asked),
        features.timeZone(workspaceId),
      ]);
      // A message without a name is no event.
      const events = messages.filter(({ name }) => name !== '');
      if (events.length === 0) return null;
      const looksAround = populationFormulas(definitions).length > 0;
      const population = looksAround ? await statistics?.population(workspaceId, set.version) : undefined;
      const told = { asOf, timeZone, orders, ...(population ? { population } : {}) };
      const texts = computeTexts(definitions, events, { asOf, timeZone });
      return computeFeatures(definitions, events, told).map((value, i) => value ?? texts[i] ?? null);
    },
  };
}
