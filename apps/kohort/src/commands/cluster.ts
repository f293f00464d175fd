import { Command, InvalidArgumentError, Option } from 'commander';
import { availableParallelism } from 'node:os';
import { startKernelPool } from '@kohort/ml-core';
import { runClusterCommand } from '@kohort/models-domain';
import { readTable } from '../files/read-table';
import { writeCsv } from '../files/write-output';
import { printReport } from '../terminal/outcome';
import { percent } from '../terminal/account';
import { progressView } from '../terminal/progress-bar';
import { textTable } from '../terminal/text-table';
import { KOHORT_VERSION } from '../version';
import { nameList, wholeNumber } from './options';

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
  const view = progressView('cluster');
  const pool = await startKernelPool({ threads: Math.min(4, availableParallelism()), blocking: 'allowed' });
  const result = await runClusterCommand(table, flags, {
    pool,
    onProgress: (progress) => view.update(progress),
  }).finally(async () => {
    view.end();
    await pool.close();
  });
  if (flags.out !== undefined || !flags.json) writeCsv(flags.out, result.header, result.rows);
  printReport(
    {
      command: 'cluster',
      version: KOHORT_VERSION,
      seed: result.seed,
      input: result.input,
      params: result.params,
      metrics: result.metrics,
      durationMs: Math.round(performance.now() - started),
      warnings: result.warnings,
    },
    flags.json ?? false,
  );
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
    .addOption(
      new Option(
        '--scale <mode>',
        'columns as they are, z-scored, or by their shape (log of heavy tails, then z-score)',
      )
        .choices(['none', 'zscore', 'auto'])
        .default('none'),
    )
    .option('--seed <number>', 'seed of the starts', wholeNumber, 1)
    .option(
      '--out <file>',
      'CSV: id,cluster,distance in input order, clusters 0..k-1 by falling size; standard output when absent',
    )
    .option('--json', 'print one JSON object about the run')
    .action(run);
}
