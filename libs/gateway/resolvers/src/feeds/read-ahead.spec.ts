import { manualClock } from '@kohort/kernel-clock-random';
import { silentLogger } from '@kohort/kernel-telemetry';
import { MemoryLog, workspaceId } from '../../test/memory-log';
import { ChangeFeed } from './change-feed';
import { HorizonPulse } from './horizon-pulse';
import { readingAhead, type Edge, type StreamedChange } from './read-ahead';

const open: { return(): Promise<unknown> }[] = [];

async function streamOf(changes: number) {
  const log = new MemoryLog();
  const pulse = new HorizonPulse({ log, logger: silentLogger, pollMs: 1_000_000 });
  const feed = new ChangeFeed({ log, pulse, clock: manualClock(0), logger: silentLogger });
  const stream = readingAhead(await feed.open(workspaceId, null, {}));
  open.push(stream);
  const more = (count: number): void => {
    log.append(count);
    pulse.wake();
  };
  more(changes);
  const next = async (): Promise<StreamedChange> => {
    const step = await stream.next();
    if (step.done === true) throw new Error('over');
    return step.value;
  };
  return { stream, next, more };
}

/** Counts its readings; a record is the key and the number of the reading. */
function versionEdge() {
  const readings: number[] = [];
  const edge: Edge<{ id: string; reading: number }> = {
    name: 'version',
    keyOf: (change) => String(change.changeVersion),
    read: async (keys) => {
      readings.push(keys.length);
      return keys.filter((key) => key !== '3').map((id) => ({ id, reading: readings.length }));
    },
    idOf: (record) => record.id,
  };
  return { edge, readings };
}

describe('ReadAhead', () => {
  afterEach(async () => {
    for (const stream of open.splice(0)) await stream.return();
  });

  it('reads for all changes that are there with one query, and what is not found is null', async () => {
    const { next } = await streamOf(5);
    const { edge, readings } = versionEdge();
    const seen: (string | undefined)[] = [];
    for (let i = 0; i < 5; i += 1) {
      const change = await next();
      seen.push((await change.readAhead?.load(edge, change))?.id);
    }
    expect(seen).toEqual(['1', '2', undefined, '4', '5']);
    expect(readings).toEqual([5]);
  });

  it('reads anew for a change that was not there yet: nothing is older than its change', async () => {
    const { next, more } = await streamOf(1);
    const { edge } = versionEdge();
    const first = await next();
    expect(await first.readAhead?.load(edge, first)).toEqual({ id: '1', reading: 1 });
    more(1);
    const second = await next();
    expect(await second.readAhead?.load(edge, second)).toEqual({ id: '2', reading: 2 });
  });

  it('bounds what one query asks for', async () => {
    const { next } = await streamOf(250);
    const { edge, readings } = versionEdge();
    for (let i = 0; i < 250; i += 1) {
      const change = await next();
      await change.readAhead?.load(edge, change);
    }
    expect(readings).toEqual([100, 100, 50]);
  });

  it('gives a failure to whoever asks, and tries again for the next', async () => {
    const { next } = await streamOf(2);
    const { edge } = versionEdge();
    let isAway = true;
    const flaky = {
      ...edge,
      read: (keys: readonly string[]) => (isAway ? Promise.reject(new Error('away')) : edge.read(keys)),
    };
    const first = await next();
    await expect(first.readAhead?.load(flaky, first)).rejects.toThrow('away');
    isAway = false;
    const second = await next();
    expect(await second.readAhead?.load(flaky, second)).toMatchObject({ id: '2' });
  });
});
