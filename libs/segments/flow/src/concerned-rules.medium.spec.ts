import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import type { ProfileId, SegmentId } from '@kohort/kernel-contracts';
import { privacyStore, startTestDatabase, type TestDatabase } from '@kohort/platform-postgres';
import { MembershipWorld, rule } from '../test/membership-world';
import { editList, runDueTimers } from './index';

jest.setTimeout(180_000);
const DAY = 86_400_000;
const order = (profileId: ProfileId, agoMs = 0) => ({ profileId, name: 'Order Completed', agoMs });
const view = (profileId: ProfileId) => ({ profileId, name: 'Page Viewed', agoMs: 0 });
const buyers = rule({
  event: { name: 'Order Completed', count: { op: 'gte', n: 2 }, window: { last: { n: 30, unit: 'day' } } },
});
const quiet = rule({ none: [{ event: { name: 'Order Completed' } }] });
const viewers = rule({ event: { name: 'Page Viewed' } });
const trait = (path: string): object => rule({ trait: { path, op: 'exists' } });

describe('an evaluation of whom only events are new', () => {
  let db: TestDatabase;
  let world: MembershipWorld;
  beforeAll(async () => {
    db = await startTestDatabase();
  });
  afterAll(() => db.stop());
  beforeEach(async () => {
    world = await MembershipWorld.open(db);
  });

  it('asks those rules alone that look at what is new of somebody who was known before', async () => {
    const ids = [await world.addSegment('buyers', buyers), await world.addSegment('free', trait('plan'))];
    ids.push(await world.addSegment('often', trait('orders_7d')), await world.addSegment('viewers', viewers));
    ids.push(
      await world.addSegment('both', rule({ all: [{ segment: { key: 'buyers' } }, { segment: { key: 'viewers' } }] })),
    );
    await world.addSegment('quiet', quiet);
    const anna = await world.addProfile('anna');
    await world.touch(await world.addEvents([order(anna, DAY), order(anna, 2 * DAY)]));
    expect(await world.members()).toEqual(['buyers:anna']);
    // What no rule says stands until the rule is asked again.
    const misplace = (...of: readonly (SegmentId | undefined)[]) =>
      world.query(sql`insert into membership (workspace_id, segment_id, profile_id, member, change_version, segment_version, cause)
        select ${world.workspaceId}, id, ${anna}, true, 1, 1, 'edit' from unnest(${of}::uuid[]) as s (id)
        on conflict (workspace_id, segment_id, profile_id) do update set member = true`);
    await misplace(ids[1], ids[2]);
    await world.anHourLater();
    expect(await world.touch(await world.addEvents([view(anna)]))).toEqual({ profiles: 1, entered: 2, exited: 0 });
    expect(await world.members()).toEqual(['both:anna', 'buyers:anna', 'free:anna', 'often:anna', 'viewers:anna']);
    // The timer of a rule that was not asked is as it was.
    expect(await world.query(sql`select 1 from segment_timer where segment_id = ${ids[0]}`)).toHaveLength(1);
    // A trait that was computed of the event is news too.
    expect(await world.touch(await world.addEvents([view(anna)]), ['orders_7d'])).toEqual({
      profiles: 1,
      entered: 0,
      exited: 1,
    });
    expect(await world.members()).toContain('free:anna');
    // A person who is new is asked about whole, and so is one of whom something else came.
    const ben = await world.addProfile('ben');
    expect(await world.touch(await world.addEvents([view(ben)]))).toMatchObject({ entered: 2 });
    expect(await world.members()).toEqual(expect.arrayContaining(['free:anna', 'quiet:ben', 'viewers:ben']));
    const said = await world.addEvents([view(anna)]);
    await world.query(sql`update event set type = 'identify' where batch_id = ${said}`);
    expect(await world.touch(said)).toEqual({ profiles: 1, entered: 0, exited: 1 });
    expect(await world.members()).not.toContain('free:anna');
    await misplace(ids[1]);
    await world.query(sql`update profile set suppressed_at = now() where id = ${anna}`);
    await world.touch(await world.addEvents([view(anna)]));
    expect((await world.members()).filter((who) => who.endsWith('anna'))).toEqual([]);
  });

  it('asks about somebody at once who is taken off the suppression list, whatever is asked in the meantime', async () => {
    await world.addSegment('buyers', buyers);
    await world.addSegment('quick', buyers);
    await world.addSegment('viewers', viewers);
    const anna = await world.addProfile('anna');
    await world.identify(anna, 'user_id', 'anna');
    await world.query(sql`update profile set suppressed_at = now() where id = ${anna}`);
    await world.touch(await world.addEvents([order(anna), order(anna, DAY)]));
    expect(await world.members()).toEqual([]);
    await world.anHourLater();
    const lookup = { ids: ['anna'], emails: [], phones: [] };
    const asked = { identifiers: [], lookup, reason: 'asked for it', digestsOf: () => [] };
    await privacyStore(db.database).unsuppress(world.workspaceId, asked);
    await world.touch(await world.addEvents([view(anna)]));
    expect(await world.members()).toEqual(['viewers:anna']);
    expect(await runDueTimers(world.deps, 100)).toEqual({ profiles: 1, entered: 2, exited: 0 });
    expect(await world.members()).toEqual(['buyers:anna', 'quick:anna', 'viewers:anna']);
  });

  it('asks for consent that came with the event, or with an identifier', async () => {
    await world.addSegment('mail', rule({ consent: { purpose: 'email' } }));
    const [anna, ben] = [await world.addProfile('anna'), await world.addProfile('ben')];
    await world.identify(anna, 'user_id', 'anna');
    await world.touch(await world.addEvents([view(anna), view(ben)]));
    const subject = { type: 'user_id', value: 'ben' } as const;
    const said = {
      subject,
      purpose: 'email',
      state: 'granted',
      kind: 'explicit',
      at: 1_000,
      basis: 'consent',
    } as const;
    await privacyStore(db.database).record(world.workspaceId, [{ ...said, source: 'api', proof: '' }]);
    await world.anHourLater();
    const batchId = await world.addEvents([view(anna), view(ben)]);
    await world.query(sql`insert into consent_event
        (workspace_id, subject_type, subject_value, purpose, at, state, kind, basis, source, proof, batch_id)
      values (${world.workspaceId}, 'user_id', 'anna', 'email', now(), 'granted', 'stated', 'consent', 'event', '', ${batchId})`);
    await world.identify(ben, 'user_id', 'ben');
    await world.touch(batchId);
    expect(await world.members()).toEqual(['mail:anna', 'mail:ben']);
  });

  it('asks rules over lists: whoever takes one over from another is in at once', async () => {
    await world.addSegment('vips', rule({ any: [] }), 'list');
    await world.addSegment('listed', rule({ segment: { key: 'vips' } }));
    const [anna, guest] = [await world.addProfile('anna'), await world.addProfile('guest')];
    await world.identify(guest, 'user_id', 'guest');
    await world.touch(await world.addEvents([view(anna), view(guest)]));
    const edit = { key: 'vips', add: ['guest'], remove: [], identifierType: 'user_id', cause: 'edit' } as const;
    await editList(world.deps, world.workspaceId, edit);
    expect(await world.members()).toEqual(['listed:guest', 'vips:guest']);
    await world.anHourLater();
    const batchId = await world.addEvents([view(anna)]);
    await world.merge(batchId, { from: guest, to: anna });
    await world.touch(batchId);
    await runDueTimers(world.deps, 100);
    expect(await world.members()).toEqual(['listed:anna', 'vips:anna']);
  });

  it('asks rules that name a segment of which there is no rule any more', async () => {
    const archived = await world.addSegment('pro', trait('plan'));
    await world.addSegment('named', rule({ all: [{ segment: { key: 'pro' } }] }));
    const anna = await world.addProfile('anna');
    await world.query(sql`insert into trait_value (workspace_id, profile_id, key, valid_from, message_id, kind, value)
      values (${world.workspaceId}, ${anna}, 'plan', now(), 'm', 'custom', '"pro"')`);
    await world.touch(await world.addEvents([view(anna)]));
    expect(await world.members()).toEqual(['named:anna', 'pro:anna']);
    await world.anHourLater();
    await world.query(sql`update segment set status = 'archived' where id = ${archived}`);
    await world.query(sql`update membership set member = false where segment_id = ${archived}`);
    await world.touch(await world.addEvents([view(anna)]));
    expect(await world.members()).toEqual([]);
  });

  it('asks everything while an evaluation is set aside: it may be missing', async () => {
    await world.addSegment('free', trait('plan'));
    const anna = await world.addProfile('anna');
    await world.touch(await world.addEvents([view(anna)]));
    await world.anHourLater();
    await world.query(sql`insert into trait_value (workspace_id, profile_id, key, valid_from, message_id, kind, value)
      values (${world.workspaceId}, ${anna}, 'plan', now(), 'm', 'custom', '"pro"')`);
    await world.touch(await world.addEvents([view(anna)]));
    expect(await world.members()).toEqual([]);
    await world.query(sql`insert into task (workspace_id, id, job, entity, payload, status)
      values (${world.workspaceId}, ${randomUUID()}, 'segments.evaluate', ${randomUUID()}, '{}', 'quarantined')`);
    await world.touch(await world.addEvents([view(anna)]));
    expect(await world.members()).toEqual(['free:anna']);
  });
});
