import { runParams } from './run-params';

const id = '00000000-0000-4000-8000-000000000001';
const good = {
  'ingest.import': { artifactKey: 'imports/a', fileName: 'a.csv', sourceId: id, mapping: 'orders' },
  'features.compute': { asOf: '2026-01-01T00:00:00Z' },
  'models.fitClusters': { modelKey: 'value', asOf: '2026-01-01T00:00:00+01:00', k: 'auto', seed: 7 },
  'models.fitPropensity': { modelKey: 'orders_30d', horizonDays: 30, event: 'Order Completed', seed: 7 },
  'segments.backfill': { segmentId: id, version: 1 },
  'sync.run': { syncId: id },
  'changes.deliver': { webhookId: id },
  'sync.preview': { syncId: id, limit: 10 },
  'destinations.check': { destinationId: id },
  'identity.simulate': { rules: { identifiers: [{ type: 'user_id' }] } },
  'identity.rebuild': { version: 2 },
  'identity.link': { fields: [{ trait: 'surname', type: 'name' }, { trait: 'city' }], threshold: 0.8, seed: 3 },
} as const;

describe('runParams', () => {
  it.each(Object.entries(good))('%s takes what is documented, and nothing else', (job, params) => {
    const schema = runParams[job as keyof typeof runParams];
    expect(schema.parse(params)).toEqual(params);
    expect(schema.safeParse({ ...params, extra: 1 }).success).toBe(false);
  });

  it('refuses a review that begins above the threshold', () => {
    const { success } = runParams['identity.link'].safeParse({ threshold: 0.5, reviewLow: 0.6 });
    expect([success, runParams['identity.link'].safeParse({ threshold: 0.05 }).success]).toEqual([false, true]);
  });

  it('refuses local times, one group and free-form keys', () => {
    expect(runParams['features.compute'].safeParse({ asOf: '2026-01-01T00:00:00' }).success).toBe(false);
    expect(runParams['models.fitClusters'].safeParse({ ...good['models.fitClusters'], k: 1 }).success).toBe(false);
    expect(runParams['models.fitClusters'].safeParse({ ...good['models.fitClusters'], modelKey: 'A b' }).success).toBe(
      false,
    );
  });
});
