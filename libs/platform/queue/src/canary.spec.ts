import { looksStuck, type LaneWatch } from './canary';

const watch = (change: Partial<LaneWatch> = {}): LaneWatch => ({
  lane: 'pipeline-worker-batches',
  lastStartAt: 0,
  active: 0,
  concurrency: 8,
  ...change,
});

describe('looksStuck', () => {
  const canary = { id: 'c', at: 1_000 };

  it('is stuck when an idle worker leaves a canary for nearly a minute', () => {
    expect(looksStuck(watch(), canary, 56_000)).toBe(true);
  });

  it.each([
    ['the canary is young', watch(), canary, 55_999],
    ['there is no canary', watch(), undefined, 61_000],
    ['all hands are busy', watch({ active: 8 }), canary, 61_000],
    ['it began something meanwhile', watch({ lastStartAt: 30_000 }), canary, 61_000],
  ])('is not stuck when %s', (_, state, sent, nowMs) => {
    expect(looksStuck(state, sent, nowMs)).toBe(false);
  });
});
