import type { IngestVerdict, Json, SourceId, WorkspaceId } from '@kohort/kernel-contracts';
import { expireKeys } from '@kohort/platform-postgres';
import { IngestWorld } from '../test/ingest-world';
import { acceptEvents } from './accept-events.flow';

const receivedAt = Date.UTC(2026, 10, 21, 12);
const DAY_MS = 86_400_000;

describe('accepting events', () => {
  let world: IngestWorld;
  let origin: { workspaceId: WorkspaceId; sourceId: SourceId };
  beforeAll(async () => {
    world = await IngestWorld.start();
  });
  afterAll(() => world.stop());
  beforeEach(async () => {
    origin = await world.addSource();
  });

  const track = (n: number, extra: object = {}): Json => ({
    type: 'track',
    userId: `u${n % 50}`,
    event: 'Order Completed',
    messageId: `m${n}`,
    properties: { order_id: `o${n}`, revenue: n / 100 },
    ...extra,
  });
  const accept = (
    items: readonly Json[],
    extra: { receivedAt?: number; sentAt?: string } = {},
  ): Promise<readonly IngestVerdict[]> =>
    acceptEvents({ store: world.store(), dedupeDays: 7 }).accept(origin, items, {
      receivedAt,
      sentAt: null,
      context: {},
      integrations: {},
      ...extra,
    });

  it('gives every item its verdict and closes the ledger', async () => {
    const verdicts = await accept([
      track(1),
      track(1),
      track(1, { properties: { order_id: 'other' } }),
      { type: 'track', event: 'x' },
      track(2, { properties: { note: 'a\0b' } }),
      track(3, { timestamp: '2026-11-21T11:59:59.123Z', context: { ip: '::1' } }),
    ]);
    expect(verdicts.map(({ outcome, reason }) => [outcome, reason])).toEqual([
      ['stored', null],
      ['duplicate', null],
      ['duplicate', 'duplicate_conflict'],
      ['rejected', 'no_user_anon_id'],
      ['quarantined', 'nul_character'],
      ['stored', null],
    ]);
    expect(await world.ledger(origin.workspaceId)).toEqual({
      received: 6,
      stored: 2,
      duplicate: 2,
      rejected: 1,
      suppressed: 0,
      quarantined: 1,
    });
    const rows = await world.db.database.inWorkspace(origin.workspaceId, (tx) =>
      tx
        .selectFrom('event')
        .select(['message_id', 'ts', 'properties', 'context', 'received_at'])
        .orderBy('message_id')
        .execute(),
    );
    expect(rows).toEqual([
      {
        message_id: 'm1',
        ts: new Date(receivedAt),
        properties: { order_id: 'o1', revenue: 0.01 },
        context: {},
        received_at: new Date(receivedAt),
      },
      {
        message_id: 'm3',
        ts: new Date('2026-11-21T11:59:59.123Z'),
        properties: { order_id: 'o3', revenue: 0.03 },
        context: { ip: '::1' },
        received_at: new Date(receivedAt),
      },
    ]);
  });

  it('stores a retried call once, with and without ids', async () => {
    const items = Array.from({ length: 300 }, (_, n) => track(n, n % 2 ? { messageId: null } : {}));
    const call = { sentAt: '2026-11-21T12:00:00Z' };
    await accept(items, call);
    const again = await accept(items, { ...call, receivedAt: receivedAt + 5_000 });
    expect(new Set(again.map((verdict) => `${verdict.outcome} ${String(verdict.reason)}`))).toEqual(
      new Set(['duplicate null']),
    );
    expect(await world.totals(origin.workspaceId)).toMatchObject({ events: '300', batches: '1' });
    expect(await world.ledger(origin.workspaceId)).toMatchObject({ received: 600, stored: 300, duplicate: 300 });
  });

  it('stores each id once when calls overlap', async () => {
    const calls = Array.from({ length: 8 }, (_, call) => {
      const items = Array.from({ length: 200 }, (_unused, i) => track((call * 100 + i) % 600));
      return accept(call % 2 ? items : items.reverse());
    });
    await Promise.all(calls);
    expect(await world.totals(origin.workspaceId)).toMatchObject({ events: '600' });
    expect(await world.ledger(origin.workspaceId)).toMatchObject({ received: 1600, stored: 600, duplicate: 1000 });
  });

  it('lets no other tenant or source suppress an event by its id', async () => {
    await accept([track(1)]);
    origin = await world.addSource();
    expect((await accept([track(1)]))[0]?.outcome).toBe('stored');
  });

  it('takes an id as new when its days are over', async () => {
    await accept([track(1)]);
    expect((await accept([track(1)], { receivedAt: receivedAt + 6 * DAY_MS }))[0]?.outcome).toBe('duplicate');
    expect((await accept([track(1)], { receivedAt: receivedAt + 8 * DAY_MS }))[0]?.outcome).toBe('stored');
    const ids = await world.db.database.inWorkspace(origin.workspaceId, (tx) =>
      tx.selectFrom('event').select('id').execute(),
    );
    expect(new Set(ids.map((row) => row.id)).size).toBe(2);
  });

  it('forgets ids whose days are over, a portion at a time, and no others', async () => {
    const old = Date.now() - 10 * DAY_MS;
    await accept(
      Array.from({ length: 25 }, (_, n) => track(n)),
      { receivedAt: old },
    );
    await accept(
      Array.from({ length: 5 }, (_, n) => track(100 + n)),
      { receivedAt: Date.now() },
    );
    const sweep = () => expireKeys(world.db.database, origin.workspaceId, { limit: 10, usualDays: 7 });
    expect([await sweep(), await sweep(), await sweep(), await sweep()]).toEqual([10, 10, 5, 0]);
    const [again] = await accept([track(1)], { receivedAt: Date.now() });
    expect(again?.outcome).toBe('stored');
    expect((await accept([track(101)], { receivedAt: Date.now() }))[0]?.outcome).toBe('duplicate');
    const ids = await world.db.database.inWorkspace(origin.workspaceId, (tx) =>
      tx.selectFrom('event').select('id').where('message_id', '=', 'm1').execute(),
    );
    expect(new Set(ids.map((row) => row.id)).size).toBe(2);
  });

  it('goes by the days of the workspace, for what came before they were set too', async () => {
    const setDays = (days: number | null) =>
      world.db.database.inWorkspace(origin.workspaceId, (tx) =>
        tx.updateTable('workspace').set({ dedupe_days: days }).execute(),
      );
    const at = async (n: number, days: number) =>
      (await accept([track(n)], { receivedAt: receivedAt + days * DAY_MS }))[0]?.outcome;
    await accept([track(1), track(2), track(3)]);
    await setDays(30);
    expect([await at(1, 29), await at(2, 31)]).toEqual(['duplicate', 'stored']);
    await setDays(2);
    expect([await at(3, 1), await at(3, 3), await at(3, 4)]).toEqual(['duplicate', 'stored', 'duplicate']);
    await setDays(null);
    expect([await at(3, 9), await at(3, 11)]).toEqual(['duplicate', 'stored']);
  });

  it('sweeps ids by the days of the workspace', async () => {
    await accept([track(1)], { receivedAt: Date.now() - 10 * DAY_MS });
    const [{ workspaceId }, usual] = [origin, { limit: 10, usualDays: 7 }];
    const setDays = (days: number) =>
      world.db.database.inWorkspace(workspaceId, (tx) =>
        tx.updateTable('workspace').set({ dedupe_days: days }).execute(),
      );
    await setDays(11);
    expect(await expireKeys(world.db.database, workspaceId, usual)).toBe(0);
    await setDays(9);
    expect(await expireKeys(world.db.database, workspaceId, usual)).toBe(1);
  });

  it('keeps its neighbours when the database refuses one message', async () => {
    // Slipped in behind the checks: jsonb cannot hold NUL (SQLSTATE 22P05).
    const store = world.store();
    const refusing = {
      store: (request: Parameters<typeof store.store>[0]) => {
        const messages = request.messages.map((keyed) =>
          keyed.message.messageId === 'm7'
            ? { ...keyed, message: { ...keyed.message, properties: { bad: 'a\u0000b' } } }
            : keyed,
        );
        return store.store({ ...request, messages });
      },
    };
    const verdicts = await acceptEvents({ store: refusing, dedupeDays: 7 }).accept(
      origin,
      [...Array.from({ length: 20 }, (_, n) => track(n)), { type: 'nonsense' }],
      { receivedAt, sentAt: null, context: {}, integrations: {} },
    );
    expect(verdicts.filter((verdict) => verdict.outcome === 'stored')).toHaveLength(19);
    expect(verdicts[7]).toMatchObject({ outcome: 'quarantined', reason: 'storage_refused' });
    expect(await world.ledger(origin.workspaceId)).toEqual({
      received: 21,
      stored: 19,
      duplicate: 0,
      rejected: 1,
      suppressed: 0,
      quarantined: 1,
    });
  });
});
