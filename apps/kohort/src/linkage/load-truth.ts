import { linkageErrors, type TruePairs } from '@kohort/identity-linkage';
import { openCsvRows } from '../files/read-csv-rows';

/**
 * Reads true pairs: the first two columns of a CSV file with a header, names of records.
 *
 * Throws  LINKAGE_TRUTH_UNKNOWN for a name that is in no file, with the line
 */
export async function loadTruth(file: string, ids: readonly string[], split: number): Promise<TruePairs> {
  const isTwoFiles = split < ids.length;
  // Two files may give the same name to different records: the first column is of the first file.
  const left = new Map<string, number>();
  const right = isTwoFiles ? new Map<string, number>() : left;
  ids.forEach((id, record) => (record < split ? left : right).set(id, record));
  const first: number[] = [];
  const second: number[] = [];
  let line = 1;
  for await (const [a = '', b = ''] of (await openCsvRows(file)).rows) {
    line += 1;
    const i = left.get(a) ?? right.get(a);
    const j = right.get(b) ?? left.get(b);
    if (i === undefined || j === undefined)
      throw linkageErrors.LINKAGE_TRUTH_UNKNOWN({ line, column: i === undefined ? 1 : 2 });
    first.push(Math.min(i, j));
    second.push(Math.max(i, j));
  }
  return { first, second };
}
