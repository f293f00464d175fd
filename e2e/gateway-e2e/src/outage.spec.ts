import { Door } from './door';
import { startTraffic } from './traffic';

/** Waits for what must come about; how long that takes is the machine's business, and the limit of the test. */
async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((done) => setTimeout(done, 50));
}

describe('the door while PostgreSQL is away', () => {
  let door: Door;
  beforeEach(async () => {
    door = await Door.open();
  });
  afterEach(() => door.close());

  it('loses nothing and refuses nobody through two crashes of the database and a stop under load', async () => {
    const { headers } = door.database;
    const ends = [() => door.database.crash(), () => door.database.stop(), () => door.database.crash()];
    const traffic = startTraffic({ url: () => door.gateway.url, headers, senders: 8, batch: 5, seed: 11, pauseMs: 5 });
    try {
      for (const end of ends) {
        const [known, spooled] = [traffic.heard.acknowledged.size, traffic.heard.spooled.size];
        await until(() => traffic.heard.acknowledged.size > known + 100);
        await end();
        await until(async () => (await door.readiness()).body.degraded !== undefined);
        expect((await door.readiness()).body).toMatchObject({ status: 'ready', degraded: 'the database is away' });
        await until(() => traffic.heard.spooled.size > spooled + 100);
        await door.database.startAgain();
        await door.untilDrained();
      }
    } finally {
      await traffic.stop();
    }
    const { heard } = traffic;
    await door.untilDrained();
    expect(Object.fromEntries(heard.refused)).toEqual({});
    expect(heard.spooled.size).toBeGreaterThan(100);
    expect(heard.acknowledged.size).toBeGreaterThan(heard.spooled.size);
    expect(await door.expectNothingLost(heard.acknowledged)).toBe(heard.sent * 5);
  });

  it('stores once what was in the spool when it was killed, and asks strangers to come again', async () => {
    const { headers, addTenant } = door.database;
    const stranger = await addTenant();
    const send = (body: unknown, by = headers) =>
      fetch(`${door.gateway.url}/v1/batch`, { method: 'POST', headers: by, body: JSON.stringify(body) });
    const call = (n: number) => ({
      batch: [
        { type: 'track', event: 'x', userId: 'u', messageId: `known-${n}` },
        { type: 'track', event: 'x', userId: 'u', properties: { n } },
      ],
      sentAt: '2026-11-01T12:00:00.000Z',
    });
    expect((await send(call(0))).headers.get('x-durability')).toBeNull();
    await door.database.stop();
    for (let n = 0; n < 40; n += 1) {
      const answered = await send(call(n));
      expect([answered.status, answered.headers.get('x-durability'), await answered.text()]).toEqual([
        ...[200, 'spool', '{"success":true}'],
      ]);
    }
    // Whose key this is nobody can tell now.
    const refused = await send(call(0), stranger.headers);
    expect(refused.status).toBe(503);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    await door.gateway.kill();
    await door.database.startAgain();
    await door.startAgain();
    await door.untilDrained();
    const ids = await door.storedIds();
    // Call 0 came twice: by its id, and by the digest of an item that has none.
    expect(ids).toHaveLength(80);
    expect(new Set(ids).size).toBe(80);
    expect(await door.ledger()).toEqual({ received: 82, stored: 80, duplicate: 2 });
  });
});
