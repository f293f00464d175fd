import { writeFileSync } from 'node:fs';
import { Command } from 'commander';
import {
  dryRunReport,
  importRecords,
  mappingDigest,
  namedMapping,
  rejectLines,
  type DryRunReport,
  type ImportBatch,
  type ImportFile,
  type Mapping,
} from '@kohort/ingest-domain';
import type { Json } from '@kohort/kernel-contracts';
import { connect, connectIfServed, withConnection, type ConnectFlags } from '../client/connect';
import { followBacklog } from '../client/jobs';
import { FAILURE_FIELDS, payloadOf, type MutationAnswer } from '../client/results';
import { SuppressionList } from '../client/suppression-list';
import { importFile, isAddress, wasImported } from '../client/upload';
import { clientErrors } from '../client/client-errors';
import type { GatewayClient } from '../client/gateway-client';
import { dataFiles, localImportFile } from '../files/local-import-file';
import { parquetDecoder } from '../files/parquet-decoder';
import { loadBuiltInMappings, loadMapping } from '../files/mappings';
import { count } from '../terminal/account';
import { progressView } from '../terminal/progress-bar';
import { textTable } from '../terminal/text-table';

/** A mapping of this name is chosen by the server, by the file's columns. */
const AUTO = 'auto';
const UPDATES_ONLY =
  '  people who are known are updated; rows of others will be left out (--create-profiles makes them)';
const LIST_NOT_ASKED =
  '  the suppression list was not asked, for no running Kohort was named (--url): rows of people on it are counted as kept';

interface ImportFlags extends ConnectFlags {
  readonly mapping?: string;
  readonly source: string;
  readonly dryRun?: boolean;
  readonly rejects?: string;
  readonly createProfiles?: boolean;
  readonly again?: boolean;
  readonly json?: boolean;
}

/** A mapping is a file, or the name of one that comes with Kohort. */
function mappingOf(flags: { readonly mapping?: string | undefined }, builtIn: readonly Mapping[]): Mapping | null {
  if (flags.mapping === undefined) return null;
  return /[./\\]/.test(flags.mapping) ? loadMapping(flags.mapping) : namedMapping(flags.mapping, builtIn);
}

/** A dry-run report as text. */
export function reportText(report: DryRunReport): string {
  const day = (ms: number | null): string => (ms === null ? '–' : new Date(ms).toISOString());
  const lines = [
    `  ${count(report.rows)} rows: ${count(report.mappedRows)} become ${count(report.messages)} messages of ${count(report.distinctIds)} people, ${count(report.rejectedRows)} are left out`,
    `  from ${day(report.firstAt)} to ${day(report.lastAt)}`,
  ];
  if (report.reasons.length > 0) {
    const rows = report.reasons.map((reason) => [
      reason.code,
      reason.verdict,
      count(reason.rows),
      reason.examples.map((example) => `line ${example.line}${example.column ? `, ${example.column}` : ''}`).join('; '),
    ]);
    lines.push(textTable(['left out because', 'verdict', 'rows', 'for example'], rows));
  }
  for (const warning of report.warnings) lines.push(`  noted: ${warning.code} on ${count(warning.messages)} messages`);
  return lines.join('\n');
}

/** What a dry run found. `createProfiles`: whether the import would make people. */
export interface DryRun {
  readonly file: ImportFile;
  readonly report: DryRunReport;
  readonly mapping: Mapping;
  readonly createProfiles: boolean;
}

/**
 * Reads a file as an import would and says what would happen; nothing is written but the reject file, when asked for.
 * Without a list nobody is asked who is on it.
 */
export async function dryRun(
  path: string,
  flags: Pick<ImportFlags, 'mapping' | 'rejects' | 'createProfiles'>,
  list: SuppressionList | null = null,
): Promise<DryRun> {
  const mappings = loadBuiltInMappings();
  const { createProfiles } = flags;
  const mapping = mappingOf(flags, mappings);
  const receivedAt = Date.now();
  const plan = { sourceId: 'dry-run', receivedAt, mapping, mappings, createProfiles, parquet: parquetDecoder };
  const file = await localImportFile(path);
  const reading = await importRecords(file, plan);
  const asImported = (batches: AsyncIterable<ImportBatch>): AsyncIterable<ImportBatch> =>
    list?.without(batches) ?? batches;
  const view = progressView('dry run');
  const batches = reading.batches({ onProgress: (progress) => view.update(progress) });
  const report = await dryRunReport(asImported(batches)).finally(() => view.end());
  if (flags.rejects !== undefined) {
    const lines: Uint8Array[] = [];
    const again = await importRecords(file, plan);
    for await (const line of rejectLines(asImported(again.batches()))) lines.push(line);
    writeFileSync(flags.rejects, Buffer.concat(lines));
  }
  return { file, report, mapping: reading.mapping, createProfiles: reading.createProfiles };
}

/** The source that imported records count for; made when it is new. */
export async function ensureImportSource(client: GatewayClient, key: string): Promise<void> {
  const { sources } = await client.query<{ sources: { nodes: { key: string }[] } }>(
    '{ sources(first: 100) { nodes { key } } }',
  );
  if (sources.nodes.some((source) => source.key === key)) return;
  const { createSource } = await client.query<{ createSource: MutationAnswer }>(
    `mutation ($input: CreateSourceInput!) { createSource(input: $input) { __typename ${FAILURE_FIELDS} } }`,
    { input: { key, name: key, kind: 'IMPORT' } },
  );
  payloadOf(createSource, 'NewSource');
}

const object = (value: object): void => void process.stdout.write(`${JSON.stringify(value)}\n`);

async function importOne(
  client: GatewayClient,
  request: { readonly file: string; readonly mapping: Json },
  flags: ImportFlags,
): Promise<void> {
  const { source, createProfiles } = flags;
  const started = performance.now();
  const job = await importFile(client, { ...request, source, createProfiles }, 'import');
  const durationMs = Math.round(performance.now() - started);
  await followBacklog(client, 'identity');
  if (flags.json) object({ command: 'import', file: request.file, job: job.id, result: job.result, durationMs });
  else process.stdout.write(`  imported in ${(durationMs / 1000).toFixed(1)} s: ${JSON.stringify(job.result)}\n`);
}

async function importAddress(url: string, flags: ImportFlags): Promise<void> {
  if (flags.dryRun) throw clientErrors.CLIENT_NO_DRY_RUN();
  const mapping = mappingOf(flags, loadBuiltInMappings());
  const client = connect(flags);
  await ensureImportSource(client, flags.source);
  await importOne(client, { file: url, mapping: (mapping ?? AUTO) as unknown as Json }, flags);
  await client.close();
}

/** Says what an import would do. `suppressionListAsked`: whether rows of people on it were counted as left out. */
function tell(
  run: DryRun & { readonly path: string; readonly suppressionListAsked: boolean },
  flags: ImportFlags,
): void {
  const { path, mapping, createProfiles, report, suppressionListAsked } = run;
  if (flags.json) {
    const told = { command: 'import', file: path, mapping: mapping.name, createProfiles, suppressionListAsked, report };
    if (flags.dryRun) object(told);
    return;
  }
  const notes = [...(createProfiles ? [] : [UPDATES_ONLY]), ...(suppressionListAsked ? [] : [LIST_NOT_ASKED])];
  process.stdout.write([`${path} by mapping ${mapping.name}`, reportText(report), ...notes, ''].join('\n'));
}

/** Files that the source has had by the same mapping are passed over: a folder is imported again for what is new. */
async function importLocal(path: string, flags: ImportFlags): Promise<void> {
  const files = dataFiles(path);
  const served = await connectIfServed(flags);
  const list = served && new SuppressionList(served);
  for (const file of files) {
    const run = await dryRun(file, flags, list);
    const { file: opened, mapping, createProfiles } = run;
    tell({ ...run, path: file, suppressionListAsked: list !== null }, flags);
    if (flags.dryRun) continue;
    const client = connect(flags);
    await ensureImportSource(client, flags.source);
    const { sha256, bytes } = opened;
    const asked = { source: flags.source, sha256, bytes, mappingDigest: mappingDigest(mapping, createProfiles) };
    if (files.length > 1 && !flags.again && (await wasImported(client, asked))) {
      if (flags.json) object({ command: 'import', file, skipped: true });
      else process.stdout.write('  has been imported before; --again does it once more\n');
    } else await importOne(client, { file, mapping: mapping as unknown as Json }, flags);
    await client.close();
  }
  await served?.close();
}

const run = (path: string, flags: ImportFlags): Promise<void> =>
  isAddress(path) ? importAddress(path, flags) : importLocal(path, flags);

/** `kohort import FILE|FOLDER|PATTERN|ADDRESS`: dry-run report first, then the import on a running workspace. */
export function importCommand(): Command {
  const command = new Command('import')
    .description(
      'import CSV, NDJSON or Parquet (gzip allowed): a dry-run report first, then the import; safe to repeat',
    )
    .argument('<path>', 'a file, a folder of files, a pattern such as "in/*.csv.gz", or an https address')
    .option('--mapping <file or name>', 'how columns become messages; chosen by the header when absent')
    .option('--source <key>', 'source that the records count for', 'import')
    .option('--create-profiles', 'rows may make people; otherwise as the mapping says')
    .option('--no-create-profiles', 'update people who are known, leave the others out')
    .option('--again', 'also files of a folder that have been imported before')
    .option('--dry-run', 'report only; a running Kohort is asked for its suppression list, none is needed')
    .option('--rejects <file>', 'NDJSON of the rows left out: line, code, column, message')
    .option('--json', 'print JSON objects')
    .action(run);
  return withConnection(command);
}
