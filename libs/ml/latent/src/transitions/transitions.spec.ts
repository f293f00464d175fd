import { seededRandom, type Random } from '@kohort/kernel-clock-random';
import { adjustedRandIndex } from '@kohort/ml-metrics';
import { OTHER_EVENTS, transitionCounts } from './transition-counts';
import { transitions } from './transitions';
import { transitionsDefaults } from './transitions.params';

const EVENTS = ['home', 'search', 'product', 'basket'];
/** Four habits with the same share of every event, but another order. */
const HABITS = [
  [1, 2, 3, 0],
  [3, 0, 1, 2],
  [2, 3, 0, 1],
  [0, 1, 2, 3],
];

function walk(habit: readonly number[], random: Random, steps: number): string[] {
  let at = random.int(4);
  return Array.from({ length: steps }, () => {
    const here = EVENTS[at] ?? '';
    at = random.next() < 0.8 ? (habit[at] ?? 0) : random.int(4);
    return here;
  });
}

describe('transitionCounts', () => {
  it('counts steps, not visits', () => {
    const { events, counts } = transitionCounts([['a', 'b', 'a', 'b', 'b'], ['c'], []]);
    expect(events).toEqual(['b', 'a', 'c']);
    expect([...counts.data.subarray(0, 9)]).toEqual([1, 1, 0, 2, 0, 0, 0, 0, 0]);
    expect([...counts.data.subarray(9)].every((value) => value === 0)).toBe(true);
  });

  it('joins rare events, and counts later sequences by the events of before', () => {
    const { events } = transitionCounts([['a', 'a', 'a', 'b', 'b', 'c', 'd']], { mostEvents: 3 });
    expect(events).toEqual(['a', 'b', OTHER_EVENTS]);
    const later = transitionCounts([['a', 'new', 'b']], { events });
    expect([...later.counts.data]).toEqual([0, 0, 1, 0, 0, 0, 0, 1, 0]);
    const without = transitionCounts([['a', 'new', 'b']], { events: ['a', 'b'] });
    expect([...without.counts.data]).toEqual([0, 1, 0, 0]);
    expect(() => transitionCounts([[], []])).toThrow(expect.objectContaining({ code: 'LATENT_EMPTY' }));
  });
});

describe('clusters of sequences', () => {
  it('finds habits that visit the same events in another order, and their chains', async () => {
    const random = seededRandom(4);
    const sequences = Array.from({ length: 200 }, (_, i) => walk(HABITS[i % 4] ?? [], random, 40));
    const { counts, events } = transitionCounts(sequences, { events: EVENTS });
    const fitted = await transitions.fit(counts, transitionsDefaults, { random: seededRandom(1) });
    const truth = sequences.map((_, i) => i % 4);
    expect(adjustedRandIndex(fitted.labels, truth)).toBeGreaterThan(0.95);
    const own = (fitted.labels[0] as number) * 16;
    // The first habit goes from home to search in 0.8 + 0.2 / 4 of its steps.
    expect(fitted.chains[own + 1]).toBeGreaterThan(0.78);
    expect(fitted.chains.subarray(own, own + 4).reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 9);
    const later = Array.from({ length: 80 }, (_, i) => walk(HABITS[i % 4] ?? [], random, 40));
    const placed = await transitions.predict(fitted, transitionCounts(later, { events }).counts);
    expect(adjustedRandIndex([...fitted.labels, ...placed], [...truth, ...later.map((_, i) => i % 4)])).toBeGreaterThan(
      0.9,
    );
  });
});
