import fc from 'fast-check';
import { manualClock } from '@kohort/kernel-clock-random';
import { segmentIdSchema } from '@kohort/kernel-contracts';
import { silentLogger } from '@kohort/kernel-telemetry';
import { MemoryLog, segmentId, workspaceId } from '../../test/memory-log';
import { ChangeFeed } from './change-feed';
import type { ChangeStream } from './change-stream';
import { HorizonPulse } from './horizon-pulse';
import { RING_SIZE } from './workspace-tail';

function world() {
  const log = new MemoryLog();
  const pulse = new HorizonPulse({ log, logger: silentLogger, pollMs: 1_000_000 });
  const clock = manualClock(0);
  return { log, pulse, clock, feed: new ChangeFeed({ log, pulse, clock, logger: silentLogger }) };
}

async function take(stream: ChangeStream, count: number): Promise<number[]> {
  const seen: number[] = [];
  while (seen.length < count) {
    const step = await stream.next();
    if (step.done === true) break;
    seen.push(step.value.changeVersion);
  }
  return seen;
}

const upTo = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i);

describe('ChangeFeed', () => {
  it('gives what comes after the opening, and nothing of before', async () => {
    const { log, pulse, feed } = world();
    log.append(3);
    const stream = await feed.open(workspaceId, null, {});
    log.append(2);
    pulse.wake();
    expect(await take(stream, 2)).toEqual([4, 5]);
    await stream.return();
  });

  it('resumes from any cursor, of a change or of a head, without gap or repeat', async () => {
    const { log, pulse, feed } = world();
    log.append(1_700);
    for (const [cursor, first] of [
      ['h0', 1],
      ['c3', 4],
      ['c1699', 1_700],
      ['h1700', 1_701],
    ] as const) {
      const stream = await feed.open(workspaceId, cursor, {});
      const end = log.changes.length + 5;
      log.append(5);
      pulse.wake();
      expect(await take(stream, end - first + 1)).toEqual(upTo(first, end));
      await stream.return();
    }
  });

  it('filters by segment and kind, and moves on over what is not wanted', async () => {
    const { log, pulse, feed } = world();
    const stream = await feed.open(workspaceId, null, { segmentId, kinds: ['exited'] });
    log.append(2, 'entered');
    log.append(1, 'exited');
    pulse.wake();
    expect(await take(stream, 1)).toEqual([3]);
    const other = await feed.open(workspaceId, 'h0', { profileId: 'somebody else' });
    const waiting = other.next();
    log.append(1);
    pulse.wake();
    await other.return();
    expect(await waiting).toMatchObject({ done: true });
    await stream.return();
  });

  it('holds a bounded stretch in memory for one who does not read, and lets them catch up from the log', async () => {
    const { log, pulse, feed } = world();
    const slow = await feed.open(workspaceId, null, {});
    const fast = await feed.open(workspaceId, null, {});
    const seen: number[] = [];
    for (let round = 0; round < 20; round += 1) {
      log.append(500);
      pulse.wake();
      seen.push(...(await take(fast, 500)));
    }
    expect(seen).toEqual(upTo(1, 10_000));
    const reads = log.reads;
    expect(await take(slow, 10_000)).toEqual(upTo(1, 10_000));
    expect(log.reads - reads).toBeGreaterThanOrEqual((10_000 - 2 * RING_SIZE) / 500);
    await Promise.all([slow.return(), fast.return()]);
  });

  it('reads the log once for all streams of a workspace', async () => {
    const { log, pulse, feed } = world();
    const streams = await Promise.all(Array.from({ length: 200 }, () => feed.open(workspaceId, null, {})));
    const reads = log.reads;
    for (let n = 0; n < 10; n += 1) {
      log.append(1);
      pulse.wake();
      const got = await Promise.all(streams.map((stream) => stream.next()));
      expect(got.every((step) => step.done !== true && step.value.changeVersion === n + 1)).toBe(true);
    }
    // Joining may cost each stream a look; ten changes for two hundred streams cost ten readings.
    expect(log.reads - reads).toBeLessThan(200 + 2 * 10 + 20);
    const joined = log.reads;
    log.append(1);
    pulse.wake();
    await Promise.all(streams.map((stream) => stream.next()));
    expect(log.reads - joined).toBeLessThanOrEqual(2);
    await feed.stop();
    expect(feed.openStreams).toBe(0);
  });

  it('needs no reading of the log for clients who come back after a short while', async () => {
    const { log, feed } = world();
    log.append(1_500);
    const first = await feed.open(workspaceId, 'c1400', {});
    const { reads, checks } = log;
    const back = await Promise.all(
      Array.from({ length: 100 }, (_, i) => feed.open(workspaceId, `c${1_300 + i}`, i % 2 === 0 ? {} : { segmentId })),
    );
    for (const [i, stream] of back.entries()) expect(await take(stream, 200 - i)).toEqual(upTo(1_301 + i, 1_500));
    expect({ reads: log.reads, checks: log.checks }).toEqual({ reads, checks });
    await first.return();
    await feed.stop();
  });

  it('wakes those alone who want a change', async () => {
    const { log, pulse, feed } = world();
    const other = segmentIdSchema.parse('00000000-0000-4000-8000-0000000000a2');
    const woken = { ours: 0, theirs: 0 };
    for (let n = 0; n < 50; n += 1) {
      const ours = await feed.open(workspaceId, null, { segmentId });
      ours.onReady = () => (woken.ours += 1);
      const theirs = await feed.open(workspaceId, null, { segmentId: other });
      theirs.onReady = () => (woken.theirs += 1);
    }
    log.append(1);
    pulse.wake();
    await new Promise(setImmediate);
    expect(woken).toEqual({ ours: 50, theirs: 0 });
    await feed.stop();
  });

  it('refuses a cursor behind which something is older than what is kept, and tells where a snapshot begins', async () => {
    const { log, clock, feed } = world();
    log.append(2);
    clock.advance(log.retentionMs);
    log.nowMs = clock.now() + 1;
    log.append(1);
    clock.advance(1);
    for (let held = 0; held < 2; held += 1) {
      await expect(feed.open(workspaceId, 'c1', {})).rejects.toMatchObject({
        code: 'POSTGRES_CURSOR_EXPIRED',
        details: { snapshotToken: 'h3' },
      });
      // What lies behind this one is young, however old it is itself; the tail is held from here on.
      const stream = await feed.open(workspaceId, 'c2', {});
      expect(await take(stream, 1)).toEqual([3]);
    }
    await feed.stop();
  });

  it('waits while the log cannot be read, and goes on where it was', async () => {
    const { log, pulse, feed } = world();
    log.append(2);
    const stream = await feed.open(workspaceId, 'h0', {});
    log.broken = true;
    const first = stream.next();
    await new Promise(setImmediate);
    log.broken = false;
    pulse.wake();
    expect(await first).toMatchObject({ value: { changeVersion: 1 } });
    await stream.return();
  });

  it('begins anew when the log has a new timeline, and tells those who stand in the old one', async () => {
    const { log, pulse, feed } = world();
    log.append(3);
    const old = await feed.open(workspaceId, null, {});
    const waiting = old.next();
    await new Promise(setImmediate);
    log.append(2);
    log.timelineFrom = 5;
    pulse.wake();
    await expect(waiting).rejects.toMatchObject({
      code: 'POSTGRES_CURSOR_EXPIRED',
      details: { snapshotToken: 'h5' },
    });
    const fresh = await feed.open(workspaceId, null, {});
    log.append(1);
    pulse.wake();
    expect(await take(fresh, 1)).toEqual([6]);
    await Promise.all([old.return(), fresh.return()]);
  });

  it('ends a waiting reader when the stream is ended, and fails it when it is refused', async () => {
    const { feed } = world();
    const ended = await feed.open(workspaceId, null, {});
    const waiting = ended.next();
    await new Promise(setImmediate);
    await ended.return();
    expect(await waiting).toEqual({ done: true, value: undefined });
    const refused = await feed.open(workspaceId, null, {});
    const failing = refused.next();
    await new Promise(setImmediate);
    refused.fail(new RangeError('refused'));
    await expect(failing).rejects.toThrow('refused');
    expect(feed.openStreams).toBe(0);
  });

  it('loses nothing and repeats nothing, whatever the order of commits, beats and reconnections', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.record({
            append: fc.integer({ min: 0, max: 900 }),
            wake: fc.boolean(),
            take: fc.nat(700),
            cut: fc.boolean(),
          }),
          { minLength: 1, maxLength: 20 },
        ),
        async (steps) => {
          const { log, pulse, feed } = world();
          const seen: number[] = [];
          let cursor = await log.head();
          let stream = await feed.open(workspaceId, cursor, {});
          const steady = await feed.open(workspaceId, null, {});
          for (const step of steps) {
            log.append(step.append);
            if (step.wake) pulse.wake();
            const ready = Math.min(step.take, log.changes.length - seen.length);
            if (ready > 0 && !step.wake) pulse.wake();
            const got = await take(stream, ready);
            seen.push(...got);
            if (got.length > 0) cursor = `c${seen.length}`;
            if (step.cut) {
              await stream.return();
              stream = await feed.open(workspaceId, cursor, {});
            }
          }
          const rest = log.changes.length - seen.length;
          pulse.wake();
          seen.push(...(await take(stream, rest)));
          expect(seen).toEqual(upTo(1, log.changes.length));
          expect(await take(steady, log.changes.length)).toEqual(upTo(1, log.changes.length));
          await feed.stop();
        },
      ),
      { seed: 20_260, numRuns: 15 },
    );
  });
});
