import { seededRandom } from '@kohort/kernel-clock-random';
import { openDatabase, type Database } from '@kohort/platform-postgres';
import { ChangeWorld, type State } from '@kohort/testing-door';
import { GatewayRig } from './gateway-rig';
import { liveClient, subscribe } from './live-client';

interface Membership {
  readonly segmentId: string;
  readonly profileId: string;
  readonly changeVersion: number;
}

interface Change extends Membership {
  readonly kind: string;
}

const CHANGED = `subscription S($segment: String, $after: Cursor) {
  membershipChanged(segment: $segment, after: $after) { segmentId profileId kind changeVersion } }`;
const SNAPSHOT = `query Q($token: Cursor!, $segment: String, $after: Cursor) {
  membershipSnapshot(token: $token, segment: $segment, first: 17, after: $after) {
    nodes { segmentId profileId changeVersion } pageInfo { hasNextPage endCursor } } }`;

/** A day, shortened: a cursor of before it has expired. */
const RETENTION_MS = 600_000;

describe('a snapshot and the stream behind it', () => {
  let rig: GatewayRig;
  let writers: Database;
  beforeAll(async () => {
    rig = await GatewayRig.start({ changeRetentionMs: RETENTION_MS });
    writers = openDatabase({ url: rig.db.url, maxConnections: 8, applicationName: 'writers' });
  });
  afterAll(async () => {
    await writers.close();
    await rig.stop();
  });

  async function snapshotOf(key: string, token: string, segment: string | null): Promise<Map<string, State>> {
    const state = new Map<string, State>();
    for (let after: string | null = null; ;) {
      const { data } = await rig.ask(key, SNAPSHOT, { token, segment, after });
      const page = (
        data as unknown as {
          membershipSnapshot: { nodes: Membership[]; pageInfo: { hasNextPage: boolean; endCursor: string } };
        }
      ).membershipSnapshot;
      for (const { segmentId, profileId, changeVersion } of page.nodes) {
        state.set(`${segmentId}:${profileId}`, { member: true, version: changeVersion });
      }
      if (!page.pageInfo.hasNextPage) return state;
      after = page.pageInfo.endCursor;
    }
  }

  const headOf = async (key: string): Promise<string> => {
    const { data } = await rig.ask(key, '{ changeLog { head } }');
    return (data as unknown as { changeLog: { head: string } }).changeLog.head;
  };

  it.each([1, 2, 3])('come to what is true, whatever is written between the pages (%i)', async (seed) => {
    const random = seededRandom(seed);
    const workspaceId = await rig.db.addWorkspace(`Snapshot ${seed}`);
    const world = await ChangeWorld.seed(writers, workspaceId, { people: 60, segments: 3 });
    const key = (await rig.key(workspaceId)).text;
    const write = () => world.write(1 + random.int(8), { random, holdMs: random.int(40) });
    for (let n = 0; n < 12; n += 1) await write();
    // Changes go on over the head, all pages of the snapshot, and the opening of the stream.
    const before = write();
    const writing = Promise.all(
      [0, 1, 2].map(async () => [await write(), await write(), await write(), await write()]),
    );
    const segment = seed === 2 ? world.segments[0] : undefined;
    const token = await headOf(key);
    const state = await snapshotOf(key, token, segment?.key ?? null);
    await before;
    const client = liveClient(rig.gateway.url, key);
    const stream = subscribe<Change>(client, CHANGED, { after: token, segment: segment?.key });
    await writing;
    const wanted = world.members(segment?.id);
    const members = (): Set<string> => {
      const now = new Map(state);
      for (const { segmentId, profileId, kind, changeVersion: version } of stream.values) {
        const pair = `${segmentId}:${profileId}`;
        if (version > (now.get(pair)?.version ?? 0)) now.set(pair, { member: kind === 'ENTERED', version });
      }
      return new Set([...now].filter(([, { member }]) => member).map(([pair]) => pair));
    };
    const same = (): boolean => {
      const now = members();
      return now.size === wanted.size && [...wanted].every((pair) => now.has(pair));
    };
    for (let count = stream.values.length; !same(); count += 1) await stream.until(count + 1);
    expect(members()).toEqual(wanted);
    stream.stop();
    await client.dispose();
  });

  it('begins with the token of a cursor that has expired', async () => {
    const random = seededRandom(9);
    const workspaceId = await rig.db.addWorkspace('Away for long');
    const world = await ChangeWorld.seed(writers, workspaceId, { people: 5, segments: 1 });
    const key = (await rig.key(workspaceId)).text;
    const old = await headOf(key);
    await world.write(6, { random });
    await writers.inWorkspace(workspaceId, (tx) =>
      tx
        .updateTable('membership_change')
        .set({ recorded_at: new Date(Date.now() - 2 * RETENTION_MS) })
        .execute(),
    );
    const client = liveClient(rig.gateway.url, key);
    const [refusal] = (await subscribe(client, CHANGED, { after: old }).over) as {
      extensions: { code: string; snapshotToken: string };
    }[];
    expect(refusal?.extensions.code).toBe('POSTGRES_CURSOR_EXPIRED');
    const token = refusal?.extensions.snapshotToken ?? '';
    const state = await snapshotOf(key, token, null);
    expect(new Set(state.keys())).toEqual(world.members());
    const stream = subscribe<Change>(client, CHANGED, { after: token });
    await world.write(1, { random });
    await stream.until(1);
    expect(stream.values).toHaveLength(1);
    // A snapshot whose stream could not be resumed is refused as well, and so is one of another workspace.
    for (const [token, code] of [
      [old, 'POSTGRES_CURSOR_EXPIRED'],
      ['AAAA', 'POSTGRES_CURSOR_INVALID'],
      [await headOf((await rig.key(await rig.db.addWorkspace('Theirs'))).text), 'POSTGRES_CURSOR_INVALID'],
    ] as const) {
      const { errors } = await rig.ask(key, SNAPSHOT, { token });
      expect(errors[0]?.extensions['code']).toBe(code);
    }
    await client.dispose();
  });
});
