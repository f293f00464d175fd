import { probabilityOf, type Clusters, type DecidedPairs } from '@kohort/identity-linkage';
import { openCsvSink } from '../files/csv-sink';

function writeLines(file: string | undefined, header: readonly string[], lines: Iterable<readonly string[]>): void {
  const sink = openCsvSink(file, header);
  for (const line of lines) sink.push(line);
  sink.close();
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
