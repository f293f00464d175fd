import { startTestDatabase, type TestDatabase } from '@kohort/platform-postgres';
import { ConsentWorld, grantAndWithdraw } from './consent-world';

jest.setTimeout(1_200_000);
/** `KOHORT_CONSENT_PEOPLE` takes another number. */
const PEOPLE = Number(process.env['KOHORT_CONSENT_PEOPLE'] ?? 10_000);

describe(`${PEOPLE} people who grant and withdraw between computing and sending`, () => {
  let db: TestDatabase;
  let world: ConsentWorld;
  beforeAll(async () => {
    db = await startTestDatabase();
    world = await ConsentWorld.create(db);
  });
  afterAll(async () => {
    await world.sync.close();
    await db.stop();
  });

  it('none is sent without consent', async () => {
    const from = performance.now();
    const { wrong, pages, removed } = await grantAndWithdraw(world, PEOPLE);
    process.stdout.write(
      `${JSON.stringify({ people: PEOPLE, pages, wrong, ms: Math.round(performance.now() - from) })}\n`,
    );
    expect({ wrong, removed }).toEqual({ wrong: 0, removed: true });
  });
});
