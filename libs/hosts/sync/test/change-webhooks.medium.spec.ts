import { randomUUID } from 'node:crypto';
import { seededRandom, systemClock } from '@kohort/kernel-clock-random';
import {
  segmentIdSchema,
  type ChangeWebhookRecord,
  type NewChangeWebhook,
  type SegmentId,
} from '@kohort/kernel-contracts';
import { silentLogger } from '@kohort/kernel-telemetry';
import {
  changeLogAdapter,
  changeWebhookAdmin,
  changeWebhookStore,
  raiseLogEpoch,
  startTestDatabase,
  type TestDatabase,
} from '@kohort/platform-postgres';
import { changeSecrets, createSecretBox } from '@kohort/plugin-kit-host';
import { ChangeWorld } from '@kohort/testing-door';
import { syncHandlers, type SyncHost } from '../src';
import { ChangeReceiver } from './change-receiver';

describe('the change log as signed webhooks', () => {
  const box = createSecretBox([Buffer.alloc(32, 9)]);
  const secrets = changeSecrets(box);
  const control = { signal: new AbortController().signal, isLastAttempt: false };
  const random = seededRandom(6);
  let db: TestDatabase;
  let host: SyncHost;
  let receiver: ChangeReceiver;
  beforeAll(async () => {
    db = await startTestDatabase();
    receiver = await ChangeReceiver.start();
    host = syncHandlers({
      engines: { database: db.database, clock: systemClock, logger: silentLogger },
      secrets: box,
      filesDir: null,
      egressAllow: [receiver.pair],
    });
  });
  afterAll(async () => {
    await host.close();
    await receiver.stop();
    await db.stop();
  });

  /** A workspace with one endpoint, and the worker's steps on it. */
  async function setUp(of: { url?: string; narrow?: (world: ChangeWorld) => Partial<NewChangeWebhook> } = {}) {
    receiver.arrived.length = 0;
    const workspaceId = await db.addWorkspace('Hooked');
    const world = await ChangeWorld.seed(db.database, workspaceId, { people: 300, segments: 2 });
    const admin = changeWebhookAdmin({ database: db.database, clock: systemClock }).forWorkspace(
      workspaceId,
      systemClock.now() + 600_000,
    );
    await world.write(3, { random });
    const secret = secrets.make();
    const webhook = { url: of.url ?? receiver.url, segmentId: null, kinds: null, ...of.narrow?.(world) };
    const { record } = await admin.create(webhook, null, (id) => secrets.seal({ workspaceId, webhookId: id }, secret));
    const store = changeWebhookStore(db.database);
    const now = async (): Promise<ChangeWebhookRecord | undefined> =>
      (await admin.list({ first: 1, after: null })).items[0]?.node;
    const openRuns = () =>
      db.database.inWorkspace(workspaceId, (tx) =>
        tx.selectFrom('run').select('id').where('job', '=', 'changes.deliver').where('status', '=', 'queued').execute(),
      );
    const carryOut = async (): Promise<void> => {
      for (const { id } of await openRuns()) {
        const input = { workspaceId, runId: id } as Parameters<NonNullable<SyncHost['handlers']['changes.deliver']>>[0];
        await host.handlers['changes.deliver']?.(input, control).catch((thrown: { code?: string }) => {
          if (thrown.code !== 'POSTGRES_FENCE_LOST') throw thrown;
        });
      }
    };
    const deliver = async (): Promise<number> => {
      const started = await store.startDue(100);
      await carryOut();
      return started;
    };
    const dueNow = () =>
      db.database.inWorkspace(workspaceId, (tx) =>
        tx
          .updateTable('change_webhook')
          .set({ next_at: new Date(0) })
          .where('status', '=', 'retrying')
          .execute(),
      );
    const sinceThen = (): readonly string[] => world.written.slice(3);
    return {
      ...{ workspaceId, world, admin, secret, id: record.id, store, now, deliver, dueNow, carryOut, sinceThen },
    };
  }

  it('sends what comes in order, signed, once, and asks for nothing while nothing comes', async () => {
    const { world, secret, now, deliver, sinceThen } = await setUp();
    expect(await deliver()).toBe(0);
    for (let n = 0; n < 5; n += 1) await world.write(50, { random });
    expect(await deliver()).toBe(1);
    expect(receiver.arrived.map(({ ids }) => ids.length)).toEqual([100, 100, 50]);
    expect([...receiver.ids].sort()).toEqual([...sinceThen()].sort());
    expect(receiver.arrived.every((message) => message.isSignedBy(secret))).toBe(true);
    expect(receiver.arrived.some((message) => message.isSignedBy(secrets.make()))).toBe(false);
    expect(await now()).toMatchObject({ status: 'active', delivered: 250, failures: 0, errorCode: null });
    await world.write(1, { random });
    expect(await deliver()).toBe(1);
    expect(receiver.ids.at(-1)).toBe(sinceThen().at(-1));
    expect(new Set(receiver.ids).size).toBe(251);
  });

  it('sends one segment and one kind where that was asked for, and moves on over the rest', async () => {
    const { world, now, deliver, sinceThen } = await setUp({
      narrow: ({ segments }) => ({ segmentId: segments[0]?.id as SegmentId, kinds: ['entered'] }),
    });
    await world.write(120, { random });
    await deliver();
    // Everybody begins outside: odd versions are entries.
    const wanted = sinceThen().filter(
      (id) => id.startsWith(world.segments[0]?.id ?? '') && Number(id.split(':')[2]) % 2 === 1,
    );
    expect([...receiver.ids].sort()).toEqual([...wanted].sort());
    expect(await now()).toMatchObject({ delivered: receiver.ids.length });
    expect(await deliver()).toBe(0);
  });

  it('sends everybody who is in first, page by page, and then what follows: together that is what is true', async () => {
    const { workspaceId, world, admin, deliver, now, id } = await setUp();
    for (let n = 0; n < 4; n += 1) await world.write(100, { random });
    const inThen = world.members();
    await admin.resume(id, 'members');
    expect(await now()).toMatchObject({ isSendingMembers: true });
    // What comes before the members are sent is no part of them: it follows.
    await world.write(60, { random });
    receiver.answers.push(200, 503);
    expect(await deliver()).toBe(1);
    expect(await now()).toMatchObject({ isSendingMembers: true, status: 'retrying', delivered: 0 });
    await db.database.inWorkspace(workspaceId, (tx) =>
      tx
        .updateTable('change_webhook')
        .set({ next_at: new Date(0) })
        .execute(),
    );
    await deliver();
    expect(await now()).toMatchObject({ isSendingMembers: false, status: 'active', delivered: 60 });
    const snapshot = receiver.arrived.filter(({ type }) => type === 'membership.snapshot');
    const people = snapshot.flatMap(({ ids }) => ids);
    expect(new Set(people.map((text) => text.slice(0, 73)))).toEqual(inThen);
    // The page that was refused came again, nothing else did.
    expect(people).toHaveLength(inThen.size + Math.min(100, inThen.size - 100));
    expect(snapshot.map(({ isLast }) => isLast)).toEqual(snapshot.map((_, n) => n === snapshot.length - 1));
    expect(receiver.arrived.at(-1)?.type).toBe('membership.changed');
    const versions = new Map<string, number>();
    for (const text of receiver.ids) {
      const [key, version] = [text.slice(0, 73), Number(text.slice(74))];
      versions.set(key, Math.max(version, versions.get(key) ?? 0));
    }
    const isIn = [...versions].filter(([, version]) => version % 2 === 1).map(([key]) => key);
    expect(new Set(isIn)).toEqual(world.members());
  });

  it('begins behind the cursor that it is given, and says so when nobody is in', async () => {
    const { workspaceId, world, secret, admin, deliver } = await setUp();
    const log = changeLogAdapter(db.database, { cursorKey: Buffer.from('cursors') });
    await deliver();
    const from = await log.head(workspaceId);
    await world.write(7, { random });
    receiver.arrived.length = 0;
    const seal = (of: string): Uint8Array => secrets.seal({ workspaceId, webhookId: of }, secret);
    const start = { after: log.placeOf(workspaceId, from) };
    const make = (more: Partial<NewChangeWebhook>) =>
      admin.create({ url: receiver.url, segmentId: null, kinds: null, ...more }, null, seal);
    await make({ start });
    const nobody = segmentIdSchema.parse(randomUUID());
    await db.database.inWorkspace(workspaceId, (tx) =>
      tx
        .insertInto('segment')
        .values({ workspace_id: workspaceId, id: nobody, key: 'nobody', name: 'N', kind: 'rule', status: 'live' })
        .execute(),
    );
    await make({ start: 'members', segmentId: nobody });
    await deliver();
    const { all, empty } = {
      all: receiver.arrived.filter(({ type }) => type === 'membership.changed').flatMap(({ ids }) => ids),
      empty: receiver.arrived.filter(({ type }) => type === 'membership.snapshot'),
    };
    const left = world.written.slice(3);
    // Two endpoints hear of them: the one of before, and the one that begins behind the cursor.
    expect([...all].sort()).toEqual([...left, ...left].sort());
    expect(empty.map(({ ids, isLast }) => ({ ids, isLast }))).toEqual([{ ids: [], isLast: true }]);
  });

  it('tries again with back-off what was not acknowledged, before anything else, and stops when it is gone', async () => {
    const { world, id, admin, now, deliver, dueNow, sinceThen } = await setUp();
    await world.write(120, { random });
    receiver.answers.push(200, 503);
    await deliver();
    expect(await now()).toMatchObject({
      ...{ status: 'retrying', failures: 1, delivered: 100, errorCode: 'CHANGE_WEBHOOK_HTTP_503' },
      nextAt: expect.any(Number) as number,
    });
    // Not due yet, whatever comes.
    await world.write(1, { random });
    expect(await deliver()).toBe(0);
    await dueNow();
    receiver.answers.push(async () => 429);
    await deliver();
    expect(await now()).toMatchObject({ status: 'retrying', failures: 2 });
    await dueNow();
    await deliver();
    expect(await now()).toMatchObject({ status: 'active', failures: 0, delivered: 121, errorCode: null });
    expect([...new Set(receiver.ids)].sort()).toEqual([...sinceThen()].sort());
    await world.write(1, { random });
    receiver.answers.push(410);
    await deliver();
    expect(await now()).toMatchObject({ status: 'stopped', nextAt: null, errorCode: 'CHANGE_WEBHOOK_HTTP_410' });
    expect(await deliver()).toBe(0);
    await admin.resume(id);
    await deliver();
    expect(await now()).toMatchObject({ status: 'active', delivered: 122 });
  });

  it('sends the same message again when the worker was overtaken behind the acknowledgement: nothing is missed', async () => {
    const { workspaceId, world, now, deliver, sinceThen } = await setUp();
    await world.write(30, { random });
    receiver.answers.push(async () => {
      // Another worker takes the run over, as after a kill: this one can write nothing any more.
      await db.database.inWorkspace(workspaceId, (tx) =>
        tx.updateTable('run').set({ status: 'failed', fence: 99 }).where('job', '=', 'changes.deliver').execute(),
      );
      return 200;
    });
    await deliver();
    expect(await now()).toMatchObject({ delivered: 0 });
    await world.write(1, { random });
    await deliver();
    expect(receiver.arrived).toHaveLength(2);
    expect(receiver.arrived[1]?.ids.slice(0, 30)).toEqual(receiver.arrived[0]?.ids);
    expect([...(receiver.arrived[1]?.ids ?? [])].sort()).toEqual([...sinceThen()].sort());
  });

  it('signs with both secrets for a day after a rotation', async () => {
    const { workspaceId, world, id, secret, admin, deliver } = await setUp();
    const next = secrets.make();
    await admin.rotate(id, (sealed) =>
      secrets.reseal({ workspaceId, webhookId: id, secrets: sealed }, next, systemClock.now()),
    );
    await world.write(1, { random });
    await deliver();
    expect(receiver.arrived.map((message) => [message.isSignedBy(secret), message.isSignedBy(next)])).toEqual([
      [true, true],
    ]);
    const again = secrets.make();
    await admin.rotate(id, (sealed) => secrets.reseal({ workspaceId, webhookId: id, secrets: sealed }, again, 0));
    await world.write(1, { random });
    await deliver();
    expect(receiver.arrived[1]?.signatures).toBe(1);
    expect(receiver.arrived[1]?.isSignedBy(again)).toBe(true);
  });

  it('reaches no private address, and says so', async () => {
    const { world, now, deliver } = await setUp({ url: 'https://127.0.0.1/changes' });
    await world.write(1, { random });
    await deliver();
    expect(await now()).toMatchObject({ status: 'retrying', errorCode: 'HTTP_EGRESS_REFUSED', delivered: 0 });
    expect(receiver.arrived).toEqual([]);
  });

  it('sends nothing while it is paused, goes on where it stood, and after a restore from where a person lets it', async () => {
    const { world, id, admin, now, deliver } = await setUp();
    await admin.pause(id);
    await world.write(5, { random });
    expect(await deliver()).toBe(0);
    await admin.resume(id);
    await deliver();
    expect(receiver.ids).toHaveLength(5);
    await world.write(2, { random });
    await raiseLogEpoch(db.database.relay);
    await deliver();
    expect(await now()).toMatchObject({ status: 'stopped', errorCode: 'POSTGRES_CURSOR_EXPIRED' });
    await admin.resume(id);
    await world.write(3, { random });
    await deliver();
    expect(receiver.ids).toHaveLength(8);
    await admin.remove(id);
    await expect(admin.pause(id)).rejects.toMatchObject({ code: 'CHANGE_WEBHOOK_MISSING' });
  });
});
