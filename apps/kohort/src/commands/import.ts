import { writeFileSync } from 'node:fs';
import { Command } from 'commander';
import {
  dryRunReport,
  importRecords,
  namedMapping,
  rejectLines,
  type DryRunReport,
  type Mapping,
} from '@kohort/ingest-domain';
import type { Json } from '@kohort/kernel-contracts';
import { connect, withConnection, type ConnectFlags } from '../client/connect';
import { followBacklog } from '../client/jobs';
import { FAILURE_FIELDS, payloadOf, type MutationAnswer } from '../client/results';
import { importFile } from '../client/upload';
import type { GatewayClient } from '../client/gateway-client';
import { dataFiles, localImportFile } from '../files/local-import-file';
import { loadBuiltInMappings, loadMapping } from '../files/mappings';
import { count } from '../terminal/account';
import { progressView } from '../terminal/progress-bar';
import { textTable } from '../terminal/text-table';

interface ImportFlags extends ConnectFlags {
  readonly mapping?: string;
  readonly source: string;
  readonly dryRun?: boolean;
  readonly rejects?: string;
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

/** Reads a file as an import would and says what would happen; nothing is written but the reject file, when asked for. */
export async function dryRun(
  path: string,
  flags: { readonly mapping?: string | undefined; readonly rejects?: string | undefined },
): Promise<{ report: DryRunReport; mapping: Mapping }> {
  const mappings = loadBuiltInMappings();
  const plan = { sourceId: 'dry-run', receivedAt: Date.now(), mapping: mappingOf(flags, mappings), mappings };
  const file = await localImportFile(path);
  const reading = await importRecords(file, plan);
  const view = progressView('dry run');
  const report = await dryRunReport(reading.batches({ onProgress: (progress) => view.update(progress) })).finally(() =>
    view.end(),
  );
  if (flags.rejects !== undefined) {
    const lines: Uint8Array[] = [];
    const again = await importRecords(file, plan);
    for await (const line of rejectLines(again.batches())) lines.push(line);
    writeFileSync(flags.rejects, Buffer.concat(lines));
  }
  return { report, mapping: reading.mapping };
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

async function run(path: string, flags: ImportFlags): Promise<void> {
  for (const file of dataFiles(path)) {
    const { report, mapping } = await dryRun(file, flags);
    if (flags.json && flags.dryRun)
      process.stdout.write(`${JSON.stringify({ command: 'import', file, mapping: mapping.name, report })}\n`);
    else process.stdout.write(`${file} by mapping ${mapping.name}\n${reportText(report)}\n`);
    if (flags.dryRun) continue;
    const client = connect(flags);
    await ensureImportSource(client, flags.source);
    const started = performance.now();
    const job = await importFile(client, { file, source: flags.source, mapping: mapping as unknown as Json }, 'import');
    const seconds = (performance.now() - started) / 1000;
    await followBacklog(client, 'identity');
    await client.close();
    if (flags.json)
      process.stdout.write(
        `${JSON.stringify({ command: 'import', file, job: job.id, result: job.result, durationMs: Math.round(seconds * 1000) })}\n`,
      );
    else process.stdout.write(`  imported in ${seconds.toFixed(1)} s: ${JSON.stringify(job.result)}\n`);
  }
}

/** `kohort import FILE|FOLDER`: dry-run report first, then the import on a running workspace. */
export function importCommand(): Command {
  const command = new Command('import')
    .description(
      'import CSV, NDJSON or Parquet (gzip allowed): a dry-run report first, then the import; safe to repeat',
    )
    .argument('<path>', 'a file, or a folder of files')
    .option('--mapping <file or name>', 'how columns become messages; chosen by the header when absent')
    .option('--source <key>', 'source that the records count for', 'import')
    .option('--dry-run', 'report only; needs no server')
    .option('--rejects <file>', 'NDJSON of the rows left out: line, code, column, message')
    .option('--json', 'print JSON objects')
    .action(run);
  return withConnection(command);
}
