import { setTimeout as pause } from 'node:timers/promises';
import { watchLoopDelay } from './loop-delay';
import { LOOP_DELAY } from './queue-settings';

const block = (ms: number): void => {
  const begun = performance.now();
  while (performance.now() - begun < ms);
};

describe('watchLoopDelay', () => {
  it('reports how long the loop stood still, without the time that is meant to lie between two looks', async () => {
    const from = performance.now();
    const report = new Promise<{ halt: number; passed: number }>((done) => {
      const watch = watchLoopDelay((halt) => {
        watch.rest();
        done({ halt, passed: performance.now() - from });
      }, 400);
      watch.begin();
    });
    block(600);
    const { halt, passed } = await report;
    expect(halt).toBeGreaterThanOrEqual(600 - LOOP_DELAY.lookEveryMs);
    expect(halt).toBeLessThanOrEqual(Math.ceil(passed) - LOOP_DELAY.lookEveryMs);
  });

  it('does not look while it rests, and counts no time of rest as a halt', async () => {
    const reports: number[] = [];
    const watch = watchLoopDelay((halt) => reports.push(halt), 0);
    await pause(LOOP_DELAY.lookEveryMs * 2);
    expect(reports).toEqual([]);
    block(2 * LOOP_DELAY.lookEveryMs);
    watch.begin();
    watch.rest();
    expect(reports).toEqual([0]);
    await pause(LOOP_DELAY.lookEveryMs * 2);
    expect(reports).toEqual([0]);
  });

  it('tells of a halt behind which the work was over at once', () => {
    const reports: number[] = [];
    const watch = watchLoopDelay((halt) => reports.push(halt), 0);
    watch.begin();
    block(600);
    watch.rest();
    expect(reports).toHaveLength(1);
    expect(reports[0]).toBeGreaterThanOrEqual(600 - LOOP_DELAY.lookEveryMs);
  });
});
