import { sql } from 'kysely';
import { seededRandom } from '@kohort/kernel-clock-random';
import type { ConsentKind, ConsentState, ConsentStatement, Json, ProfileId } from '@kohort/kernel-contracts';
import { refusedPeople, startTestDatabase, type TestDatabase } from '@kohort/platform-postgres';
import { consentInstants, isConsentGiven } from '@kohort/privacy-domain';
import { consentOf, recordConsent } from '@kohort/privacy-flow';
import { PrivacyWorld } from './privacy-world';

let db: TestDatabase;
const worlds: PrivacyWorld[] = [];
const newWorld = async (): Promise<PrivacyWorld> => {
  const world = await PrivacyWorld.create(db);
  worlds.push(world);
  return world;
};
beforeAll(async () => {
  db = await startTestDatabase();
});
afterAll(async () => {
  for (const world of worlds) world.close();
  await db.stop();
});

async function personOf(world: PrivacyWorld, value: string): Promise<ProfileId> {
  const row = await db.database.inWorkspace(world.workspaceId, (tx) =>
    tx.selectFrom('identifier').select('profile_id').where('value', '=', value).executeTakeFirstOrThrow(),
  );
  return row.profile_id as ProfileId;
}
const given = async (world: PrivacyWorld, value: string): Promise<Record<string, boolean>> => {
  const { purposes } = await consentOf(world.ports, world.workspaceId, await personOf(world, value));
  return Object.fromEntries(purposes.map((one) => [one.purpose, one.given]));
};
/** What the log says that the column store follows, by person and purpose. */
const logged = async (world: PrivacyWorld): Promise<ReadonlySet<string>> => {
  const found = await db.database.inWorkspace(world.workspaceId, (tx) =>
    sql<{ of: string; given: boolean }>`
      select distinct on (profile_id, purpose) profile_id || ' ' || purpose as of, given from consent_given
      order by profile_id, purpose, seq desc`.execute(tx),
  );
  return new Set(found.rows.filter((row) => row.given).map((row) => row.of));
};
const stamped = (preferences: Record<string, boolean>): Json => ({ categoryPreferences: preferences });

describe('consent from the door to a person', () => {
  it('is read from messages, follows a merge, and tells the sync stage whose it is', async () => {
    const world = await newWorld();
    await world.send([
      { type: 'page', anonymousId: 'a1', context: { consent: stamped({ Advertising: true, C0002: false }) } },
      { type: 'page', anonymousId: 'a2', context: { consent: stamped({ advertising: true }) } },
    ]);
    await world.resolve();
    expect(await given(world, 'a1')).toEqual({ advertising: true, analytics: false });
    expect(await world.batches('ConsentChanged')).toHaveLength(1);
    const [one, other] = [await personOf(world, 'a1'), await personOf(world, 'a2')];
    expect([...(await logged(world))].sort()).toEqual([`${one} advertising`, `${other} advertising`].sort());
    // The device of the other one says no later; both turn out to be one person.
    await world.send([{ type: 'page', anonymousId: 'a2' }], { context: { secGpc: true } });
    await world.resolve();
    await world.send([
      { type: 'identify', userId: 'u', anonymousId: 'a1' },
      { type: 'identify', userId: 'u', anonymousId: 'a2' },
    ]);
    await world.resolve();
    expect(await given(world, 'a1')).toEqual({ advertising: false, analytics: false });
    expect(await logged(world)).not.toContain(`${await personOf(world, 'u')} advertising`);
    expect(await world.count('consent_change')).toBeGreaterThan(2);
    expect((await world.batches('ConsentChanged')).length).toBe(3);
    const { history } = await consentOf(world.ports, world.workspaceId, await personOf(world, 'u'));
    expect(history[0]).toMatchObject({ kind: 'gpc', state: 'denied', proof: 'gpc', subject: { value: 'a2' } });
  });

  it('what is stamped on later messages does not lift Global Privacy Control; the own act does', async () => {
    const world = await newWorld();
    const consent = stamped({ advertising: true });
    await world.send([{ type: 'page', userId: 'u', context: { gpc: true, consent } }]);
    await world.send([{ type: 'page', userId: 'u', context: { consent } }]);
    await world.resolve();
    expect(await given(world, 'u')).toEqual({ advertising: false });
    world.clock.advance(1_000);
    const subject = { type: 'user_id' as const, value: 'u' };
    const said = { subject, purpose: 'advertising', state: 'granted' as const };
    expect(await recordConsent(world.ports, world.workspaceId, [said])).toMatchObject({ recorded: 1 });
    expect(await given(world, 'u')).toEqual({ advertising: true });
  });

  it('of a message that comes twice is recorded once, and of a message without a word nothing is asked', async () => {
    const world = await newWorld();
    const item = { type: 'page', userId: 'u', messageId: 'same', context: { consent: stamped({ sms: true }) } };
    await world.send([item]);
    await world.send([item]);
    await world.send([{ type: 'page', userId: 'u' }]);
    await world.resolve();
    expect(await world.count('consent_event')).toBe(1);
    // A visit of fifty pages says one thing.
    const visit = Array.from({ length: 50 }, (_, i) => ({ ...item, messageId: `v${i}` }));
    await world.send(visit);
    expect(await world.count('consent_event')).toBe(2);
    expect(await world.batches('ConsentChanged')).toHaveLength(1);
  });

  it('recorded of somebody who is not known yet holds when they come', async () => {
    const world = await newWorld();
    const subject = { type: 'user_id' as const, value: 'later' };
    await recordConsent(world.ports, world.workspaceId, [{ subject, purpose: 'email', state: 'denied' }]);
    expect(await world.batches('ConsentChanged')).toHaveLength(0);
    await world.send([{ type: 'page', userId: 'later', context: { consent: stamped({ sms: true }) } }]);
    await world.resolve();
    expect(await given(world, 'later')).toEqual({ email: false, sms: true });
  });
});

it('what the sync stage asks in SQL is what the domain says, for 300 people with random histories', async () => {
  const world = await newWorld();
  const random = seededRandom(19);
  const pick = <T>(of: readonly T[]): T => of[random.int(of.length)]!;
  const people = Array.from({ length: 300 }, (_, i) => [`u${i}`, `a${i}`] as const);
  await world.send(people.map(([userId, anonymousId]) => ({ type: 'page', userId, anonymousId })));
  await world.resolve();
  const statements: ConsentStatement[] = [];
  for (const [userId, anonymousId] of people) {
    for (let n = random.int(7); n > 0; n -= 1) {
      statements.push({
        subject:
          random.int(2) === 0 ? { type: 'user_id', value: userId } : { type: 'anonymous_id', value: anonymousId },
        purpose: pick(['advertising', 'email']),
        state: pick<ConsentState>(['granted', 'granted', 'granted', 'denied', 'withdrawn']),
        kind: pick<ConsentKind>(['stated', 'explicit', 'gpc']),
        basis: 'consent',
        source: 'api',
        at: 1_000 * (1 + random.int(8)),
        proof: '',
      });
    }
  }
  await world.ports.store.record(world.workspaceId, statements);
  const ids = new Map<string, ProfileId>();
  for (const [userId] of people) ids.set(userId, await personOf(world, userId));
  for (const purposes of [[], ['advertising'], ['email', 'advertising']]) {
    const expected = people.flatMap(([userId, anonymousId]) => {
      const own = statements.filter(({ subject }) => subject.value === userId || subject.value === anonymousId);
      const allowed = purposes.every((purpose) =>
        isConsentGiven(consentInstants(own.filter((one) => one.purpose === purpose))),
      );
      return allowed ? [] : [ids.get(userId)];
    });
    const found = await db.database.inWorkspace(world.workspaceId, (tx) =>
      refusedPeople(tx, world.workspaceId, { profileIds: [...ids.values()], purposes }),
    );
    expect([...found].sort()).toEqual(expected.sort());
  }
  const given = people.flatMap(([userId, anonymousId]) =>
    ['advertising', 'email'].flatMap((purpose) => {
      const own = statements.filter(
        (one) => one.purpose === purpose && [userId, anonymousId].some((value) => value === one.subject.value),
      );
      return isConsentGiven(consentInstants(own)) ? [`${ids.get(userId)} ${purpose}`] : [];
    }),
  );
  expect([...(await logged(world))].sort()).toEqual(given.sort());
  // What is said again turns nothing.
  const rows = await world.count('consent_given');
  await world.ports.store.record(
    world.workspaceId,
    statements.map((one) => ({ ...one, source: 'again' })),
  );
  expect(await world.count('consent_given')).toBe(rows);
});
