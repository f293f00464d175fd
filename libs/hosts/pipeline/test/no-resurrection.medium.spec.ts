import { randomUUID } from 'node:crypto';
import { IMPORT_LIMITS, parseMapping } from '@kohort/ingest-domain';
import { acceptEvents, dryRunFlow, importFlow, replayRefused, type ImportParams } from '@kohort/ingest-flow';
import { runIdSchema, type HttpStreamer, type Json } from '@kohort/kernel-contracts';
import { storedDecision } from '@kohort/identity-domain';
import {
  identityAdmin,
  importedFiles,
  ingestStore,
  knownPeople,
  refusedStore,
  startTestDatabase,
  type TestDatabase,
} from '@kohort/platform-postgres';
import { checkSuppressionKeys } from '@kohort/hosts-runtime';
import { SuppressionKeys, messageScreen } from '@kohort/privacy-domain';
import { areSuppressed, suppressPeople, unsuppressPeople } from '@kohort/privacy-flow';
import { PrivacyWorld } from './privacy-world';

type Item = Record<string, Json>;
const track = (more: Item): Item => ({ type: 'track', event: 'Seen', ...more });
const identify = (userId: string, traits: Item, context: Item = {}): Item => ({
  type: 'identify',
  userId,
  traits,
  context,
});
const email = 'jo.meier@gmail.com';

/** Ways in which one person may come back. */
const WAYS: readonly (readonly [string, Item])[] = [
  ['the id', track({ userId: 'kunde-42' })],
  ['the anonymous id', track({ anonymousId: 'a-42' })],
  ['a new id beside the anonymous id', track({ userId: 'n1', anonymousId: 'a-42' })],
  ['a new anonymous id beside the id', track({ userId: 'kunde-42', anonymousId: 'n2' })],
  ['an alias of the id', { type: 'alias', userId: 'n3', previousId: 'kunde-42' }],
  ['an alias of the anonymous id', { type: 'alias', userId: 'n4', previousId: 'a-42' }],
  ['a group call', { type: 'group', userId: 'kunde-42', groupId: 'g' }],
  ['the address', identify('n5', { email })],
  ['the address in capitals', identify('n6', { email: 'JO.MEIER@GMAIL.COM' })],
  ['the address with a plus tag', identify('n7', { email: 'jo.meier+new@gmail.com' })],
  ['the address without dots', identify('n8', { email: 'jomeier@googlemail.com' })],
  ['the address with a name', identify('n9', { Email: 'Jo <jo.meier@gmail.com>' })],
  ['the address in full width', identify('n10', { email: 'ｊｏ.meier＠gmail.com' })],
  ['the address with an invisible character', identify('n11', { email: 'jo.me\u200bier@gmail.com' })],
  ['the address as id', track({ userId: 'Jo.Meier@gmail.com' })],
  ['the address in the context', track({ userId: 'n12', context: { traits: { email } } })],
  ['the address in a property', track({ userId: 'n13', properties: { email } })],
  ['the number', identify('n14', { phone: '+49 30 1234567' })],
  ['the number with 00', identify('n15', { phone: '0049301234567' })],
  ['the number of here', identify('n16', { phone: '030/123 45 67' }, { locale: 'de-DE' })],
  ['the number of somewhere', identify('n17', { mobile: '(030) 1234567' })],
  ['an external id', track({ userId: 'n18', context: { externalIds: [{ type: 'user_id', id: 'kunde-42' }] } })],
];

const byId = { identifiers: [{ type: 'user_id', value: 'kunde-42' }], reason: 'objection' };
let db: TestDatabase;
const worlds: PrivacyWorld[] = [];

/** A person who is known by everything, and somebody else. */
async function worldWithPerson(): Promise<PrivacyWorld> {
  const world = await PrivacyWorld.create(db);
  worlds.push(world);
  await world.send([
    track({ userId: 'kunde-42', anonymousId: 'a-42' }),
    identify('kunde-42', { email: 'Jo.Meier@gmail.com', phone: '+49 (0)30 1234567' }),
    track({ userId: 'other' }),
  ]);
  await world.resolve();
  return world;
}

beforeAll(async () => {
  db = await startTestDatabase();
});
afterAll(async () => {
  for (const world of worlds) world.close();
  await db.stop();
});

describe('somebody who was suppressed', () => {
  it('comes back in none of 22 ways, and everybody else goes on', async () => {
    const world = await worldWithPerson();
    // By the address alone: everything else that they are known by follows.
    const outcome = await suppressPeople(world.ports, world.workspaceId, {
      identifiers: [{ type: 'email', value: 'jomeier@gmail.com' }],
      reason: 'objection',
    });
    expect(outcome).toMatchObject({ people: 1, memberships: 0 });
    const before = { events: await world.count('event'), keys: await world.count('event_key') };
    for (const [way, item] of WAYS) {
      const [verdict] = await world.send([item]);
      expect([way, verdict?.outcome]).toEqual([way, 'suppressed']);
    }
    expect(await world.count('event')).toBe(before.events);
    expect(await world.count('event_key')).toBe(before.keys);
    const others = Array.from({ length: 1_000 }, (_, i) =>
      identify(`kunde-${i + 1_000}`, { email: `jo.meier${i}@gmail.com`, phone: `+4930${2_000_000 + i}` }),
    );
    const verdicts = await world.send(others);
    expect(verdicts.filter(({ outcome: fate }) => fate !== 'stored')).toEqual([]);
    await world.resolve();
    expect(await world.count('profile where suppressed_at is null')).toBe(1_001);
    expect(await world.count('ledger_minute where suppressed > 0')).toBeGreaterThan(0);
    const asked = [byId.identifiers[0]!, { type: 'user_id', value: 'other' }];
    expect(await areSuppressed(world.ports, world.workspaceId, asked)).toEqual([true, false]);
  });

  it('is kept out when their event was accepted before and is resolved after', async () => {
    const world = await worldWithPerson();
    await world.send([
      track({ userId: 'kunde-42' }),
      { type: 'alias', userId: 'new', previousId: 'kunde-42' },
      track({ userId: 'new', anonymousId: 'a-42' }),
    ]);
    await suppressPeople(world.ports, world.workspaceId, byId);
    await world.resolve();
    expect(await world.count("identifier where value = 'new'")).toBe(0);
    expect(await world.count('profile where suppressed_at is null')).toBe(1);
    expect(await world.count("merge_log where reason = 'alias'")).toBe(0);
  });

  it('loses every race: what is sent once the list stands is refused, what came before makes nobody new', async () => {
    const world = await worldWithPerson();
    let stands = false;
    const late: boolean[] = [];
    const sendOne = async (): Promise<void> => {
      const began = stands;
      const [verdict] = await world.send([track({ userId: 'kunde-42' })]);
      if (began) late.push(verdict?.outcome === 'suppressed');
    };
    const crowd = (): Promise<void>[] => Array.from({ length: 30 }, sendOne);
    const suppressing = suppressPeople(world.ports, world.workspaceId, byId).then(() => {
      stands = true;
    });
    await Promise.all([...crowd(), suppressing, ...crowd(), world.resolve()]);
    await Promise.all(crowd());
    await world.resolve();
    expect(late.length).toBeGreaterThanOrEqual(30);
    expect(late.every(Boolean)).toBe(true);
    expect(await world.count("profile where canonical_id = 'kunde-42' and suppressed_at is null")).toBe(0);
  });

  it('does not come back by a replay, and what is replayed is kept no longer', async () => {
    const world = await worldWithPerson();
    // Refused for its time; with that mended only the list stands against it.
    await world.send([track({ userId: 'kunde-42', timestamp: 'never' })]);
    expect(await world.count('refused_event')).toBe(1);
    await suppressPeople(world.ports, world.workspaceId, byId);
    const refused = refusedStore(db.database);
    const [kept] = await refused.list(world.workspaceId, { limit: 1, after: null });
    const payload = (kept?.payload ?? '').replace('never', '2026-01-01T00:00:00Z');
    await db.database.inWorkspace(world.workspaceId, (tx) =>
      tx.updateTable('refused_event').set({ payload }).execute(),
    );
    const ingest = acceptEvents({ store: world.store, dedupeDays: 7, suppression: world.gate });
    const [outcome] = await replayRefused({ refused, ingest }, world.workspaceId, [kept?.id ?? '']);
    expect(outcome?.verdict?.outcome).toBe('suppressed');
    expect(await world.count('refused_event')).toBe(0);
    expect(await world.count("event where user_id = 'kunde-42'")).toBe(2);
  });

  it('is not kept in quarantine either', async () => {
    const world = await worldWithPerson();
    await suppressPeople(world.ports, world.workspaceId, byId);
    const plan = { planId: randomUUID(), planVersion: 1, action: 'block' as const };
    const violation = { rule: 'unplanned_event' as const, path: '', message: '', action: 'block' as const };
    const plans = { checkOf: () => Promise.resolve(() => ({ ...plan, violations: [violation] })) };
    const ingest = acceptEvents({ store: world.store, dedupeDays: 7, plans, suppression: world.gate });
    const { workspaceId, sourceId } = world;
    const call = { receivedAt: world.clock.now(), sentAt: null, context: {}, integrations: {} };
    const [verdict] = await ingest.accept({ workspaceId, sourceId }, [track({ userId: 'kunde-42' })], call);
    expect(verdict?.outcome).toBe('suppressed');
    expect(await world.count('refused_event')).toBe(0);
  });

  it('is not made one with somebody else by hand, and an unmerge sets nobody free', async () => {
    const world = await worldWithPerson();
    // Two people who turn out to be one, before anything is suppressed.
    await world.send([track({ userId: 'twin', anonymousId: 'b-1' })]);
    await world.resolve();
    await world.send([track({ userId: 'kunde-42', anonymousId: 'b-1' })]);
    await world.resolve();
    await suppressPeople(world.ports, world.workspaceId, byId);
    expect(await world.count('profile where suppressed_at is null')).toBe(1);
    const people = await db.database.inWorkspace(world.workspaceId, (tx) =>
      tx.selectFrom('profile').select(['id', 'suppressed_at']).where('merged_into', 'is', null).execute(),
    );
    const admin = identityAdmin({ database: db.database, clock: world.clock });
    const scope = admin.forWorkspace(world.workspaceId, world.clock.now() + 60_000);
    const [one, other] = people.map(({ id }) => id);
    const asked = { profileIds: [one ?? '', other ?? ''] as const, actor: 'spec' };
    await expect(scope.mergeProfiles(asked, storedDecision)).rejects.toMatchObject({ code: 'IDENTITY_SUPPRESSED' });
    const merge = await db.database.inWorkspace(world.workspaceId, (tx) =>
      tx.selectFrom('merge_log').select('id').where('kind', '=', 'merged').executeTakeFirstOrThrow(),
    );
    expect(await scope.unmerge({ mergeId: merge.id, actor: 'spec' }, storedDecision)).toMatchObject({ isApart: true });
    expect(await world.count('profile where suppressed_at is null')).toBe(1);
  });

  it('may come again when they are taken off the list', async () => {
    const world = await worldWithPerson();
    const order = { identifiers: [{ type: 'phone', value: '0049 30 1234567' }], reason: 'asked for it' };
    const { added } = await suppressPeople(world.ports, world.workspaceId, order);
    expect(added).toBeGreaterThan(3);
    expect(await suppressPeople(world.ports, world.workspaceId, order)).toEqual({
      added: 0,
      people: 0,
      memberships: 0,
    });
    expect(await unsuppressPeople(world.ports, world.workspaceId, order)).toEqual({ removed: added });
    const [verdict] = await world.send([track({ userId: 'kunde-42' })]);
    expect(verdict?.outcome).toBe('stored');
    await world.resolve();
    expect(await world.count('profile where suppressed_at is not null')).toBe(0);
    expect(await world.count('suppression')).toBe(0);
  });

  it('is on the list as digests alone', async () => {
    const world = await worldWithPerson();
    await suppressPeople(world.ports, world.workspaceId, byId);
    const rows = await db.database.inWorkspace(world.workspaceId, (tx) =>
      tx.selectFrom('suppression').selectAll().execute(),
    );
    expect(rows.length).toBeGreaterThan(2);
    expect(rows.every(({ hash }) => hash.length === 32)).toBe(true);
    const text = JSON.stringify(rows.map((row) => ({ ...row, hash: row.hash.toString('latin1') })));
    expect(text).not.toMatch(/kunde|meier|1234567/);
  });

  it('stays out under a new key, and no process starts without the old one', async () => {
    const world = await worldWithPerson();
    await suppressPeople(world.ports, world.workspaceId, byId);
    const [old, fresh] = [Buffer.alloc(32, 5), Buffer.alloc(32, 6)];
    const rotated = ingestStore(db.database, { screen: messageScreen(new SuppressionKeys([fresh, old])) });
    const door = acceptEvents({ store: rotated, dedupeDays: 7 });
    const { workspaceId, sourceId } = world;
    const call = { receivedAt: world.clock.now(), sentAt: null, context: {}, integrations: {} };
    const [verdict] = await door.accept({ workspaceId, sourceId }, [track({ userId: 'kunde-42' })], call);
    expect(verdict?.outcome).toBe('suppressed');
    await expect(checkSuppressionKeys(db.database, [fresh, old])).resolves.toBeUndefined();
    await expect(checkSuppressionKeys(db.database, [fresh])).rejects.toMatchObject({ code: 'PRIVACY_KEY_LOST' });
  });

  it('cannot be named by what names nobody, nor without a reason', async () => {
    const world = await worldWithPerson();
    const of = (type: string, value: string, reason = 'x') =>
      suppressPeople(world.ports, world.workspaceId, { identifiers: [{ type, value }], reason });
    await expect(of('user_id', 'null')).rejects.toMatchObject({ code: 'PRIVACY_IDENTIFIER_USELESS' });
    await expect(of('email', 'nobody')).rejects.toMatchObject({ code: 'PRIVACY_IDENTIFIER_USELESS' });
    await expect(of('user_id', 'kunde-42', ' ')).rejects.toMatchObject({ code: 'PRIVACY_REASON_MISSING' });
    expect(await world.count('suppression')).toBe(0);
  });
});

describe('an import', () => {
  const mapping = parseMapping(`
name: shop-orders
version: 1
format: table
match: { columns: [order, customer, at] }
fields:
  order: { column: order, type: text, required: true }
  customer: { column: customer, type: text, required: true }
  at: { column: at, type: timestamp, format: iso, required: true }
message:
  type: track
  event: Order Completed
  userId: { field: customer }
  messageId: { field: order }
  timestamp: { field: at }
`);
  const rows = ['o1,other', 'o2,kunde-42', 'o3,third', `o4,${email}`].map((row) => `${row},2026-01-01`);
  const noNetwork: HttpStreamer = { open: () => Promise.reject(new TypeError('no network here')) };

  it('leaves suppressed people out, and its reports name rows and no values', async () => {
    const world = await worldWithPerson();
    await suppressPeople(world.ports, world.workspaceId, byId);
    async function* content(): AsyncGenerator<Uint8Array> {
      yield Buffer.from(`order,customer,at\n${rows.join('\n')}\n`);
    }
    const { workspaceId, sourceId, clock, artifacts, gate, store } = world;
    const { key } = await artifacts.put(content());
    const params: ImportParams = {
      artifactKey: key,
      fileName: 'orders.csv',
      sourceId,
      mapping: 'shop-orders',
      createProfiles: true,
    };
    const read = { artifacts, mappings: [mapping], clock };
    const report = await dryRunFlow({ ...read, suppressionList: { gate, workspaceId } }, params);
    expect(report.reasons).toMatchObject([{ code: 'suppressed', verdict: 'suppressed', rows: 2 }]);

    const runId = runIdSchema.parse(randomUUID());
    const run = { workspace_id: workspaceId, id: runId, job: 'ingest.import', params: '{}', status: 'running' };
    await db.database.inWorkspace(workspaceId, (tx) =>
      tx
        .insertInto('run')
        .values({ ...run, fence: 1 })
        .execute(),
    );
    const people = knownPeople(db.database);
    const files = importedFiles(db.database);
    const deps = { ...read, store, people, files, http: noNetwork, limits: IMPORT_LIMITS, suppression: gate };
    const context = {
      run: { checkpoint: null },
      fence: { workspaceId, runId, fence: 1 },
      signal: new AbortController().signal,
      onProgress: () => undefined,
    };
    const result = await importFlow(deps, context, params);
    expect(result.counts).toMatchObject({ received: 4, stored: 2, suppressed: 2, rejected: 0 });
    expect(result.reasons).toEqual({ suppressed: 2 });
    const chunks: Uint8Array[] = [];
    for await (const chunk of artifacts.read(result.rejectFileKey ?? '')) chunks.push(chunk);
    const rejects = Buffer.concat(chunks).toString();
    expect(rejects.trim().split('\n')).toHaveLength(2);
    expect(rejects).toContain('"code":"suppressed"');
    expect(rejects).not.toMatch(/kunde-42|meier/);
    await world.resolve();
    expect(await world.count('profile where suppressed_at is null')).toBe(2);
  });
});
