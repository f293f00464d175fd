import WebSocket from 'ws';
import { seededRandom, systemClock } from '@kohort/kernel-clock-random';
import { silentLogger } from '@kohort/kernel-telemetry';
import { ChangeWorld } from '@kohort/testing-door';
import { GatewayRig } from './gateway-rig';
import { liveClient, subscribe } from './live-client';

interface Change {
  readonly id: string;
  readonly cursor: string;
}

interface Message {
  readonly type: string;
  readonly payload?: unknown;
}

/** Each message carries the segment's name: so long that a few hundred messages fill every buffer between us. */
const NAME_CHARS = 40_000;
const CHANGED = 'subscription S($after: Cursor) { membershipChanged(after: $after) { id cursor segment { name } } }';
const CHANGES = 240;
const IDLERS = 5;

/** A client that reads only when it is told to. */
class Idler {
  readonly messages: Message[] = [];
  readonly closed: Promise<{ code: number; reason: string }>;
  readonly subscribed: Promise<void>;

  constructor(
    private readonly socket: WebSocket,
    key: string,
    after: string,
  ) {
    this.closed = new Promise((resolve) =>
      socket.once('close', (code, reason) => resolve({ code, reason: reason.toString() })),
    );
    socket.on('error', () => undefined);
    this.subscribed = new Promise((resolve) => {
      socket.on('open', () =>
        socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization: `Bearer ${key}` } })),
      );
      socket.on('message', (data) => {
        const message = JSON.parse(String(data)) as Message;
        if (message.type !== 'connection_ack') return void this.messages.push(message);
        socket.send(JSON.stringify({ id: 's', type: 'subscribe', payload: { query: CHANGED, variables: { after } } }));
        socket.pause();
        resolve();
      });
    });
  }

  wakeUp(): void {
    this.socket.resume();
  }

  cut(): void {
    this.socket.terminate();
    this.socket.resume();
  }
}

describe('clients that do not read', () => {
  let rig: GatewayRig;
  const late = { byMs: 0 };
  const tooSlow = { count: 0, all: Promise.resolve(), told: (_message: string): void => undefined };
  beforeAll(async () => {
    tooSlow.all = new Promise((resolve) => {
      tooSlow.told = (message) => {
        tooSlow.count += message === 'websocket too slow' ? 1 : 0;
        if (tooSlow.count === IDLERS) resolve();
      };
    });
    rig = await GatewayRig.start({
      recheckMs: 100,
      clock: { ...systemClock, now: () => Date.now() + late.byMs },
      logger: { ...silentLogger, info: (message) => tooSlow.told(message) },
    });
  });
  afterAll(() => rig.stop());

  const outgoing = async (): Promise<number> => {
    const text = await (await fetch(`${rig.gateway.url}/metrics`)).text();
    return Number(/^kohort_gateway_sockets_outgoing_bytes (\S+)$/m.exec(text)?.[1]);
  };

  it('hold little, hold nobody up, are told where to resume and are closed', async () => {
    const workspaceId = await rig.db.addWorkspace('Slow');
    const world = await ChangeWorld.seed(rig.db.database, workspaceId, { people: 50, segments: 1 });
    await rig.db.database.inWorkspace(workspaceId, (tx) =>
      tx
        .updateTable('segment')
        .set({ name: 'x'.repeat(NAME_CHARS) })
        .execute(),
    );
    const key = (await rig.key(workspaceId)).text;
    const { data } = await rig.ask(key, '{ changeLog { head } }');
    const start = (data as unknown as { changeLog: { head: string } }).changeLog.head;
    const url = `${rig.gateway.url.replace('http', 'ws')}/graphql`;
    const idlers = Array.from(
      { length: IDLERS },
      () => new Idler(new WebSocket(url, 'graphql-transport-ws'), key, start),
    );
    await Promise.all(idlers.map((each) => each.subscribed));
    const client = liveClient(rig.gateway.url, key);
    const quick = subscribe<Change>(client, CHANGED, { after: start });
    const random = seededRandom(3);
    for (let n = 0; n < CHANGES; n += 20) {
      await world.write(20, { random });
      await quick.until(n + 20);
    }
    expect(new Set(quick.values.map(({ id }) => id))).toEqual(new Set(world.written));
    // Nobody has read: in the process of the gateway there is at most what one lot puts over the mark.
    expect(await outgoing()).toBeGreaterThan(IDLERS * 65_536);
    expect(await outgoing()).toBeLessThan(IDLERS * (65_536 + 2 * NAME_CHARS));
    late.byMs = 31_000;
    const [idler, ...others] = idlers;
    const closings = Promise.all(idlers.map((each) => each.closed));
    await tooSlow.all;
    idler?.wakeUp();
    const { code, reason } = (await idler?.closed) ?? { code: 0, reason: '' };
    const last = idler?.messages.at(-1);
    const got = idler?.messages.filter(({ type }) => type === 'next') ?? [];
    expect(got.length).toBeLessThan(CHANGES);
    expect(
      got.map(({ payload }) => (payload as { data: { membershipChanged: Change } }).data.membershipChanged.id),
    ).toEqual(quick.values.slice(0, got.length).map(({ id }) => id));
    const cursor = quick.values[got.length - 1]?.cursor ?? '';
    expect(last).toMatchObject({
      type: 'error',
      payload: [{ extensions: { code: 'GATEWAY_STREAM_SLOW', cursor } }],
    });
    expect({ code, reason }).toEqual({ code: 4413, reason: `too slow; resume after ${cursor}` });
    const rest = subscribe<Change>(client, CHANGED, { after: cursor });
    await rest.until(CHANGES - got.length);
    expect(rest.values.map(({ id }) => id)).toEqual(quick.values.slice(got.length).map(({ id }) => id));
    for (const each of others) each.cut();
    await closings;
    await client.dispose();
  });
});
