import { runClusterCommand } from './cluster-file';
import type { ClusterCsvTable } from './csv-features';

const table = (header: string[], rows: string[][]): ClusterCsvTable => ({ header, rows, lineOf: (row) => row + 2 });

describe('tables wider than any person reads', () => {
  it('with ten thousand columns make a clustering like others, whose names stay short', async () => {
    const header = Array.from({ length: 10_000 }, (_, j) => `c${j}`);
    const rows = Array.from({ length: 6 }, (_, i) => header.map((_, j) => String((i % 3) * 9 + ((i * j) % 2))));
    const { sheets, metrics } = await runClusterCommand(table(header, rows), { k: 3, nInit: 1 });
    expect(metrics.sizes).toEqual([2, 2, 2]);
    for (const { name } of sheets) expect(name.length).toBeLessThan(80);
  });
});
