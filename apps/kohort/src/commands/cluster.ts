import { Command, InvalidArgumentError, Option } from 'commander';
import { runClusterCommand } from '@kohort/models-domain';
import { readTable } from '../files/read-table';
import { writeCsv } from '../files/write-output';
import { computeInView } from '../terminal/compute-in-view';
import { printReport, reportOf } from '../terminal/outcome';
import { percent } from '../terminal/account';
import { textTable } from '../terminal/text-table';
import { nameList, scaleOption, wholeNumber } from './options';

interface ClusterFlags {
  readonly csv: string;
  readonly id?: string;
  readonly features: string[];
  readonly algorithm: string;
  readonly k: number | 'auto';
  readonly scale: 'none' | 'zscore' | 'auto';
  readonly seed: number;
  readonly out?: string;
  readonly json?: boolean;
}

function clusterCount(text: string): number | 'auto' {
  if (text === 'auto') return 'auto';
  const k = wholeNumber(text);
  if (k < 2) throw new InvalidArgumentError('it must be auto or a whole number from 2 on');
  return k;
}

async function run(flags: ClusterFlags): Promise<void> {
  const started = performance.now();
  const table = await readTable(flags.csv);
  const result = await computeInView('cluster', (control) => runClusterCommand(table, flags, control));
  if (flags.out !== undefined || !flags.json) writeCsv(flags.out, result.header, result.rows);
  printReport(reportOf('cluster', started, result), flags.json ?? false);
  if (flags.json) return;
  const rows = result.sheets.map((sheet, i) => [
    i,
    sheet.name,
    sheet.size,
    percent(sheet.shareOfPeople),
    sheet.evidence.join('; '),
  ]);
  process.stderr.write(`${textTable(['cluster', 'name', 'rows', 'share', 'because'], rows)}\n`);
  for (const reason of result.reasons) process.stderr.write(`  ${reason}\n`);
}

/** `kohort cluster`: groups the rows of a table, with no server. */
export function clusterCommand(): Command {
  return new Command('cluster')
    .description('group the rows of a CSV file; k given, or chosen from silhouette and stability')
    .requiredOption('--csv <file>', 'CSV with a header line (gzip allowed)')
    .option('--id <column>', 'column that names the row; row numbers when absent')
    .requiredOption('--features <columns>', 'numeric columns: a,b,c', nameList)
    .addOption(new Option('--algorithm <name>', 'how to group').default('kmeans'))
    .option('--k <number>', 'how many groups, or auto', clusterCount, 'auto')
    .addOption(scaleOption('none'))
    .option('--seed <number>', 'seed of the starts', wholeNumber, 1)
    .option(
      '--out <file>',
      'CSV: id,cluster,distance in input order, clusters 0..k-1 by falling size; standard output when absent',
    )
    .option('--json', 'print one JSON object about the run')
    .action(run);
}
