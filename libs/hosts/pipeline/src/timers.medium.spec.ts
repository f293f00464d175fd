import { seededRandom } from '@kohort/kernel-clock-random';
import { startTestDatabase, type TestDatabase } from '@kohort/platform-postgres';
import { exitLags } from './timers.bench';

describe('exits by time', () => {
  let db: TestDatabase;
  beforeAll(async () => {
    db = await startTestDatabase();
  });
  afterAll(() => db.stop());
  afterEach(() => jest.restoreAllMocks());

  it.each([
    ['runs five minutes late', -300_000],
    ['runs five minutes fast', 300_000],
  ])(
    'come at their instant, never before and at most a second later, when this process’s clock %s',
    async (_what, byMs) => {
      const real = Date.now.bind(Date);
      jest.spyOn(Date, 'now').mockImplementation(() => real() + byMs);
      const lags = await exitLags(db, { people: 60, spanMs: 2_000, leadMs: 700, random: seededRandom(6) });
      expect(lags).toHaveLength(60);
      expect(lags[0]).toBeGreaterThanOrEqual(0);
      expect(lags.at(-1)).toBeLessThanOrEqual(1_000);
    },
  );
});
