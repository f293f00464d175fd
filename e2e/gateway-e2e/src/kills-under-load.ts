import { seededRandom } from '@kohort/kernel-clock-random';
import { Door } from './door';
import { startTraffic } from './traffic';

const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

/** Kills the gateway at seeded instants while calls are under way, a tenth of them repeated, and looks what is stored. */
export async function killsUnderLoad(options: {
  readonly kills: number;
  readonly seed: number;
  /** The longest time between a start and a kill. */
  readonly longestMs: number;
  /** Every so many kills the database is away too, so that calls stand in the spool. */
  readonly outageEvery?: number;
}): Promise<void> {
  const { kills, seed, longestMs, outageEvery = 0 } = options;
  const random = seededRandom(seed);
  const door = await Door.open();
  try {
    const { headers } = door.database;
    const traffic = startTraffic({
      ...{ url: () => door.gateway.url, headers, senders: 8, batch: 4, seed, repeated: 0.1, pauseMs: 2 },
    });
    try {
      for (let kill = 1; kill <= kills; kill += 1) {
        await pause(50 + random.int(longestMs));
        const withOutage = outageEvery > 0 && kill % outageEvery === 0;
        if (withOutage) {
          await door.database.stop();
          await pause(random.int(longestMs));
        }
        await door.gateway.kill();
        if (withOutage) await door.database.startAgain();
        await door.startAgain();
      }
      // On a busy machine hardly a call may have been answered between two kills.
      while (traffic.heard.acknowledged.size <= kills * 10) await pause(50);
    } finally {
      await traffic.stop();
    }
    const { heard } = traffic;
    await door.untilDrained();
    expect(heard.acknowledged.size).toBeGreaterThan(kills * 10);
    expect([...heard.refused.keys()].filter((status) => status !== 0)).toEqual([]);
    await door.expectNothingLost(heard.acknowledged);
  } finally {
    await door.close();
  }
}
