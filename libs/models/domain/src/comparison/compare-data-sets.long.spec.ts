import { manualClock } from '@kohort/kernel-clock-random';
import { hasDataSets, readCells, readReference } from '@kohort/ml-conformance';
import type { ClusterCsvTable } from '../clusters/csv-features';
import { runSheetCommand } from '../sheets/sheet-file';
import { runCompareCommand } from './compare-file';

const control = { clock: manualClock(0) };

function readTable(file: string): ClusterCsvTable {
  const [header = [], ...rows] = readCells(file);
  return { header, rows, lineOf: (row) => row + 2 };
}

(hasDataSets ? describe : describe.skip)('comparison and sheets on public data', () => {
  const mall = { id: 'CustomerID', features: ['Annual Income (k$)', 'Spending Score (1-100)'] };

  it('mall customers: the five groups, at least as separate as the reference', async () => {
    const params = {
      ...mall,
      algorithms: ['kmeans', 'hdbscan'],
      k: { from: 4, to: 6 },
      scale: 'none',
    } as const;
    const { comparison } = await runCompareCommand(readTable('mall-customers/customers.csv.gz'), params, control);
    const { income_spending_unscaled: wanted } = readReference<{
      income_spending_unscaled: Record<string, { silhouette: number }>;
    }>('mall-customers');
    expect(comparison.recommendation).toMatchObject({ algorithm: 'kmeans', k: 5 });
    expect(comparison.warnings).toEqual([]);
    for (const one of comparison.candidates) {
      if (one.algorithm !== 'kmeans' || one.status !== 'judged') continue;
      expect(one.scores.silhouette).toBeGreaterThan((wanted[one.k]?.silhouette ?? NaN) - 1e-4);
    }
  });

  it('planted groups of unequal size: agreement with the truth as the reference has it', async () => {
    const params = {
      features: ['x1', 'x2'],
      truth: 'label',
      algorithms: ['kmeans'],
      k: { from: 8, to: 8 },
      scale: 'none',
    } as const;
    const { comparison } = await runCompareCommand(
      readTable('clustering-benchmarks/unbalance.csv.gz'),
      params,
      control,
    );
    const [best] = comparison.candidates;
    const wanted = readReference<{ unbalance: { kmeans: { ari: number; ami: number } } }>(
      'clustering-benchmarks',
    ).unbalance;
    const found = best?.status === 'judged' ? best.truth : null;
    expect(found?.ari).toBeGreaterThan(wanted.kmeans.ari - 1e-4);
    expect(found?.ami).toBeGreaterThan(wanted.kmeans.ami - 1e-4);
  });

  it('mall customers: rules find every group again', async () => {
    const { stories } = await runSheetCommand(readTable('mall-customers/customers.csv.gz'), { ...mall, k: 5 }, control);
    expect(stories.surrogate.fidelity).toBeGreaterThan(0.85);
    for (const { ruleFidelity, rule } of stories.clusters) {
      expect(ruleFidelity.f1).toBeGreaterThan(0.7);
      expect(rule).not.toBeNull();
    }
  });
});
