import { seededRandom } from '@kohort/kernel-clock-random';
import { nearestMeans } from '../test/nearest-means';
import { chooseByGap, gapStatistic } from './gap-statistic';
import golden from './reference/gap.golden.json';

const tableOf = ({ gap, error }: { gap: readonly number[]; error: readonly number[] }) =>
  gap.map((value, at) => ({ k: at + 1, gap: value, error: error[at] ?? NaN }));

describe("the gap statistic against R's clusGap", () => {
  it.each(golden.cases)('$name: spreads, gaps and the number of clusters', async (wanted) => {
    const matrix = { data: Float32Array.from(wanted.data), rows: wanted.rows, cols: wanted.cols };
    const input = { kMax: 6, references: 40, cluster: (k: number) => nearestMeans(k) };
    const { k, table } = await gapStatistic(matrix, input, { random: seededRandom(3) });
    table.forEach(({ logSpread, gap, error }, at) => {
      // Beyond the planted groups there are many nearly equal optima, and R's search goes further than the test's.
      const slack = at < wanted.planted ? 1e-6 : 0.05;
      // R halves the sum of squares.
      expect(Math.abs(logSpread - Math.LN2 - (wanted.logW[at] ?? NaN))).toBeLessThan(slack);
      // Both gaps are means over tables drawn at random: four standard errors of their difference, and the search.
      const noise = 4 * Math.hypot(error / Math.sqrt(40), (wanted.error[at] ?? NaN) / Math.sqrt(60));
      expect(Math.abs(gap - (wanted.gap[at] ?? NaN))).toBeLessThan(noise + 0.05);
    });
    expect(k).toBe(wanted.chosen.tibshirani);
    expect(chooseByGap(table, 'first')).toBe(wanted.chosen.first);
  });

  it('reads the same k off any table as maxSE', () => {
    for (const one of [...golden.tables, ...golden.cases]) {
      const table = tableOf(one);
      expect(chooseByGap(table, 'tibshirani')).toBe(one.chosen.tibshirani);
      expect(chooseByGap(table, 'first')).toBe(one.chosen.first);
      expect(chooseByGap(table, 'global')).toBe(one.chosen.global);
    }
  });
});
