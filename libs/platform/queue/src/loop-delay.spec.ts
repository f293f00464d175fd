import { watchLoopDelay } from './loop-delay';
import { LOOP_DELAY } from './queue-settings';

describe('watchLoopDelay', () => {
  it('reports how long the loop stood still, without the time that is meant to lie between two looks', async () => {
    const from = performance.now();
    const report = new Promise<{ halt: number; passed: number }>((done) => {
      const stop = watchLoopDelay((halt) => {
        stop();
        done({ halt, passed: performance.now() - from });
      }, 400);
    });
    const begun = performance.now();
    while (performance.now() - begun < 600);
    const { halt, passed } = await report;
    expect(halt).toBeGreaterThanOrEqual(600 - LOOP_DELAY.lookEveryMs);
    expect(halt).toBeLessThanOrEqual(Math.ceil(passed) - LOOP_DELAY.lookEveryMs);
  });
});
