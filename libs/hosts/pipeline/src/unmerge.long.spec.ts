import { openColumnLoader } from '@kohort/platform-columns';
import { startTestDatabase } from '@kohort/platform-postgres';
import { startTestColumns } from '@kohort/testing-columns';
import type { WorldParts } from '../test/identity-world';
import { compareWorlds } from '../test/unmerge-worlds';

jest.setTimeout(1_200_000);
const WORLDS = 300;

describe('merges that were taken back', () => {
  let parts: WorldParts;
  beforeAll(async () => {
    const [db, store] = await Promise.all([startTestDatabase(), startTestColumns()]);
    parts = { db, store, loader: openColumnLoader({ database: db.database, columns: store.columns }) };
  });
  afterAll(async () => {
    await parts.loader.close();
    await parts.store.stop();
    await parts.db.stop();
  });

  it(`leave ${WORLDS} random worlds as they would be had the links never been`, async () => {
    expect(await compareWorlds(parts, { from: 1_000, count: WORLDS })).toBeGreaterThanOrEqual(WORLDS);
  });
});
