import { clusterErrors } from './cluster-errors';
import { csvColumnAt, checkCsvShape, type ClusterCsvTable } from './csv-features';
import type { RowLinks } from './known-rows';

const KINDS: Readonly<Record<string, keyof RowLinks>> = { must: 'mustLink', cannot: 'cannotLink' };

function rowFinder(ids: readonly string[]) {
  const rows = new Map(ids.map((id, row) => [id, row]));
  return (table: ClusterCsvTable, row: number, column: string): number => {
    const found = rows.get((table.rows[row]?.[csvColumnAt(table, column, 'id')] ?? '').trim());
    if (found !== undefined) return found;
    throw clusterErrors.CLUSTERS_KNOWN_LINE({ line: table.lineOf(row), column, problem: 'no row has this id' });
  };
}

/**
 * Links of a CSV file: columns `a` and `b` hold ids of rows, `link` says must or cannot.
 *
 * Throws  CLUSTERS_KNOWN_LINE with line and column, CLUSTERS_COLUMN_MISSING, CLUSTERS_TABLE_EMPTY, CLUSTERS_ROW_WIDTH
 */
export function linksInCsv(table: ClusterCsvTable, ids: readonly string[]): RowLinks {
  checkCsvShape(table);
  const kindAt = csvColumnAt(table, 'link', 'kind of link');
  const rowOf = rowFinder(ids);
  const links: Record<keyof RowLinks, (readonly [number, number])[]> = { mustLink: [], cannotLink: [] };
  table.rows.forEach((cells, row) => {
    const kind = KINDS[(cells[kindAt] ?? '').trim().toLowerCase()];
    if (kind === undefined) {
      const problem = 'must or cannot is wanted';
      throw clusterErrors.CLUSTERS_KNOWN_LINE({ line: table.lineOf(row), column: 'link', problem });
    }
    links[kind].push([rowOf(table, row, 'a'), rowOf(table, row, 'b')]);
  });
  return links;
}

/**
 * Known groups of a CSV file: column `id` holds ids of rows, `group` what they are known to be.
 *
 * Shape   answers one a row of the clustered table; null where nothing is known
 * Throws  CLUSTERS_KNOWN_LINE with line and column, CLUSTERS_COLUMN_MISSING, CLUSTERS_TABLE_EMPTY, CLUSTERS_ROW_WIDTH
 */
export function seedsInCsv(table: ClusterCsvTable, ids: readonly string[]): (string | null)[] {
  checkCsvShape(table);
  const groupAt = csvColumnAt(table, 'group', 'known group');
  const rowOf = rowFinder(ids);
  const seeds = new Array<string | null>(ids.length).fill(null);
  table.rows.forEach((cells, row) => {
    const line = table.lineOf(row);
    const group = (cells[groupAt] ?? '').trim();
    if (group === '') throw clusterErrors.CLUSTERS_KNOWN_LINE({ line, column: 'group', problem: 'it is empty' });
    const at = rowOf(table, row, 'id');
    const before = seeds[at] ?? null;
    if (before !== null && before !== group) {
      throw clusterErrors.CLUSTERS_KNOWN_LINE({ line, column: 'group', problem: 'an earlier line says another one' });
    }
    seeds[at] = group;
  });
  return seeds;
}
