import { workspaceIdSchema } from '@kohort/kernel-contracts';
import { silentLogger } from '@kohort/kernel-telemetry';
import { TOLD_AT_ONCE } from './queue-settings';
import type { TogetherWork } from './run-together';
import { toldWork } from './told-work';

const workspace = (n: number) => workspaceIdSchema.parse(`00000000-0000-4000-8000-${String(n).padStart(12, '0')}`);
const told = (n: number, job = 'identity.resolve') => ({ workspaceId: workspace(n), job });

interface Drain {
  readonly name: string;
  readonly end: (isUnfinished?: boolean) => void;
  readonly fail: (error: Error) => void;
}

/** Drains that end when they are told to. */
function rig() {
  const drains: Drain[] = [];
  let stopping = false;
  const together = {
    drain: ({ workspaceId, job }: TogetherWork): Promise<boolean> =>
      new Promise((resolve, reject) => {
        const name = `${Number(workspaceId.slice(-12))} ${job}`;
        drains.push({ name, end: (isUnfinished = false) => resolve(isUnfinished), fail: reject });
      }),
  };
  const work = toldWork({
    jobs: ['identity.resolve', 'segments.evaluate', 'columns.load'],
    together,
    isStopping: () => stopping,
    logger: silentLogger,
  });
  const settle = () => new Promise(setImmediate);
  return { drains, work, settle, stop: () => (stopping = true), names: () => drains.map(({ name }) => name) };
}

describe('toldWork', () => {
  it('begins what it is told of at once, each workspace and job by itself', () => {
    const { work, names } = rig();
    expect(work.hasJobs).toBe(true);
    work.look([told(1), told(2), told(1, 'segments.evaluate')]);
    expect(names()).toEqual(['1 identity.resolve', '2 identity.resolve', '1 segments.evaluate']);
  });

  it('passes over jobs that are not told of, are not done here, or are of another release', () => {
    const { work, names } = rig();
    work.look([told(1, 'columns.load'), told(1, 'sync.track'), told(1, 'some.later')]);
    expect(names()).toEqual([]);
  });

  it('looks once more when it was told while it was at it, however often', async () => {
    const { work, drains, names, settle } = rig();
    work.look([told(1)]);
    for (let n = 0; n < 3; n += 1) work.look([told(1)]);
    expect(names()).toHaveLength(1);
    drains[0]?.end();
    await settle();
    expect(names()).toHaveLength(2);
    drains[1]?.end();
    await settle();
    expect(names()).toHaveLength(2);
  });

  it('does a few at a time; who had their turn stand behind those that wait', async () => {
    const { work, drains, names, settle } = rig();
    const some = Array.from({ length: TOLD_AT_ONCE + 1 }, (_, n) => told(n + 1));
    work.look(some);
    expect(names()).toHaveLength(TOLD_AT_ONCE);
    drains[0]?.end(true);
    await settle();
    drains[1]?.end();
    await settle();
    expect(names().slice(TOLD_AT_ONCE)).toEqual([`${TOLD_AT_ONCE + 1} identity.resolve`, '1 identity.resolve']);
  });

  it('goes on after a failure, and begins nothing while it stops', async () => {
    const { work, drains, names, settle, stop } = rig();
    work.look([told(1)]);
    work.look([told(1)]);
    drains[0]?.fail(new Error('away'));
    await settle();
    expect(names()).toHaveLength(2);
    stop();
    let hasEnded = false;
    const ended = work.ended().then(() => (hasEnded = true));
    work.look([told(2)]);
    await settle();
    expect([names().length, hasEnded]).toEqual([2, false]);
    drains[1]?.end(true);
    await ended;
    expect(names()).toHaveLength(2);
  });
});
