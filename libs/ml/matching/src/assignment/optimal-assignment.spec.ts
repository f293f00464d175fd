import * as fc from 'fast-check';
import { optimalAssignment } from './optimal-assignment';

/** Tries every assignment of the rows to different columns. */
function leastByTrying(costs: readonly number[], rows: number, cols: number): number {
  const from = (row: number, taken: number): number => {
    if (row === rows) return 0;
    let least = Infinity;
    for (let col = 0; col < cols; col += 1) {
      if (taken & (1 << col)) continue;
      least = Math.min(least, (costs[row * cols + col] as number) + from(row + 1, taken | (1 << col)));
    }
    return least;
  };
  return from(0, 0);
}

const shape = fc.record({
  rows: fc.integer({ min: 1, max: 5 }),
  extra: fc.integer({ min: 0, max: 2 }),
  costs: fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 35, maxLength: 35 }),
});

describe('optimalAssignment', () => {
  it('is computed by hand', () => {
    const { columns, total } = optimalAssignment({ costs: [4, 1, 3, 2, 0, 5, 3, 2, 2], rows: 3, cols: 3 });
    expect([...columns]).toEqual([1, 0, 2]);
    expect(total).toBe(5);
  });

  it('reaches the least total of all assignments, and pairs columns once', () => {
    fc.assert(
      fc.property(shape, ({ rows, extra, costs: many }) => {
        const cols = rows + extra;
        const costs = many.slice(0, rows * cols);
        const { columns, total } = optimalAssignment({ costs, rows, cols });
        expect(total).toBe(leastByTrying(costs, rows, cols));
        expect(new Set(columns).size).toBe(rows);
        const turned = Array.from(
          { length: rows * cols },
          (_, at) => costs[(at % rows) * cols + Math.floor(at / rows)] ?? 0,
        );
        const other = optimalAssignment({ costs: turned, rows: cols, cols: rows });
        expect(other.total).toBe(total);
        expect([...other.columns].filter((col) => col >= 0)).toHaveLength(rows);
        const most = optimalAssignment({ costs: costs.map((cost) => -cost), rows, cols, goal: 'most' });
        expect(most.total).toBe(total === 0 ? most.total : -total);
      }),
      { seed: 3, numRuns: 150 },
    );
  });

  it('leaves rows over when there are too few columns, and pairs nothing with nothing', () => {
    expect([...optimalAssignment({ costs: [5, 1, 3], rows: 3, cols: 1 }).columns]).toEqual([-1, 0, -1]);
    expect(optimalAssignment({ costs: [], rows: 0, cols: 4 })).toMatchObject({ total: 0 });
    expect([...optimalAssignment({ costs: [], rows: 2, cols: 0 }).columns]).toEqual([-1, -1]);
  });

  it('refuses what is no cost, and says when nothing is allowed', () => {
    const refused = (costs: number[]) => () => optimalAssignment({ costs, rows: 2, cols: 2 });
    expect(refused([1, NaN, 2, 3])).toThrow(expect.objectContaining({ code: 'MATCHING_COSTS' }));
    expect(refused([1, -Infinity, 2, 3])).toThrow(/row 0, column 1/);
    expect(refused([1, 2, 3])).toThrow(/2 × 2 values, got 3/);
    expect(refused([1, Infinity, 2, Infinity])).toThrow(expect.objectContaining({ code: 'MATCHING_INFEASIBLE' }));
  });
});
