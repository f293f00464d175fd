import { Command, Option } from 'commander';
import { propensityTable, type PropensityModelKind } from '@kohort/models-domain';
import { readTable } from '../files/read-table';
import { writeCsv } from '../files/write-output';
import { printReport, reportOf } from '../terminal/outcome';
import { progressView } from '../terminal/progress-bar';
import { nameList, wholeNumber } from './options';

interface PropensityFlags {
  readonly csv: string;
  readonly label: string;
  readonly positive: string;
  readonly id?: string;
  readonly features?: string[];
  readonly model: PropensityModelKind;
  readonly folds: number;
  readonly seed: number;
  readonly out?: string;
  readonly json?: boolean;
}

async function run(flags: PropensityFlags): Promise<void> {
  const started = performance.now();
  const { xgboostEngine } = await import('@kohort/ml-adapters');
  const table = await readTable(flags.csv);
  const view = progressView('propensity');
  const result = await propensityTable(table, flags, {
    gbdt: xgboostEngine(),
    onProgress: (progress) => view.update(progress),
  }).finally(() => view.end());
  if (flags.out !== undefined || !flags.json) writeCsv(flags.out, result.header, result.rows);
  printReport(reportOf('propensity', started, result), flags.json ?? false);
}

/** `kohort propensity`: out-of-fold scores of a table, with no server. */
export function propensityCommand(): Command {
  return new Command('propensity')
    .description('predict a yes/no column of a CSV file; every row is scored by a model that has not seen it')
    .requiredOption('--csv <file>', 'CSV with a header line (gzip allowed)')
    .requiredOption('--label <column>', 'the column to predict')
    .requiredOption('--positive <value>', 'the value of the label that counts as yes')
    .option('--id <column>', 'column that names the row; row numbers when absent')
    .option('--features <columns>', 'a,b,c; all but id and label when absent', nameList)
    .addOption(
      new Option('--model <kind>', 'gradient-boosted trees or logistic regression')
        .choices(['gbdt', 'logistic'])
        .default('gbdt'),
    )
    .option('--folds <number>', 'folds of the cross-validation', wholeNumber, 5)
    .option('--seed <number>', 'seed of the folds and of the trees', wholeNumber, 1)
    .option('--out <file>', 'CSV: id,fold,score in input order; standard output when absent')
    .option('--json', 'print one JSON object about the run')
    .action(run);
}
