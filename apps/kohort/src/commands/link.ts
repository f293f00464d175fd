import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { DEFAULT_REVIEW_LOW, DEFAULT_THRESHOLD } from '@kohort/identity-linkage';
import type { LinkageReport, LinkageRequest } from '../linkage/linkage-request';
import { linkageText } from '../terminal/linkage-account';
import { printReport, reportOf } from '../terminal/outcome';
import { progressView } from '../terminal/progress-bar';
import { nameList, openShare, wholeNumber } from './options';

interface LinkFlags {
  readonly csv: string[];
  readonly id?: string;
  readonly fields?: string[];
  readonly truth?: string;
  readonly threshold: number;
  readonly reviewLow: number;
  readonly blocking?: string[];
  readonly sortedNeighbourhood?: { readonly column: string; readonly window: number };
  readonly oneToOne: 'auto' | 'yes' | 'no';
  readonly dateOrder: 'day-first' | 'month-first';
  readonly phoneCountry?: string;
  readonly explain?: string[];
  readonly threads: number;
  readonly seed: number;
  readonly out?: string;
  readonly clustersOut?: string;
  readonly json?: boolean;
}

/** Threads hold nothing but the names of records; those lie in the heap of one. */
const HEAP_MB = 2048;

function columnAndWindow(text: string): { column: string; window: number } {
  const at = text.lastIndexOf(':');
  if (at < 0) return { column: text, window: 10 };
  return { column: text.slice(0, at), window: wholeNumber(text.slice(at + 1)) };
}

function twoFiles(file: string, before: readonly string[] = []): string[] {
  if (before.length >= 2) throw new InvalidArgumentError('one file is searched for duplicates, or two are linked');
  return [...before, file];
}

function requestOf(flags: LinkFlags): LinkageRequest {
  const { threshold, reviewLow, blocking, oneToOne, seed, explain } = flags;
  return {
    files: flags.csv,
    id: flags.id,
    fields: flags.fields,
    truth: flags.truth,
    phoneCountry: flags.phoneCountry,
    dateOrder: flags.dateOrder,
    params: { threshold, reviewLow, blocking, oneToOne, seed, sortedBy: flags.sortedNeighbourhood },
    out: flags.out,
    writesPairs: flags.out !== undefined || (!flags.json && explain === undefined),
    clustersOut: flags.clustersOut,
    explain: explain ? [explain[0] ?? '', explain[1] ?? ''] : undefined,
    threads: flags.threads,
    threadsDir: __dirname,
  };
}

/** Runs the linkage in threads; Ctrl-C stops it. */
async function linked(request: LinkageRequest): Promise<LinkageReport> {
  const { openCompute } = await import('@kohort/hosts-linkage');
  const threads = { 'link-records': join(__dirname, 'link-records.thread.cjs') };
  const compute = openCompute({ threads, heapLimitMb: HEAP_MB });
  const view = progressView('link');
  const abort = new AbortController();
  const stop = (): void => abort.abort();
  process.once('SIGINT', stop);
  try {
    const control = {
      signal: abort.signal,
      onProgress: (progress: Parameters<typeof view.update>[0]) => view.update(progress),
    };
    return await compute.run<LinkageReport>('link-records', request, control);
  } finally {
    process.removeListener('SIGINT', stop);
    view.end();
  }
}

async function run(flags: LinkFlags): Promise<void> {
  const started = performance.now();
  const report = await linked(requestOf(flags));
  const { rows, columns, fields, quality, warnings, ...found } = report;
  const counts = {
    candidates: report.candidates,
    matches: report.matches,
    reviews: report.reviews,
    clusters: report.clusters,
    ...(quality ? { precision: quality.precision, recall: quality.recall, f1: quality.f1 } : {}),
  };
  printReport(
    reportOf('link', started, {
      seed: flags.seed,
      input: { rows, columns },
      params: {
        id: flags.id ?? null,
        fields: fields.map(({ column, type }) => `${column}:${type}`),
        threshold: flags.threshold,
        reviewLow: flags.reviewLow,
        seed: flags.seed,
        threads: flags.threads,
      },
      metrics: flags.json ? { ...counts, ...found, quality, weights: fields } : counts,
      warnings,
    }),
    flags.json ?? false,
  );
  if (!flags.json) process.stderr.write(`${linkageText(report)}\n`);
}

/** `kohort link`: finds records of one person or thing that share no identifier, with no server. */
export function linkCommand(): Command {
  return new Command('link')
    .description('find records that are the same without a shared identifier: within one CSV file, or across two')
    .requiredOption('--csv <file>', 'CSV with a header line (gzip allowed); give it twice to link two files', twoFiles)
    .option('--id <column>', 'column that names the record; line numbers when absent')
    .option('--fields <columns>', 'columns to compare, a:name,b:date,c; types not given are inferred', nameList)
    .option('--truth <file>', 'CSV of true pairs, to measure precision and recall; never used for anything else')
    .option('--threshold <probability>', 'from which a pair is a match', openShare, DEFAULT_THRESHOLD)
    .option('--review-low <probability>', 'from which a pair is listed for review', openShare, DEFAULT_REVIEW_LOW)
    .option('--blocking <rules>', 'rules a,b+c,d:sound instead of those chosen from the fields', nameList)
    .option(
      '--sorted-neighbourhood <column:window>',
      'also compare neighbours in the order of a column',
      columnAndWindow,
    )
    .addOption(
      new Option('--one-to-one <mode>', 'of two files: whether a record may match one only; auto asks the data')
        .choices(['auto', 'yes', 'no'])
        .default('auto'),
    )
    .addOption(
      new Option('--date-order <order>', 'how 03/04/2020 is read')
        .choices(['day-first', 'month-first'])
        .default('day-first'),
    )
    .option('--phone-country <code>', 'country of telephone numbers without a +, such as US')
    .option('--explain <id_a,id_b>', 'tell the weight of one pair field by field', nameList)
    .option('--threads <number>', 'threads that compare', wholeNumber, Math.min(8, availableParallelism()))
    .option('--seed <number>', 'seed of samples', wholeNumber, 1)
    .option('--out <file>', 'CSV: id_a,id_b,probability,weight,decision; standard output when absent')
    .option('--clusters-out <file>', 'CSV: id,cluster for every record')
    .option('--json', 'print one JSON object about the run')
    .action(run);
}
