import { seededRandom } from '@kohort/kernel-clock-random';
import { openDatabase, raiseLogEpoch, type Database } from '@kohort/platform-postgres';
import { GatewayRig } from './gateway-rig';
import { liveClient, subscribe, type Stream } from './live-client';
import { MembershipWriter } from './membership-writer';
import { seedWorld, type SeededWorld } from './seed-world';

interface Change {
  readonly id: string;
  readonly cursor: string;
  readonly kind: string;
}

const CHANGED = `subscription S($segment: String, $profile: ID, $kinds: [MembershipChangeKind!], $after: Cursor) {
  membershipChanged(segment: $segment, profile: $profile, kinds: $kinds, after: $after) { id cursor kind } }`;

describe('subscriptions', () => {
  let rig: GatewayRig;
  let world: SeededWorld;
  let key: string;
  let writers: Database;
  beforeAll(async () => {
    rig = await GatewayRig.start({ recheckMs: 50 });
    world = await seedWorld(rig.db.database, await rig.db.addWorkspace('Ours'), 'ours');
    key = (await rig.key(world.workspaceId)).text;
    writers = openDatabase({ url: rig.db.url, maxConnections: 16, applicationName: 'writers' });
  });
  afterAll(async () => {
    await writers.close();
    await rig.stop();
  });

  const codeOf = async (stream: Stream<unknown>): Promise<unknown> => {
    const reason = await stream.over;
    return Array.isArray(reason)
      ? (reason[0] as { extensions?: Record<string, unknown> }).extensions?.['code']
      : reason;
  };
  const head = async (): Promise<string> => {
    const answered = await rig.ask(key, '{ changeLog { head } }');
    return (answered.data as unknown as { changeLog: { head: string } }).changeLog.head;
  };

  it('give everything that 16 writers commit out of order, over a client that comes and goes', async () => {
    const random = seededRandom(7);
    const start = await head();
    const crew = Array.from({ length: 16 }, (_, i) => new MembershipWriter(writers, world, world.people[i % 3] ?? ''));
    // Each writer has versions of its own: three people are shared by sixteen.
    crew.forEach((writer, i) => Object.assign(writer, { version: 1_000 * (i + 1) }));
    const writing = Promise.all(
      crew.map(async (writer) => {
        for (let n = 0; n < 12; n += 1) await writer.write(1 + random.int(4), random.int(60));
      }),
    );
    const seen: string[] = [];
    let cursor = start;
    let connections = 0;
    const done = { value: false };
    void writing.then(() => {
      done.value = true;
    });
    const total = (): number => crew.reduce((sum, writer) => sum + writer.written.length, 0);
    while (!done.value || seen.length < total()) {
      const client = liveClient(rig.gateway.url, key);
      const stream = subscribe<Change>(client, CHANGED, { after: cursor });
      const wanted = 1 + random.int(Math.min(20, Math.max(1, total() - seen.length)));
      const arrived = stream.until(wanted).catch(() => undefined);
      await (done.value ? arrived : Promise.race([arrived, writing]));
      stream.stop();
      await client.dispose();
      connections += 1;
      // What came after the cut was not seen by this client: it resumes from the last one that it has.
      const got = stream.values.slice(0, random.int(stream.values.length + 1));
      seen.push(...got.map((change) => change.id));
      cursor = got.at(-1)?.cursor ?? cursor;
    }
    await writing;
    const written = crew.flatMap((writer) => writer.written);
    expect(connections).toBeGreaterThan(10);
    expect(new Set(seen).size).toBe(seen.length);
    expect([...seen].sort()).toEqual([...written].sort());
  });

  it('begin now without a cursor, and are woken by the relay’s word or by the poll', async () => {
    const client = liveClient(rig.gateway.url, key);
    const stream = subscribe<Change>(client, CHANGED);
    const writer = new MembershipWriter(writers, world, world.people[0]);
    Object.assign(writer, { version: 50_000 });
    while (stream.values.length === 0) await writer.write(1, 20);
    expect(writer.written).toContain(stream.values[0]?.id);
    stream.stop();
    await client.dispose();
  });

  it('give what was asked for: one segment, one person, one kind', async () => {
    const after = await head();
    const [ada, bob] = world.people;
    const one = new MembershipWriter(writers, world, ada);
    const two = new MembershipWriter(writers, world, bob);
    Object.assign(one, { version: 60_000 });
    Object.assign(two, { version: 61_000 });
    await one.write(4);
    await two.write(4);
    const client = liveClient(rig.gateway.url, key);
    const stream = subscribe<Change>(client, CHANGED, { after, segment: 'pro', profile: bob, kinds: ['EXITED'] });
    await stream.until(2);
    expect(stream.values.map((change) => change.id)).toEqual(two.written.filter((_, i) => i % 2 === 1));
    stream.stop();
    await client.dispose();
  });

  it('refuse what is foreign, forged or expired with a code', async () => {
    const theirs = await seedWorld(rig.db.database, await rig.db.addWorkspace('Theirs'), 'canary7f3a');
    const client = liveClient(rig.gateway.url, key);
    expect(await codeOf(subscribe(client, CHANGED, { profile: theirs.people[0] }))).toBe('GATEWAY_NOT_FOUND');
    expect(await codeOf(subscribe(client, CHANGED, { segment: 'nothing' }))).toBe('GATEWAY_NOT_FOUND');
    expect(await codeOf(subscribe(client, `subscription { jobProgress(id: "${theirs.jobId}") { id } }`))).toBe(
      'GATEWAY_NOT_FOUND',
    );
    expect(await codeOf(subscribe(client, CHANGED, { after: 'AAAA' }))).toBe('POSTGRES_CURSOR_INVALID');
    const theirKey = (await rig.key(theirs.workspaceId)).text;
    const answered = await rig.ask(theirKey, '{ changeLog { head } }');
    const foreign = (answered.data as unknown as { changeLog: { head: string } }).changeLog.head;
    expect(await codeOf(subscribe(client, CHANGED, { after: foreign }))).toBe('POSTGRES_CURSOR_INVALID');
    const old = await head();
    await raiseLogEpoch(rig.db.database.relay);
    expect(await codeOf(subscribe(client, CHANGED, { after: old }))).toBe('POSTGRES_CURSOR_EXPIRED');
    await client.dispose();
  });

  it('never carry a change of another workspace', async () => {
    const theirs = await seedWorld(rig.db.database, await rig.db.addWorkspace('Theirs too'), 'canary7f3b');
    const client = liveClient(rig.gateway.url, key);
    const stream = subscribe<Change>(client, CHANGED, { after: await head() });
    const foreign = new MembershipWriter(writers, theirs, theirs.people[0]);
    const own = new MembershipWriter(writers, world, world.people[0]);
    Object.assign(own, { version: 70_000 });
    await foreign.write(20);
    await own.write(1);
    await stream.until(1);
    expect(stream.values.map((change) => change.id)).toEqual(own.written);
    await client.dispose();
  });

  it('let nobody in without a good key that may read', async () => {
    const codes: number[] = [];
    const weak = (await rig.key(world.workspaceId, ['ingest:write'])).text;
    for (const bad of [null, 'khk_nonsense', weak]) {
      const client = liveClient(rig.gateway.url, bad, (code) => codes.push(code));
      await subscribe(client, CHANGED).over;
      await client.dispose();
    }
    expect(codes).toEqual([4403, 4403, 4403]);
  });

  it('end with a reason when the key is revoked, and carry nothing after that', async () => {
    const revocable = await rig.key(world.workspaceId);
    const client = liveClient(rig.gateway.url, revocable.text);
    const stream = subscribe<Change>(client, CHANGED, { after: await head() });
    const writer = new MembershipWriter(writers, world, world.people[0]);
    Object.assign(writer, { version: 80_000 });
    await writer.write(1);
    await stream.until(1);
    await rig.ask(key, `mutation { revokeApiKey(id: "${revocable.id}") { __typename } }`);
    expect(await codeOf(stream)).toBe('ACCESS_KEY_REFUSED');
    await writer.write(3);
    expect(stream.values).toHaveLength(1);
    await client.dispose();
  });

  it('follow a job to its end', async () => {
    const made = await rig.ask(key, 'mutation { computeFeatures { ... on Job { id } } }');
    const { id } = (made.data as unknown as { computeFeatures: { id: string } }).computeFeatures;
    const client = liveClient(rig.gateway.url, key);
    const stream = subscribe<{ status: string; progress: { done: number } | null }>(
      client,
      `subscription { jobProgress(id: "${id}") { status progress { done } } }`,
    );
    await stream.until(1);
    const set = (values: { status: string; progress: string }) =>
      rig.db.database.inWorkspace(world.workspaceId, (tx) =>
        tx.updateTable('run').set(values).where('id', '=', id).execute(),
      );
    await set({ status: 'running', progress: JSON.stringify({ phase: 'p', done: 1, total: 2 }) });
    await stream.until(2);
    await set({ status: 'succeeded', progress: JSON.stringify({ phase: 'p', done: 2, total: 2 }) });
    expect(await stream.over).toBe('complete');
    expect(stream.values).toEqual([
      { status: 'QUEUED', progress: null },
      { status: 'RUNNING', progress: { done: 1 } },
      { status: 'SUCCEEDED', progress: { done: 2 } },
    ]);
    await client.dispose();
  });

  it('hold subscriptions to the same limits as queries', async () => {
    const client = liveClient(rig.gateway.url, key);
    const deep = `subscription { membershipChanged { segment ${'{ members(first: 1) { nodes { segment '.repeat(5)} { key } ${'} } }'.repeat(5)} } }`;
    expect(await codeOf(subscribe(client, deep))).toBe('GATEWAY_TOO_DEEP');
    expect(await codeOf(subscribe(client, 'subscription { membershipChanged { nothing } }'))).toBe(
      'GATEWAY_QUERY_INVALID',
    );
    const long = `subscription { membershipChanged { ${'id '.repeat(1_100)} } }`;
    expect(await codeOf(subscribe(client, long))).toBe('GATEWAY_DOCUMENT_INVALID');
    const many = Array.from({ length: 51 }, () => subscribe(client, CHANGED));
    expect(await Promise.race(many.map(codeOf))).toBe('GATEWAY_STREAM_LIMIT');
    await client.dispose();
  });
});
