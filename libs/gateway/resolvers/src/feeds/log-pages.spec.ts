import fc from 'fast-check';
import { manualClock } from '@kohort/kernel-clock-random';
import { silentLogger } from '@kohort/kernel-telemetry';
import { MemoryLog, workspaceId } from '../../test/memory-log';
import { ChangeFeed } from './change-feed';
import type { ChangeStream } from './change-stream';
import { HorizonPulse } from './horizon-pulse';
import { LogPages, MOST_PAGES, PAGE_SIZE } from './log-pages';
import { RING_SIZE } from './workspace-tail';

const LENGTH = 2 * RING_SIZE + 10 * PAGE_SIZE;
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));
const numbers = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i + 1);

function world() {
  const log = new MemoryLog();
  log.append(LENGTH);
  const pulse = new HorizonPulse({ log, logger: silentLogger, pollMs: 1_000_000 });
  return { log, pulse, feed: new ChangeFeed({ log, pulse, clock: manualClock(0), logger: silentLogger }) };
}

/** Takes what there is, as a client's pump does, and rests whenever `isHeld` says so. */
async function readTo(end: number, stream: ChangeStream, isHeld: () => boolean): Promise<number[]> {
  const seen: number[] = [];
  while ((seen.at(-1) ?? 0) < end) {
    if (isHeld()) stream.rest();
    const changes = stream.take(64);
    seen.push(...changes.map(({ changeVersion }) => changeVersion));
    if (changes.length === 0) await new Promise<void>((resolve) => (stream.onReady = resolve));
  }
  return seen;
}

describe('LogPages', () => {
  it('give everything once and in order to whoever rests in between, wherever that is', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 3 * PAGE_SIZE }),
        fc.infiniteStream(fc.boolean()),
        async (from, held) => {
          const { feed } = world();
          const stream = await feed.open(workspaceId, `h${from}`, {});
          expect(await readTo(LENGTH, stream, () => held.next().value === true)).toEqual(numbers(from, LENGTH));
          await feed.stop();
        },
      ),
      { numRuns: 6, seed: 4 },
    );
  });

  it('go on behind a change that is in the log no more', async () => {
    const { log, feed } = world();
    const stream = await feed.open(workspaceId, 'h0', {});
    const first = await readTo(64, stream, () => false);
    stream.rest();
    // What the client had last is erased, and other pages are looked at until this one is forgotten.
    log.changes.splice(63, 1, { ...log.changes[63]!, cursor: 'c63' });
    const others = Array.from({ length: MOST_PAGES }, (_, n) => feed.open(workspaceId, `h${(n + 1) * 7}`, {}));
    for (const other of await Promise.all(others)) await readTo(1_000, other, () => false);
    const rest = await readTo(LENGTH, stream, () => false);
    expect([...first, ...rest]).toEqual(numbers(0, LENGTH));
    await feed.stop();
  });

  it('are read once for all who stand at one place, and keep nothing of a log that began anew', async () => {
    const { log, pulse, feed } = world();
    const streams = await Promise.all(Array.from({ length: 50 }, () => feed.open(workspaceId, 'h0', {})));
    const { reads } = log;
    const seen = await Promise.all(streams.map((stream) => readTo(LENGTH, stream, () => false)));
    expect(seen.every((one) => one.length === LENGTH)).toBe(true);
    expect(log.reads - reads).toBeLessThanOrEqual(2 * Math.ceil(LENGTH / PAGE_SIZE));
    const late = await feed.open(workspaceId, 'h0', {});
    await readTo(PAGE_SIZE, late, () => false);
    late.rest();
    log.timelineFrom = LENGTH - 1;
    log.append(1);
    pulse.wake();
    await turn();
    await expect(late.next()).rejects.toMatchObject({ code: 'POSTGRES_CURSOR_EXPIRED' });
    await feed.stop();
  });

  it('let few catch up at once, each to the end of its step, however many wait', async () => {
    const pages = new LogPages(new MemoryLog());
    let [at, most, done] = [0, 0, 0];
    const step = async (): Promise<void> => {
      most = Math.max(most, (at += 1));
      await turn();
      at -= 1;
      if ((done += 1) % 7 === 0) throw new TypeError('the log is away');
    };
    const ends = await Promise.allSettled(Array.from({ length: 100 }, () => pages.inTurn(step)));
    expect([most, done, ends.filter(({ status }) => status === 'rejected').length]).toEqual([4, 100, 14]);
  });
});
