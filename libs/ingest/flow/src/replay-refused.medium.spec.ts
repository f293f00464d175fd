import { refusedStore } from '@kohort/platform-postgres';
import type { IngestStore, Json, SourceId, WorkspaceId } from '@kohort/kernel-contracts';
import { IngestWorld } from '../test/ingest-world';
import { acceptEvents } from './accept-events.flow';
import { replayRefused } from './replay-refused.flow';

const receivedAt = Date.UTC(2026, 10, 21, 12);
const DAY_MS = 86_400_000;

describe('refused items', () => {
  let world: IngestWorld;
  let origin: { workspaceId: WorkspaceId; sourceId: SourceId };
  beforeAll(async () => {
    world = await IngestWorld.start();
  });
  afterAll(() => world.stop());
  beforeEach(async () => {
    origin = await world.addSource();
  });

  const refused = () => refusedStore(world.db.database);
  const ingest = (store: IngestStore = world.store()) => acceptEvents({ store, dedupeDays: 7 });
  const accept = (items: readonly Json[], at = receivedAt, store?: IngestStore) =>
    ingest(store).accept(origin, items, {
      receivedAt: at,
      sentAt: '2026-11-21T11:59:00Z',
      context: { app: 'x' },
      integrations: {},
    });
  const list = (after: string | null = null, limit = 100) => refused().list(origin.workspaceId, { limit, after });

  it('are kept with their reason and listed page by page, oldest first', async () => {
    await accept(
      [
        { type: 'track', userId: 'u', event: 'X', properties: { note: 'a\0b' } },
        { type: 'track', event: 'x' },
      ],
      receivedAt + 1,
    );
    await accept([{ type: 'nonsense' }]);
    const all = await list();
    expect(all.map(({ verdict, code, field }) => [verdict, code, field])).toEqual(
      expect.arrayContaining([
        ['rejected', 'type_unknown', 'type'],
        ['quarantined', 'nul_character', 'properties.note'],
        ['rejected', 'no_user_anon_id', 'userId'],
      ]),
    );
    expect(all[0]?.code).toBe('type_unknown');
    expect(all[0]?.payload).toContain('"item":{"type":"nonsense"}');
    const pages = [await list(null, 2), await list(all[1]?.id ?? '', 2)].flat();
    expect(pages.map((record) => record.id)).toEqual(all.map((record) => record.id));
    const other = await world.addSource();
    expect(await refused().list(other.workspaceId, { limit: 10, after: null })).toEqual([]);
  });

  it('are stored by a replay once the cause is gone, with their own time, and counted anew', async () => {
    const store = world.store();
    const refusing: IngestStore = {
      store: (request) =>
        store.store({
          ...request,
          messages: request.messages.map((keyed) => ({
            ...keyed,
            message: { ...keyed.message, properties: { bad: '\0' } },
          })),
        }),
    };
    const item = { type: 'track', userId: 'u', event: 'X', messageId: 'm', timestamp: '2026-11-21T11:58:00Z' };
    expect(await accept([item], receivedAt, refusing)).toMatchObject([
      { outcome: 'quarantined', reason: 'storage_refused' },
    ]);
    const [kept] = await list();
    const ids = [kept?.id ?? ''];
    const deps = { refused: refused(), ingest: ingest() };
    const [outcome] = await replayRefused(deps, origin.workspaceId, ids);
    expect(outcome?.verdict).toMatchObject({ outcome: 'stored', messageId: 'm' });
    expect(await list()).toEqual([]);
    expect(await replayRefused(deps, origin.workspaceId, ids)).toEqual([{ id: ids[0], verdict: null }]);
    const events = await world.db.database.inWorkspace(origin.workspaceId, (tx) =>
      tx.selectFrom('event').select(['ts', 'context']).execute(),
    );
    expect(events).toEqual([{ ts: new Date(receivedAt - 60_000), context: { app: 'x' } }]);
    expect(await world.ledger(origin.workspaceId)).toMatchObject({ received: 2, stored: 1, quarantined: 1 });
  });

  it('stay listed once when they are refused again', async () => {
    await accept([{ type: 'nonsense' }]);
    const [kept] = await list();
    await replayRefused({ refused: refused(), ingest: ingest() }, origin.workspaceId, [kept?.id ?? '']);
    const again = await list();
    expect(again.map((record) => record.code)).toEqual(['type_unknown']);
    expect(again[0]?.id).not.toBe(kept?.id);
  });

  it('are forgotten after 14 days, and kept in limited number', async () => {
    await accept(Array.from({ length: 150 }, () => ({ type: 'nonsense' })));
    expect(await list(null, 1_000)).toHaveLength(100);
    expect(await world.ledger(origin.workspaceId)).toMatchObject({ received: 150, rejected: 150 });
    await accept([{ type: 'nonsense' }], receivedAt + 15 * DAY_MS);
    expect(await list(null, 1_000)).toHaveLength(1);
  });
});
