import { seededRandom } from '@kohort/kernel-clock-random';
import { matrixOf } from './matrix';
import { countDistinctRows, drawRows } from './row-sample';

describe('drawRows', () => {
  it('draws so many rows, rising, none twice', () => {
    const drawn = [...drawRows(1000, 100, seededRandom(1))];
    expect(new Set(drawn).size).toBe(100);
    expect(drawn).toEqual([...drawn].sort((a, b) => a - b));
    expect(drawn.at(-1)).toBeLessThan(1000);
  });

  it('draws all rows when more are wanted, and none of none', () => {
    expect([...drawRows(4, 9, seededRandom(1))]).toEqual([0, 1, 2, 3]);
    expect([...drawRows(0, 9, seededRandom(1))]).toEqual([]);
  });

  it('draws every row about equally often', () => {
    const counts = new Array<number>(10).fill(0);
    for (let seed = 0; seed < 2000; seed += 1) {
      for (const row of drawRows(10, 3, seededRandom(seed))) counts[row] = (counts[row] ?? 0) + 1;
    }
    // 600 are expected of each; five standard deviations are 102.
    for (const count of counts) expect(Math.abs(count - 600)).toBeLessThan(103);
  });
});

describe('countDistinctRows', () => {
  const matrix = matrixOf([
    [1, 2],
    [2, 1],
    [1, 2],
    [3, 3],
  ]);

  it('counts rows that differ, up to a limit', () => {
    expect(countDistinctRows(matrix, 9)).toBe(3);
    expect(countDistinctRows(matrix, 2)).toBe(2);
  });
});
