import { basename } from 'node:path';
import { Command } from 'commander';
import { mappingFromData } from '@kohort/ingest-domain';
import {
  compareProfiles,
  findIssues,
  mappingDraft,
  mappingText,
  profileFromData,
  profilePage,
  type TableDrift,
  type TableProfile,
} from '@kohort/quality-domain';
import { profileFile } from '../files/profile-file';
import { readJson } from '../files/read-lines';
import { writeText } from '../files/write-output';
import { driftText, profileText } from '../terminal/profile-account';
import { progressView } from '../terminal/progress-bar';
import { KOHORT_VERSION } from '../version';
import { nameList, wholeNumber } from './options';

interface ProfileFlags {
  readonly csv: string;
  readonly columns?: string[];
  readonly key?: string;
  readonly person?: string;
  readonly against?: string;
  readonly sample?: number;
  readonly out?: string;
  readonly fixesOut?: string;
  readonly html?: string;
  readonly json?: boolean;
}

/** `data/Basket Lines.csv.gz` → `basket-lines`: a mapping's name. */
export function mappingNameOf(file: string): string {
  const stem = basename(file).replace(/\.(csv|tsv|txt|ndjson|jsonl|json|parquet)?(\.gz)?$/i, '');
  const name = stem
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^[-0-9]+|-+$/g, '')
    .slice(0, 60);
  return name === '' ? 'imported' : name;
}

/** Profiles a file with a progress bar; Ctrl-C stops it. */
async function profiled(file: string, flags: Omit<ProfileFlags, 'csv'>): Promise<TableProfile> {
  const view = progressView('profile');
  const abort = new AbortController();
  const stop = (): void => abort.abort();
  process.once('SIGINT', stop);
  const options = { columns: flags.columns, key: flags.key, sampleRows: flags.sample };
  try {
    return await profileFile(file, options, { signal: abort.signal, onProgress: (progress) => view.update(progress) });
  } finally {
    process.removeListener('SIGINT', stop);
    view.end();
  }
}

/** A baseline is a profile that was saved with `--out`, or data that is profiled now. */
async function baseline(file: string, flags: ProfileFlags): Promise<TableProfile> {
  if (!/\.json$/i.test(file)) return profiled(file, { ...(flags.columns ? { columns: flags.columns } : {}) });
  return profileFromData(await readJson(file));
}

function writeOutputs(flags: ProfileFlags, profile: TableProfile, drift: TableDrift | null): void {
  const findings = findIssues(profile);
  if (flags.out !== undefined) writeText(flags.out, `${JSON.stringify(profile)}\n`);
  if (flags.html !== undefined)
    writeText(flags.html, profilePage({ title: basename(flags.csv), profile, findings, drift }));
  if (flags.fixesOut === undefined) return;
  const draft = mappingDraft(profile, findings, { name: mappingNameOf(flags.csv), person: flags.person });
  // What is written must be what the importer takes.
  mappingFromData(draft);
  writeText(flags.fixesOut, mappingText(draft, findings));
}

async function run(flags: ProfileFlags): Promise<void> {
  const started = performance.now();
  const profile = await profiled(flags.csv, flags);
  const drift = flags.against === undefined ? null : compareProfiles(await baseline(flags.against, flags), profile);
  writeOutputs(flags, profile, drift);
  const findings = findIssues(profile);
  if (flags.json) {
    // Sketches are for machines that compare: they are in --out.
    const columns = profile.columns.map(({ numbers, times, ...column }) => ({
      ...column,
      numbers: numbers && { ...numbers, distribution: undefined },
      times: times && { ...times, distribution: undefined },
    }));
    const report = {
      command: 'profile',
      version: KOHORT_VERSION,
      input: { rows: profile.rows, columns: profile.columns.length },
      profile: { ...profile, columns },
      findings,
      drift,
      durationMs: Math.round(performance.now() - started),
    };
    process.stdout.write(`${JSON.stringify(report)}\n`);
    return;
  }
  process.stdout.write(`${profileText(basename(flags.csv), profile, findings)}\n`);
  if (drift) process.stdout.write(`${driftText(basename(flags.against ?? ''), drift)}\n`);
  const written = [flags.out, flags.html, flags.fixesOut].filter((file) => file !== undefined);
  if (written.length > 0) process.stderr.write(`wrote ${written.join(', ')}\n`);
}

/** `kohort profile`: what is in a file, what is wrong with it, and what to do about it, with no server. */
export function profileCommand(): Command {
  return new Command('profile')
    .description(
      'look at a CSV, NDJSON or Parquet file (gzip allowed): types, holes, shapes, oddities, drift, and fixes',
    )
    .requiredOption('--csv <file>', 'the file; what it is, its content says')
    .option('--columns <names>', 'columns to look at: a,b,c; all when absent', nameList)
    .option('--key <column>', 'column whose value should name one row only')
    .option('--person <column>', 'column that names the person, for --fixes-out; guessed from the names when absent')
    .option('--against <file>', 'compare with an earlier file, or with a profile saved by --out (.json)')
    .option('--sample <rows>', 'rows taken at random for what looks at several columns at once', wholeNumber)
    .option('--out <file>', 'save the profile as JSON, for a later --against')
    .option('--fixes-out <file>', 'write a mapping with the proposed fixes, for kohort import --mapping')
    .option('--html <file>', 'write one self-contained page with pictures')
    .option('--json', 'print one JSON object')
    .action(run);
}
