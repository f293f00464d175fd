import { systemClock } from '@kohort/kernel-clock-random';
import type { MaskingSettings, PlanGate, SourceId, WorkspaceId } from '@kohort/kernel-contracts';
import { quarantineStore } from '@kohort/platform-postgres';
import { IngestWorld } from '../test/ingest-world';
import { acceptEvents } from './accept-events.flow';
import { importFlow, maskGate, type ImportParams } from './index';

const planId = '5d7a3f0e-0000-4000-8000-000000000001';
/** A plan that blocks what costs more than a hundred and flags what costs more than fifty. */
const gate: PlanGate = {
  checkOf: async () => (message) => {
    const action = Number(message.properties['total']) > 100 ? 'block' : 'flag';
    const violations = [{ rule: 'wrong_value' as const, action, path: '/properties/total' } as const];
    return Number(message.properties['total']) > 50 ? { planId, planVersion: 1, action, violations } : null;
  },
};

describe('imports and tracking plans', () => {
  let world: IngestWorld;
  let origin: { workspaceId: WorkspaceId; sourceId: SourceId };
  beforeAll(async () => {
    world = await IngestWorld.start();
  });
  afterAll(() => world.stop());
  beforeEach(async () => {
    origin = await world.addSource();
    await world.db.database.inWorkspace(origin.workspaceId, (tx) =>
      tx
        .insertInto('tracking_plan')
        .values({
          ...{ workspace_id: origin.workspaceId, id: planId, source_id: null, version: 1, origin: 'written' },
          ...{ document: '{}', created_by: 'k' },
        })
        .execute(),
    );
  });

  it('quarantine what a live call would, account for every row, and replay it with its own time', async () => {
    const lines = Array.from({ length: 300 }, (_, n) =>
      JSON.stringify({
        ...{ type: 'track', userId: `u${n}`, event: 'Order', messageId: `m${n}`, timestamp: '2026-03-01T00:00:00Z' },
        properties: { total: n % 120 },
      }),
    );
    const params: ImportParams = {
      artifactKey: await world.upload(Buffer.from(lines.join('\n'))),
      fileName: 'orders.ndjson',
      sourceId: origin.sourceId,
      mapping: 'auto',
      createProfiles: true,
    };
    const runId = await world.addRun(origin.workspaceId);
    const context = await world.startRun(origin.workspaceId, runId);
    const result = await importFlow(world.deps({ plans: gate }), context, params);
    const blocked = lines.filter((_line, n) => n % 120 > 100).length;
    expect(blocked).toBe(38);
    expect(result.counts).toMatchObject({ received: 300, stored: 300 - blocked, quarantined: blocked, rejected: 0 });
    expect(result.reasons).toEqual({ plan_wrong_value: blocked });
    expect(await world.ledger(origin.workspaceId)).toMatchObject({ received: 300, quarantined: blocked });

    const quarantine = quarantineStore(world.db.database);
    const page = { keptBeforeMs: Date.now() + 60_000, after: null, limit: 500 };
    const { items } = await quarantine.page(origin.workspaceId, { code: 'plan_wrong_value' }, page);
    expect(items).toHaveLength(blocked);
    expect(items[0]).toMatchObject({ event: 'Order', planVersion: 1, field: '/properties/total' });
    const { item } = JSON.parse(items[0]?.payload ?? '') as { item: never };
    const verdicts = await acceptEvents({ store: world.store(), dedupeDays: 7 }).accept(origin, [item], {
      ...{ receivedAt: items[0]?.receivedAt ?? 0, sentAt: null, context: {}, integrations: {} },
    });
    expect(verdicts).toMatchObject([{ outcome: 'stored' }]);
    const events = await world.db.database.inWorkspace(origin.workspaceId, (tx) =>
      tx.selectFrom('event').select('ts').distinct().execute(),
    );
    expect(events).toEqual([{ ts: new Date('2026-03-01T00:00:00Z') }]);
    const counted = await world.db.database.inWorkspace(origin.workspaceId, (tx) =>
      tx.selectFrom('plan_violation_hour').select(['rule', 'action', 'count']).orderBy('action').execute(),
    );
    expect(counted).toEqual([
      { rule: 'wrong_value', action: 'block', count: String(blocked) },
      { rule: 'wrong_value', action: 'flag', count: '109' },
    ]);
  });

  it('keep nothing of what their source is masked of, neither of what is stored nor of what is blocked', async () => {
    const settings: MaskingSettings = { fields: ['properties.note'], longTexts: null, kinds: ['email'], country: null };
    const masks = maskGate({
      store: { settingsOf: async () => settings },
      clock: systemClock,
      maskText: async () => (text) => text.replace('marker7@example.org', '[email]'),
    });
    const lines = [10, 200].map((total, n) =>
      JSON.stringify({
        ...{ type: 'track', userId: `u${n}`, event: 'Order', messageId: `m${n}`, timestamp: '2026-03-01T00:00:00Z' },
        properties: { total, note: 'ask marker7@example.org' },
      }),
    );
    const params: ImportParams = {
      artifactKey: await world.upload(Buffer.from(lines.join('\n'))),
      ...{ fileName: 'orders.ndjson', sourceId: origin.sourceId, mapping: 'auto', createProfiles: true },
    };
    const context = await world.startRun(origin.workspaceId, await world.addRun(origin.workspaceId));
    const result = await importFlow(world.deps({ plans: gate, masks }), context, params);
    expect(result.counts).toMatchObject({ received: 2, stored: 1, quarantined: 1 });
    const events = await world.db.database.inWorkspace(origin.workspaceId, (tx) =>
      tx.selectFrom('event').select(['properties', 'flags']).execute(),
    );
    expect(events).toMatchObject([{ properties: { total: 10, note: 'ask [email]' }, flags: ['personal_data_masked'] }]);
    const page = { keptBeforeMs: Date.now() + 60_000, after: null, limit: 5 };
    const { items } = await quarantineStore(world.db.database).page(
      origin.workspaceId,
      { code: 'plan_wrong_value' },
      page,
    );
    expect(items[0]?.payload).toContain('ask [email]');
    expect(items[0]?.payload).not.toContain('marker7');
  });
});
