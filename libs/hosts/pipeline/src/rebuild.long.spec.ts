import { startTestDatabase } from '@kohort/platform-postgres';
import { openColumnLoader } from '@kohort/platform-columns';
import { startTestColumns } from '@kohort/testing-columns';
import type { WorldParts } from '../test/identity-world';
import { rebuildThroughStops } from '../test/rebuild-worlds';

jest.setTimeout(1_800_000);
const WORLDS = 60;

describe('everybody made anew, many times', () => {
  let parts: WorldParts;
  beforeAll(async () => {
    const [db, store] = await Promise.all([startTestDatabase(), startTestColumns()]);
    const loader = openColumnLoader({ database: db.database, columns: store.columns });
    parts = { db, store, loader, sizes: { events: 4, rows: 5 } };
  });
  afterAll(async () => {
    await parts.loader.close();
    await parts.store.stop();
    await parts.db.stop();
  });

  it(`${WORLDS} random worlds, stopped after every step, end as if their rules had been so from the start`, async () => {
    let stops = 0;
    for (let seed = 100; seed < 100 + WORLDS; seed += 1) stops += await rebuildThroughStops(parts, seed);
    expect(stops).toBeGreaterThan(WORLDS * 4);
  });
});
