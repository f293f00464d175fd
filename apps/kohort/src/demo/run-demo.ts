import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import type { RunningSolo } from '@kohort/hosts-solo';
import type { Json } from '@kohort/kernel-contracts';
import { openClient, type GatewayClient } from '../client/gateway-client';
import { followBacklog } from '../client/jobs';
import { importFile } from '../client/upload';
import { dryRun, ensureImportSource, reportText } from '../commands/import';
import { dataFiles } from '../files/local-import-file';
import { count, openAccount, type Account } from '../terminal/account';
import type { DemoContext } from './demo-context';
import { syncDestinations } from './destinations-step';
import { showLiveEntry } from './live-step';
import { computeFeatures, explainScore, trainClusters, trainPropensity } from './models-step';
import { startReceiver, type Receiver } from './receiver';
import { explainMember, publishSegments } from './segments-step';
import { untilAborted } from './until-aborted';
import { writeWorld } from './world-files';

/** How the demo is to run. */
export interface DemoOptions {
  /** Folder or file of real data; the built-in world when absent. */
  readonly data?: string | undefined;
  readonly mapping?: string | undefined;
  readonly customers: number;
  readonly seed: number;
  /** Aborted when somebody wants the end. */
  readonly signal: AbortSignal;
  /** Starts solo on a folder; the webhook's receiver must be reachable. */
  readonly start: (homeDir: string, egressAllow: readonly string[], filesDir: string) => Promise<RunningSolo>;
}

/** A demo that has told its story and stays up. */
export interface RunningDemo {
  readonly solo: RunningSolo;
  stop(): Promise<void>;
}

const ORDER_EVENT = 'Order Completed';
const IMPORT_SOURCE = 'demo_import';
const LIVE_PEOPLE = 5;

interface Imported {
  readonly asOf: string;
}

/** The instant just after the last event of a file. */
function instantAfter(lastAt: number | null): string {
  return new Date((lastAt ?? 0) + 60_000).toISOString();
}

async function importData(
  client: GatewayClient,
  account: Account,
  options: DemoOptions,
  workDir: string,
): Promise<Imported> {
  await ensureImportSource(client, IMPORT_SOURCE);
  account.heading(options.data === undefined ? 'Data: a seeded shop' : `Data: ${options.data}`);
  const world = options.data === undefined ? await writeWorld(workDir, { ...options, nowMs: Date.now() }) : null;
  let asOf = world?.asOf ?? '';
  let rows = 0;
  const started = performance.now();
  for (const file of world ? [world.file] : dataFiles(options.data ?? '')) {
    const { report, mapping } = await dryRun(file, options);
    account.line(`  Dry run by mapping ${mapping.name}:\n${reportText(report)}`);
    if (!world) asOf = instantAfter(report.lastAt) > asOf ? instantAfter(report.lastAt) : asOf;
    rows += report.rows;
    await importFile(client, { file, source: IMPORT_SOURCE, mapping: mapping as unknown as Json }, 'import');
  }
  const seconds = (performance.now() - started) / 1000;
  account.line(`  Imported ${count(rows)} rows in ${seconds.toFixed(1)} s, dry run included.`);
  await followBacklog(client, 'identity, columns');
  const { ledger } = await client.query<{ ledger: { nodes: Record<string, number>[] } }>(
    '{ ledger(first: 10) { nodes { received stored duplicate rejected suppressed quarantined residual } } }',
  );
  for (const entry of ledger.nodes) {
    account.line(
      `  Ledger: received ${count(entry['received'] ?? 0)} = stored ${count(entry['stored'] ?? 0)} + duplicate ${count(entry['duplicate'] ?? 0)} + rejected ${count(entry['rejected'] ?? 0)} + quarantined ${count(entry['quarantined'] ?? 0)}; residual ${entry['residual']}.`,
    );
  }
  return { asOf };
}

async function tell(context: DemoContext): Promise<void> {
  await computeFeatures(context);
  const clusters = await trainClusters(context);
  await trainPropensity(context);
  await publishSegments(context, clusters);
  context.account.heading('Explanations: why, for one person');
  const likely = await explainMember(context, 'likely_to_order');
  if (likely !== null) await explainScore(context, likely);
  await explainMember(context, 'frequent_buyers');
  await syncDestinations(context);
  await showLiveEntry(context, LIVE_PEOPLE);
}

/**
 * Runs the main job from an empty folder and tells what happened. Everything it started is stopped when it fails or when
 * its signal is aborted.
 *
 * Throws  the signal's reason; whatever a step throws
 */
export async function runDemo(options: DemoOptions): Promise<RunningDemo> {
  const account = openAccount();
  const workDir = mkdtempSync(join(tmpdir(), 'kohort-demo-'));
  const dropDir = join(workDir, 'files');
  mkdirSync(dropDir);
  const webhookSecret = `whsec_${randomBytes(32).toString('base64')}`;
  let receiver: Receiver | undefined;
  let solo: RunningSolo | undefined;
  let client: GatewayClient | undefined;
  const stop = async (): Promise<void> => {
    await client?.close();
    await solo?.stop();
    await receiver?.stop();
    rmSync(workDir, { recursive: true, force: true });
  };
  try {
    const started = performance.now();
    receiver = await startReceiver(webhookSecret);
    solo = await options.start(join(workDir, 'home'), [receiver.host], dropDir);
    client = openClient(solo.url, solo.home.apiKey);
    account.line(
      `Kohort is up after ${((performance.now() - started) / 1000).toFixed(1)} s: PostgreSQL, ClickHouse engine, BullMQ, gateway and workers in one process.`,
    );
    const { asOf } = await untilAborted(importData(client, account, options, workDir), options.signal);
    const context: DemoContext = {
      client,
      account,
      receiver,
      webhookSecret,
      dropDir,
      asOf,
      orderEvent: ORDER_EVENT,
      writeKey: solo.home.writeKey,
    };
    await untilAborted(tell(context), options.signal);
    const memory = process.memoryUsage.rss() / 1_048_576;
    account.line(
      `\nDone after ${((performance.now() - started) / 1000).toFixed(1)} s; this process holds ${memory.toFixed(0)} MB.`,
    );
    return { solo, stop };
  } catch (thrown) {
    await stop();
    throw thrown;
  }
}
