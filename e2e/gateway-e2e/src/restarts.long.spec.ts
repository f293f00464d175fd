import { writeSync } from 'node:fs';
import { Door, SUPERVISED } from './door';
import { RetryingClient, type ClientsHeard } from './retrying-client';

const RESTARTS = 100;
const PER_SECOND = 500;

const at = (values: readonly number[], share: number): number =>
  [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))] ?? 0;
const spread = (values: readonly number[]): string =>
  ['p50', 'p99', 'max'].map((name, i) => `${name} ${at(values, [0.5, 0.99, 1][i] ?? 1).toFixed(0)} ms`).join(', ');

/** Milliseconds that connections waited at most for a worker around each change of workers. */
function handOversOf(log: readonly string[]): readonly number[] {
  return log.flatMap((line) => {
    const found = line.includes('"worker followed"') ? /"durationMs":(\d+)/.exec(line) : null;
    return found ? [Number(found[1])] : [];
  });
}

function reportOf(heard: ClientsHeard, log: readonly string[], ms: number): string {
  const { acknowledged, failures, gaveUp, waitsMs } = heard;
  const changes = handOversOf(log);
  return [
    `${changes.length} restarts in ${(ms / 1_000).toFixed(0)} s, ${((acknowledged.size / ms) * 1_000).toFixed(0)} events a second`,
    `  tries that failed: ${JSON.stringify(Object.fromEntries(failures))}, given up: ${gaveUp.length}`,
    `  connections waited for a worker, at most, at a change: ${spread(changes)}`,
    `  from the first try to the acknowledgement: ${spread(waitsMs)}; over 400 ms: ${waitsMs.filter((one) => one > 400).length}\n`,
  ].join('\n');
}

describe('a gateway behind its supervisor, for minutes', () => {
  it(`${RESTARTS} restarts at ${PER_SECOND} events a second: no client gives up after three more tries, 400 ms apart`, async () => {
    const door = await Door.open({ KOHORT_SPOOL: 'spool' }, SUPERVISED);
    try {
      const { headers } = door.database;
      const port = Number(new URL(door.gateway.url).port);
      const client = new RetryingClient({ port, headers, retries: 3, pauseMs: 400, limitMs: 5_000 });
      const from = performance.now();
      client.keepSending(PER_SECOND);
      const lefts = (): number => door.log.filter((line) => line.includes('"worker left"')).length;
      for (let restart = 1; restart <= RESTARTS; restart += 1) {
        process.kill(door.gateway.pid, 'SIGHUP');
        while (lefts() < restart) await new Promise((done) => setTimeout(done, 50));
        if (restart % 20 === 0) writeSync(2, reportOf(client.heard, door.log, performance.now() - from));
      }
      const heard = await client.stop();
      await door.untilDrained();
      await door.expectNothingLost(heard.acknowledged);
      expect(heard.gaveUp).toEqual([]);
      expect(heard.failures.get('ECONNREFUSED')).toBeUndefined();
    } finally {
      await door.close();
    }
  }, 3_600_000);
});
