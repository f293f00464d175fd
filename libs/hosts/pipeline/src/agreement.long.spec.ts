import { openColumnLoader } from '@kohort/platform-columns';
import { startTestDatabase } from '@kohort/platform-postgres';
import { startTestColumns } from '@kohort/testing-columns';
import { agreeInAWorld } from '../test/agreement-worlds';
import type { WorldParts } from '../test/identity-world';

jest.setTimeout(1_200_000);
/** Fewer for a quick look: `KOHORT_WORLDS=3 npm run test:long -- agreement`. */
const WORLDS = Number(process.env['KOHORT_WORLDS'] ?? 30);
const RULES = 12;

describe('the stream, the column store and the evaluator', () => {
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

  it.each(Array.from({ length: WORLDS }, (_, n) => n + 1))(
    'agree of everybody in a world of merges, late and repeated messages (seed %i)',
    async (seed) => {
      const { compared, members } = await agreeInAWorld(parts, { seed, rules: RULES });
      expect(compared).toBeGreaterThan(50 * RULES);
      expect(members).toBeGreaterThan(0);
      expect(members).toBeLessThan(compared);
    },
  );
});
