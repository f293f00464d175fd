import { basename } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { PROJECTION_METHODS, type ProjectionMethod } from '@kohort/ml-projection';
import { projectionPage, runProjectCommand } from '@kohort/models-domain';
import { readTable } from '../files/read-table';
import { writeCsv, writeText } from '../files/write-output';
import { computeInView } from '../terminal/compute-in-view';
import { printReport, reportOf } from '../terminal/outcome';
import { nameList, scaleOption, wholeNumber } from './options';

interface ProjectFlags {
  readonly csv: string;
  readonly method: ProjectionMethod;
  readonly id?: string;
  readonly features?: string[];
  readonly color?: string;
  readonly scale: 'none' | 'zscore' | 'auto';
  readonly seed: number;
  readonly perplexity?: number;
  readonly neighbours?: number;
  readonly mostFitted?: number;
  readonly out?: string;
  readonly html?: string;
  readonly json?: boolean;
}

function positiveNumber(text: string): number {
  const value = Number(text);
  if (!(value > 0) || !Number.isFinite(value)) throw new InvalidArgumentError('it must be a number above 0');
  return value;
}

async function run(flags: ProjectFlags): Promise<void> {
  const started = performance.now();
  const { umapEngine } = await import('@kohort/ml-adapters');
  const table = await readTable(flags.csv);
  const result = await computeInView('project', (control) =>
    runProjectCommand(table, flags, { ...control, umap: umapEngine() }),
  );
  const { header, rows, ids, colors, projection } = result;
  if (flags.html !== undefined) {
    const color = colors === null ? null : { name: flags.color ?? '', values: colors };
    const title = `${basename(flags.csv)} by ${flags.method}`;
    writeText(flags.html, projectionPage({ title, projection, ids, color }));
  }
  if (flags.out !== undefined || (!flags.json && flags.html === undefined)) writeCsv(flags.out, header, rows);
  printReport(reportOf('project', started, result), flags.json ?? false);
  if (flags.json) return;
  for (const note of projection.notes) process.stderr.write(`  ${note}\n`);
}

/** `kohort project`: the rows of a table as a picture, with no server. */
export function projectCommand(): Command {
  return new Command('project')
    .description('lay the rows of a CSV file out on a plane, and say how far the picture can be trusted')
    .requiredOption('--csv <file>', 'CSV with a header line (gzip allowed)')
    .addOption(new Option('--method <name>', 'how rows are laid out').choices(PROJECTION_METHODS).default('pca'))
    .option('--id <column>', 'column that names the row; row numbers when absent')
    .option('--features <columns>', 'numeric columns: a,b,c; all that hold numbers alone when absent', nameList)
    .option('--color <column>', 'column that colours the points: a cluster, a segment, a label')
    .addOption(scaleOption('auto'))
    .option('--seed <number>', 'seed of the picture', wholeNumber, 1)
    .option('--perplexity <number>', 't-SNE: effective number of neighbours (30)', positiveNumber)
    .option('--neighbours <number>', 'UMAP: neighbours of each row (15)', wholeNumber)
    .option('--most-fitted <rows>', 'rows t-SNE and UMAP lay out; others go to the nearest of them (5000)', wholeNumber)
    .option('--out <file>', 'CSV: id,x,y in input order; standard output when neither this nor --html is given')
    .option('--html <file>', 'write one self-contained page with the picture')
    .option('--json', 'print one JSON object about the run')
    .addHelpText(
      'after',
      `
Examples:
  kohort project --csv customers.csv --id id --method umap --color group --html picture.html
  kohort project --csv customers.csv --features income,spending --method pca --out points.csv`,
    )
    .action(run);
}
