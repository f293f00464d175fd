import { watchLoopDelay, type LoopDelayReport } from './loop-delay';

describe('watchLoopDelay', () => {
  it('reports how long the loop stood still', async () => {
    const report = new Promise<LoopDelayReport>((done) => {
      const stop = watchLoopDelay((measured) => {
        if (measured.maxMs < 100) return;
        stop();
        done(measured);
      }, 400);
      // The first samples set the rhythm that the blocked one breaks.
      setTimeout(() => {
        const until = performance.now() + 600;
        while (performance.now() < until);
      }, 100);
    });
    expect((await report).maxMs).toBeGreaterThanOrEqual(100);
  });
});
