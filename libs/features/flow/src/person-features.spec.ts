import {
  eventIdSchema,
  profileIdSchema,
  workspaceIdSchema,
  type FeatureStore,
  type PersonEvent,
  type PersonHistory,
} from '@kohort/kernel-contracts';
import { personFeatures } from './person-features';

const workspaceId = workspaceIdSchema.parse('00000000-0000-4000-8000-000000000001');
const profileId = profileIdSchema.parse('00000000-0000-4000-8000-000000000002');
const asOf = Date.UTC(2026, 5, 1);
const DAY_MS = 86_400_000;

const order = (daysAgo: number, revenue: number): PersonEvent => ({
  eventId: eventIdSchema.parse(`00000000-0000-4000-8000-${String(daysAgo).padStart(12, '0')}`),
  name: 'Order Completed',
  ts: asOf - daysAgo * DAY_MS,
  properties: { revenue },
});

function bound(
  stored: Record<string, number | null> | null,
  events: readonly PersonEvent[],
  set: FeatureStore['set'] = async () => null,
) {
  const asked: string[] = [];
  const history: PersonHistory = {
    features: async (_workspace, at) => {
      asked.push(`features ${at.definitionVersion} ${at.asOf}`);
      return stored;
    },
    events: async (_workspace, { until, propertiesOf }) => {
      asked.push(`events ${until} ${(propertiesOf ?? ['any']).join()}`);
      return events;
    },
  };
  return { asked, person: personFeatures({ history, features: { timeZone: async () => 'UTC', set } }) };
}

const request = { profileId, asOf, features: ['monetary', 'recency_days', 'avg_days_between_orders'] };

describe('the features of one person', () => {
  it('are the kept ones of that instant, in the order of the names', async () => {
    const { asked, person } = bound({ avg_days_between_orders: null, recency_days: 3, monetary: 9, frequency: 1 }, []);
    expect(await person.at(workspaceId, request)).toEqual([9, 3, null]);
    expect(asked).toEqual([`features 1 ${asOf}`]);
  });

  it('are computed from the events where none are kept, or not all', async () => {
    for (const stored of [null, { monetary: 1 }]) {
      const { asked, person } = bound(stored, [order(10, 5), order(4, 2.5)]);
      expect(await person.at(workspaceId, request)).toEqual([7.5, 4, 6]);
      expect(asked).toEqual([`features 1 ${asOf}`, `events ${asOf} Order Completed`]);
    }
  });

  it('are those of the set that a model was fitted on, whatever the workspace computes now', async () => {
    const orders = { measure: 'orders' };
    const own = { key: 'monetary', label: 'Orders', unit: 'orders', formula: orders };
    const sets = new Map([
      [1_000, [own]],
      [1_001, [{ ...own, formula: { measure: 'largestOrder' } }]],
    ]);
    const { person, asked } = bound(null, [order(10, 5), order(4, 2.5)], async (_workspace, version) => {
      const found = version ?? 1_001;
      const definitions = sets.get(found);
      return definitions ? { version: found, definitions } : null;
    });
    const at = (definitionVersion?: number) =>
      person.at(workspaceId, { profileId, asOf, features: ['monetary'], definitionVersion });
    expect([await at(1), await at(1_000), await at()]).toEqual([[7.5], [2], [5]]);
    expect(asked.filter((one) => one.startsWith('features'))).toEqual([
      `features 1 ${asOf}`,
      `features 1000 ${asOf}`,
      `features 1001 ${asOf}`,
    ]);
    await expect(at(1_002)).rejects.toMatchObject({ code: 'FEATURES_VERSION_UNKNOWN' });
  });

  it('are unknown for a stranger and for a feature that there is not', async () => {
    expect(await bound(null, []).person.at(workspaceId, request)).toBeNull();
    const { asked, person } = bound({ nonsense: 1 }, [order(1, 1)]);
    expect(await person.at(workspaceId, { ...request, features: ['nonsense'] })).toBeNull();
    expect(asked).toEqual([]);
  });
});
