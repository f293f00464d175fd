import { basename } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { systemClock } from '@kohort/kernel-clock-random';
import { comparisonPage, runCompareCommand } from '@kohort/models-domain';
import { readTable } from '../files/read-table';
import { writeCsv, writeText } from '../files/write-output';
import { computeInView } from '../terminal/compute-in-view';
import { printReport, reportOf } from '../terminal/outcome';
import { textTable } from '../terminal/text-table';
import { historyCommand, migrationCommand, refitCommand, watchCommand } from './clusters-life';
import { nameList, scaleOption, wholeNumber } from './options';

interface CompareFlags {
  readonly csv: string;
  readonly id?: string;
  readonly features?: string[];
  readonly algorithms?: string[];
  readonly k: { readonly from: number; readonly to: number };
  readonly scale: 'none' | 'zscore' | 'auto';
  readonly truth?: string;
  readonly rows?: number;
  readonly seconds: number;
  readonly seed: number;
  readonly out?: string;
  readonly html?: string;
  readonly json?: boolean;
}

/** Columns of the table that are shown to people; the file has all. */
const SHOWN = ['algorithm', 'k', 'noise', 'separation', 'stability', 'weakest_jaccard', 'seconds', 'sizes', 'remark'];

/** Parses `2..8`, or one number. */
function rangeOfK(text: string): { from: number; to: number } {
  const parts = text.split('..');
  if (parts.length > 2) throw new InvalidArgumentError('it must be a number, or a range like 2..8');
  const [from = 0, to = from] = parts.map(wholeNumber);
  return { from, to };
}

async function compare(flags: CompareFlags): Promise<void> {
  const started = performance.now();
  const table = await readTable(flags.csv);
  const limit = () => AbortSignal.timeout(1000 * flags.seconds);
  const result = await computeInView('compare', (control) =>
    runCompareCommand(table, flags, { ...control, clock: systemClock, limit }),
  );
  const { header, rows, comparison } = result;
  if (flags.out !== undefined) writeCsv(flags.out, header, rows);
  if (flags.html !== undefined) {
    writeText(flags.html, comparisonPage({ title: `Clusterings of ${basename(flags.csv)}`, comparison }));
  }
  const report = reportOf('clusters compare', started, result);
  if (flags.json) return printReport(report, true);
  const places = SHOWN.map((name) => header.indexOf(name));
  process.stdout.write(
    `${textTable(
      SHOWN,
      rows.map((row) => places.map((at) => row[at] ?? '')),
    )}\n`,
  );
  for (const reason of comparison.recommendation?.reasons ?? []) process.stdout.write(`  ${reason}\n`);
  const { recommendation, rowsCompared } = comparison;
  const taken = recommendation ? `${recommendation.algorithm}, k ${recommendation.k}` : 'none';
  printReport({ ...report, metrics: { recommended: taken, rows: rowsCompared } }, false);
}

/** `kohort clusters`: what is done with many clusterings of one table. */
export function clustersCommand(): Command {
  const compared = new Command('compare')
    .description('hold algorithms and numbers of groups against each other on one table, and recommend one')
    .requiredOption('--csv <file>', 'CSV with a header line (gzip allowed)')
    .option('--id <column>', 'column that names the row: no feature')
    .option('--features <columns>', 'numeric columns: a,b,c; all that hold numbers alone when absent', nameList)
    .option('--algorithms <names>', 'kmeans,hdbscan,…; a few that differ in kind when absent', nameList)
    .option('--k <range>', 'numbers of groups to try', rangeOfK, { from: 2, to: 8 })
    .addOption(scaleOption('auto'))
    .option('--truth <column>', 'known groups to compare with: no feature')
    .option('--rows <number>', 'rows compared at most, drawn at random (20000)', wholeNumber)
    .option('--seconds <number>', 'time that one algorithm may take for one number of groups', wholeNumber, 60)
    .option('--seed <number>', 'seed of the starts and of samples', wholeNumber, 1)
    .option('--out <file>', 'CSV: one line for each algorithm and number of groups')
    .option('--html <file>', 'write one self-contained page with the comparison')
    .option('--json', 'print one JSON object about the run')
    .addHelpText(
      'after',
      `
Examples:
  kohort clusters compare --csv customers.csv --id id --k 2..8 --html compared.html
  kohort clusters compare --csv customers.csv --id id --algorithms kmeans,hdbscan --truth group`,
    )
    .action(compare);
  return new Command('clusters')
    .description('clusterings of a table side by side, and the clusters of a model in time')
    .addCommand(compared)
    .addCommand(historyCommand())
    .addCommand(migrationCommand())
    .addCommand(watchCommand())
    .addCommand(refitCommand());
}
