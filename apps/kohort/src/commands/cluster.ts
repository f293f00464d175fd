import { Command, InvalidArgumentError, Option } from 'commander';
import {
  algorithmAccounts,
  runClusterCommand,
  type ClusterCommandResult,
  type FeatureChange,
} from '@kohort/models-domain';
import { fileErrors } from '../files/file-errors';
import { readTable, type Table } from '../files/read-table';
import { writeCsv } from '../files/write-output';
import { computeInView } from '../terminal/compute-in-view';
import { printReport, reportOf } from '../terminal/outcome';
import { percent } from '../terminal/account';
import { textTable } from '../terminal/text-table';
import { nameList, scaleOption, wholeNumber } from './options';

type KFlag = number | 'auto' | { readonly from: number; readonly to: number };

interface ClusterFlags {
  readonly csv?: string;
  readonly list?: boolean;
  readonly id?: string;
  readonly features?: string[];
  readonly exclude?: string[];
  readonly categories?: string[];
  readonly seeds?: string;
  readonly links?: string;
  readonly explain?: string[];
  readonly algorithm?: string;
  readonly k: KFlag;
  readonly param?: Readonly<Record<string, string>>;
  readonly weight?: Readonly<Record<string, number>>;
  readonly minSize?: number;
  readonly maxSize?: number;
  readonly scores?: boolean;
  readonly missing: 'refuse' | 'median';
  readonly scale: 'none' | 'zscore' | 'auto';
  readonly seed: number;
  readonly out?: string;
  readonly json?: boolean;
}

function clusterCount(text: string): KFlag {
  if (text === 'auto') return 'auto';
  const [, from, to] = /^(\d+)\.\.(\d+)$/.exec(text.trim()) ?? [];
  if (from !== undefined && to !== undefined) return { from: wholeNumber(from), to: wholeNumber(to) };
  const k = wholeNumber(text);
  if (k < 2) throw new InvalidArgumentError('it must be auto, a whole number from 2 on, or a range such as 2..12');
  return k;
}

function assignment(text: string): [string, string] {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('it must be name=value');
  return [text.slice(0, at).trim(), text.slice(at + 1).trim()];
}

function paramText(text: string, before: Readonly<Record<string, string>> = {}): Record<string, string> {
  const [name, value] = assignment(text);
  return { ...before, [name]: value };
}

function columnWeight(text: string, before: Readonly<Record<string, number>> = {}): Record<string, number> {
  const [name, value] = assignment(text);
  const weight = Number(value);
  if (value === '' || !(weight >= 0 && weight <= 1e6)) {
    throw new InvalidArgumentError('a weight must be a number from 0 to 1e6');
  }
  return { ...before, [name]: weight };
}

const askedK = (takesK: boolean, findsK: boolean): string => (takesK ? (findsK ? 'may be given' : 'given') : 'found');

/** The registry, for people or as one JSON object. */
function listAlgorithms(json: boolean): void {
  if (json) {
    process.stdout.write(`${JSON.stringify({ algorithms: algorithmAccounts() })}\n`);
    return;
  }
  const lines = algorithmAccounts().map(({ name, takesK, findsK, marksNoise, input, about }) => [
    name,
    askedK(takesK, findsK),
    marksNoise ? 'yes' : 'no',
    input,
    about,
  ]);
  process.stdout.write(`${textTable(['algorithm', 'k', 'noise', 'input', 'what it is for'], lines)}\n`);
  process.stdout.write('  Parameters of each, with defaults: kohort cluster --list --json\n');
}

const inWords = ({ feature, from, to }: FeatureChange): string =>
  `${feature} ${from ?? 'unknown'} → ${to ?? 'unknown'}`;

function printExplanations({ explanations, sheets }: ClusterCommandResult): void {
  for (const { id, name, confidence, isOutlier, rule, ruleAgrees, by, reasons, others } of explanations) {
    const outlier = isOutlier ? ', an outlier' : '';
    process.stderr.write(`\n${id}: ${name ?? 'in no cluster'}, confidence ${confidence.toFixed(2)}${outlier}\n`);
    if (rule !== null) process.stderr.write(`  ${ruleAgrees ? 'by its rule' : 'although the rules differ'}: ${rule}\n`);
    const because = reasons.slice(0, 5).map(({ feature, contribution }) => `${feature} ${contribution.toFixed(3)}`);
    if (because.length > 0) process.stderr.write(`  because (${by ?? ''}): ${because.join(', ')}\n`);
    for (const { cluster, changes, distance, holds } of others.slice(0, 5)) {
      const way = `${changes.map(inWords).join(', ')}${holds ? '' : ' (and still not there)'}`;
      process.stderr.write(`  from ${sheets[cluster]?.name ?? cluster} ${distance.toFixed(2)} away: ${way}\n`);
    }
  }
}

function printClusters({ sheets, metrics, reasons, outlierGroup }: ClusterCommandResult): void {
  const rows = sheets.map((sheet, i) => [
    i,
    sheet.name,
    sheet.size,
    percent(sheet.shareOfPeople),
    sheet.evidence.join('; '),
  ]);
  process.stderr.write(`${textTable(['cluster', 'name', 'rows', 'share', 'because'], rows)}\n`);
  if (metrics.noise > 0) process.stderr.write(`  ${metrics.noise} rows are in no cluster (-1).\n`);
  if (outlierGroup.rows > 0) {
    const { rows: count, shareOfRows, ids } = outlierGroup;
    const shown = `${ids.slice(0, 10).join(', ')}${count > 10 ? ', …' : ''}`;
    process.stderr.write(`  ${count} rows (${percent(shareOfRows)}) are outliers: ${shown}\n`);
  }
  for (const reason of reasons) process.stderr.write(`  ${reason}\n`);
}

const TABLE_FILE = /\.csv(\.gz)?$/;

/** A table of seeds; what cannot be a file's name is a column's, and refused as such. */
const seedsFile = async (name: string): Promise<string | Table> => (TABLE_FILE.test(name) ? readTable(name) : name);

async function run(flags: ClusterFlags): Promise<void> {
  if (flags.list) return listAlgorithms(flags.json ?? false);
  if (flags.csv === undefined) throw fileErrors.FILE_NOT_NAMED({ option: '--csv' });
  const started = performance.now();
  const table = await readTable(flags.csv);
  const { param: params, weight: weights, seeds: known, links, ...asked } = flags;
  // A column of the table has precedence over a file of that name.
  const seeds = known === undefined || table.header.includes(known) ? known : await seedsFile(known);
  const settings = {
    ...asked,
    ...(params ? { params } : {}),
    ...(weights ? { weights } : {}),
    ...(seeds === undefined ? {} : { seeds }),
    ...(links === undefined ? {} : { links: await readTable(links) }),
  };
  const result = await computeInView('cluster', (control) => runClusterCommand(table, settings, control));
  if (flags.out !== undefined || !flags.json) writeCsv(flags.out, result.header, result.rows);
  const report = reportOf('cluster', started, result);
  if (flags.json) {
    const { outlierGroup: outliers, explanations } = result;
    process.stdout.write(`${JSON.stringify({ ...report, outliers, explanations })}\n`);
    return;
  }
  printReport(report, false);
  printClusters(result);
  printExplanations(result);
}

/** `kohort cluster`: groups the rows of a table, with no server. */
export function clusterCommand(): Command {
  return new Command('cluster')
    .description('group the rows of a CSV file by any algorithm; k given, or chosen from silhouette and stability')
    .option('--list', 'list the algorithms, and what each is for')
    .option('--csv <file>', 'CSV with a header line (gzip allowed)')
    .option('--id <column>', 'column that names the row; row numbers when absent')
    .option('--features <columns>', 'numeric columns: a,b,c; all that hold numbers alone when absent', nameList)
    .option('--exclude <columns>', 'columns left out of the features', nameList)
    .option('--categories <columns>', 'columns of words, for kmedoids and kprototypes', nameList)
    .option(
      '--seeds <column or file>',
      'known groups, for seeded-kmeans and label-spreading: a column, empty where unknown, or a CSV file of id,group',
    )
    .option('--links <file>', 'CSV file of a,b,link (must or cannot): ids of rows, for linked-kmeans')
    .option('--explain <ids>', 'tell why these rows are where they are, and how far from elsewhere', nameList)
    .option('--algorithm <name>', 'how to group: see --list; kmeans, or bounded-kmeans where sizes are bounded')
    .option('--k <number>', 'how many groups, a range to choose from (2..12), or auto', clusterCount, 'auto')
    .option('--param <name=value>', 'a parameter of the algorithm; may be repeated', paramText)
    .option('--weight <column=number>', 'what a feature weighs, 1 when absent; may be repeated', columnWeight)
    .option('--min-size <rows>', 'fewest rows of a group', wholeNumber)
    .option('--max-size <rows>', 'most rows of a group', wholeNumber)
    .addOption(scaleOption('none'))
    .addOption(
      new Option('--missing <how>', 'an empty cell among numbers: refuse, or put the median there')
        .choices(['refuse', 'median'])
        .default('refuse'),
    )
    .option('--seed <number>', 'seed of the starts', wholeNumber, 1)
    .option(
      '--out <file>',
      'CSV: id,cluster,distance in input order, clusters 0..k-1 by falling size; standard output when absent',
    )
    .option('--scores', 'adds confidence and outlier (0 to 1) to the CSV')
    .option('--json', 'print one JSON object about the run')
    .addHelpText(
      'after',
      `
Examples:
  kohort cluster --csv customers.csv --id id --scale auto --out clusters.csv
  kohort cluster --csv customers.csv --id id --algorithm hdbscan --param minClusterSize=30 --scale auto --scores
  kohort cluster --csv customers.csv --id id --algorithm kprototypes --categories plan,country --k 4 --missing median
  kohort cluster --csv customers.csv --id id --algorithm linked-kmeans --k 4 --links links.csv --explain c17`,
    )
    .action(run);
}
