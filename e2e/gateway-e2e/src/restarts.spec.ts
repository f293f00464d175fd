import { seededRandom } from '@kohort/kernel-clock-random';
import { ChangeWorld } from '@kohort/testing-door';
import { ChangeReader } from './change-reader';
import { headOf } from './changes-under-kills';
import { Door, SUPERVISED } from './door';
import { RetryingClient } from './retrying-client';

/** Waits for what must come about; how long that takes is the machine's business, and the limit of the test. */
async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((done) => setTimeout(done, 20));
}

function lives(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

describe('a gateway behind its supervisor', () => {
  let door: Door;
  beforeAll(async () => {
    door = await Door.open({ KOHORT_SPOOL: 'spool' }, SUPERVISED);
  });
  afterAll(() => door.close());
  const said = (words: string): number => door.log.filter((line) => line.includes(`"${words}"`)).length;
  const worker = (): number => door.gateway.children()[0] ?? 0;
  const send = (client: RetryingClient, more: number): Promise<void> => {
    const known = client.heard.acknowledged.size;
    return until(() => client.heard.acknowledged.size >= known + more);
  };

  it('refuses no connection and loses no event through restarts, kills and an outage', async () => {
    const { headers } = door.database;
    const port = Number(new URL(door.gateway.url).port);
    // Patient: what a slow machine makes of a start is not asked here, but whether anybody is turned away.
    const client = new RetryingClient({ port, headers, retries: 2_000, pauseMs: 100, limitMs: 60_000 });
    client.keepBusy(8, 5);
    const world = await ChangeWorld.open(door.database, { people: 20, segments: 1, writers: 1 });
    const random = seededRandom(3);
    const key = await door.database.addApiKey();
    const ordinals = new Map<string, number>();
    const reader = new ChangeReader({
      ...{ url: () => door.gateway.url, key, segment: null, after: await headOf(door, key), random },
      ...{ disconnects: 0, livesMs: 0 },
      ordinalOf: (id) => ordinals.set(id, ordinals.get(id) ?? ordinals.size).get(id) ?? 0,
    });
    const left = (): number => said('worker left');
    const waits = (): number => said('PostgreSQL is away: waiting for it before serving');
    const roll = (): boolean => process.kill(door.gateway.pid, 'SIGHUP');
    const spooled = (more: number): Promise<void> => {
      const known = client.heard.spooled.size;
      return until(() => client.heard.spooled.size >= known + more);
    };
    try {
      await send(client, 50);
      roll();
      await world.write(5, { random });
      await until(() => left() === 1);
      await world.write(5, { random });
      await until(() => reader.count === world.written.length);

      // While PostgreSQL is away the old worker stays, with its spool: the new one would know no write key.
      const old = worker();
      await door.database.stop();
      await spooled(20);
      roll();
      await until(() => waits() === 1);
      await spooled(20);
      expect([worker(), door.gateway.children()]).toEqual([old, [old, expect.any(Number)]]);
      await door.database.startAgain();
      await until(() => left() === 2);
      await world.write(5, { random });
      await until(() => reader.count === world.written.length);
      // Who subscribes during an outage is told so; from here on nobody has a reason to be.
      reader.refusals.length = 0;

      for (const kill of [1, 2]) {
        process.kill(worker(), 'SIGKILL');
        await until(() => said('served again') === kill);
        await send(client, 20);
      }
      await world.write(5, { random });
      await until(() => reader.count === world.written.length);
    } finally {
      reader.stop();
      await world.close();
      await client.stop();
    }
    const { heard } = client;
    expect(heard.failures.get('ECONNREFUSED')).toBeUndefined();
    expect(heard.gaveUp).toEqual([]);
    expect([reader.refusals, reader.repeats, reader.connections > 1]).toEqual([[], 0, true]);
    await door.untilDrained();
    await door.expectNothingLost(heard.acknowledged);

    // Killed, the supervisor takes its worker with it.
    const orphan = worker();
    await door.gateway.kill();
    await until(() => !lives(orphan));
  });
});
