import { closeSync, openSync, writeSync } from 'node:fs';
import { stringify } from 'csv-stringify/sync';
import { probabilityOf, type Clusters, type DecidedPairs } from '@kohort/identity-linkage';
import { fileErrors } from '../files/file-errors';

const STANDARD_OUTPUT = 1;
const LINES_A_WRITE = 8192;

function writeLines(file: string | undefined, header: readonly string[], lines: Iterable<readonly string[]>): void {
  try {
    const fd = file === undefined ? STANDARD_OUTPUT : openSync(file, 'w');
    let batch: (readonly string[])[] = [header];
    const flush = (): void => {
      writeSync(fd, stringify(batch.map((line) => [...line])));
      batch = [];
    };
    for (const line of lines) {
      batch.push(line);
      if (batch.length >= LINES_A_WRITE) flush();
    }
    flush();
    if (file !== undefined) closeSync(fd);
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    throw fileErrors.FILE_CANNOT_WRITE({ file: file ?? 'standard output', reason }, { cause: thrown });
  }
}

/** Writes `id_a,id_b,probability,weight,decision`, in the order of the records; to standard output without a file. */
export function writePairs(file: string | undefined, pairs: DecidedPairs, ids: readonly string[]): void {
  const lines = function* (): Generator<readonly string[]> {
    for (let p = 0; p < pairs.first.length; p += 1) {
      const bits = pairs.bits[p] as number;
      yield [
        ids[pairs.first[p] as number] ?? '',
        ids[pairs.second[p] as number] ?? '',
        probabilityOf(bits).toFixed(6),
        bits.toFixed(3),
        pairs.isMatch[p] === 1 ? 'match' : 'review',
      ];
    }
  };
  writeLines(file, ['id_a', 'id_b', 'probability', 'weight', 'decision'], lines());
}

/** Writes `id,cluster` for every record; a cluster is called after its first record. */
export function writeClusters(file: string, { clusterOf }: Clusters, ids: readonly string[]): void {
  const lines = function* (): Generator<readonly string[]> {
    for (let record = 0; record < ids.length; record += 1) {
      yield [ids[record] ?? '', ids[clusterOf[record] as number] ?? ''];
    }
  };
  writeLines(file, ['id', 'cluster'], lines());
}
