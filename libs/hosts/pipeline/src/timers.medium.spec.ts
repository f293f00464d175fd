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
  ])('come at their instant, never before, when this process’s clock %s', async (_what, byMs) => {
    const real = Date.now.bind(Date);
    jest.spyOn(Date, 'now').mockImplementation(() => real() + byMs);
    const lags = await exitLags(db, { people: 60, spanMs: 2_000, leadMs: 3_000, random: seededRandom(6) });
    expect(lags).toHaveLength(60);
    expect(lags[0]).toBeGreaterThanOrEqual(0);
    // Of the clock's error no exit has anything; how quick they are is measured by the bench of timers.
    expect(lags.at(-1)).toBeLessThan(150_000);
  });
});
