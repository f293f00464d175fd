import { setTimeout as pause } from 'node:timers/promises';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { clientErrors } from '../client/client-errors';
import { followJob } from '../client/jobs';
import { FAILURE_FIELDS, payloadOf, type MutationAnswer } from '../client/results';
import { count } from '../terminal/account';
import { textTable } from '../terminal/text-table';
import type { DemoContext } from './demo-context';
import { LIVE_SEGMENT } from './segments-step';

interface DemoDestination {
  readonly key: string;
  readonly name: string;
  readonly plugin: string;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly segment: string;
}

function demoDestinations({ receiver, webhookSecret }: DemoContext): readonly DemoDestination[] {
  return [
    {
      key: 'files',
      name: 'Folder of CSV files',
      plugin: 'file-drop',
      settings: { prefix: 'audiences', format: 'csv' },
      segment: 'frequent_buyers',
    },
    {
      key: 'hook',
      name: 'Signed webhook',
      plugin: 'webhook',
      settings: { url: `${receiver.url}/webhook`, secret: webhookSecret },
      segment: 'likely_to_order',
    },
    {
      key: 'cdp',
      name: 'Segment source',
      plugin: 'segment',
      settings: { writeKey: 'demo_write_key', host: receiver.url },
      segment: 'win_back',
    },
  ];
}

type JobAnswer = MutationAnswer & { readonly id: string };
interface SyncRunRow {
  readonly status: string;
  readonly funnel: Readonly<Record<string, number>>;
}

async function createSync({ client }: DemoContext, destination: string, segment: string): Promise<string> {
  const { createSync: answer } = await client.query<{ createSync: JobAnswer }>(
    `mutation ($input: CreateSyncInput!) { createSync(input: $input) { __typename ... on Sync { id } ${FAILURE_FIELDS} } }`,
    { input: { destination, segment } },
  );
  return payloadOf<JobAnswer>(answer, 'Sync').id;
}

const RUNNING = new Set(['NONE', 'QUEUED', 'RUNNING']);
const LIMIT_MS = 60_000;

/** The newest run of a sync once it has ended; a sync that has just been made begins one by itself. */
async function latestRun({ client }: DemoContext, id: string): Promise<SyncRunRow> {
  const deadline = Date.now() + LIMIT_MS;
  for (;;) {
    const { sync } = await client.query<{ sync: { runs: { nodes: SyncRunRow[] } } }>(
      'query ($id: ID!) { sync(id: $id) { runs(first: 1) { nodes { status funnel } } } }',
      { id },
    );
    const run = sync.runs.nodes[0] ?? { status: 'NONE', funnel: {} };
    if (!RUNNING.has(run.status)) return run;
    if (Date.now() > deadline)
      throw clientErrors.CLIENT_JOB_FAILED({ job: 'the sync', reason: `it is still ${run.status.toLowerCase()}` });
    await pause(50);
  }
}

async function runAgain(context: DemoContext, id: string, label: string): Promise<SyncRunRow> {
  const { runSync: answer } = await context.client.query<{ runSync: JobAnswer }>(
    `mutation ($id: ID!) { runSync(id: $id) { __typename ... on Job { id } ${FAILURE_FIELDS} } }`,
    { id },
  );
  await followJob(context.client, payloadOf<JobAnswer>(answer, 'Job').id, label);
  return latestRun(context, id);
}

function filesBelow(dir: string): string[] {
  if (!existsSync(dir)) return [];
  return readdirSync(dir, { recursive: true, encoding: 'utf8' }).filter((name) => statSync(join(dir, name)).isFile());
}

/** Connects three destinations, syncs each twice and shows what arrived: the second run sends only changes. */
export async function syncDestinations(context: DemoContext): Promise<void> {
  const { client, account, receiver, dropDir } = context;
  account.heading('Destinations: audiences kept equal to the truth');
  const rows: (string | number)[][] = [];
  for (const { segment, ...input } of demoDestinations(context)) {
    const { createDestination } = await client.query<{ createDestination: MutationAnswer }>(
      `mutation ($input: CreateDestinationInput!) { createDestination(input: $input) { __typename ${FAILURE_FIELDS} } }`,
      { input },
    );
    payloadOf(createDestination, 'Destination');
    const id = await createSync(context, input.key, segment);
    for (const pass of ['first', 'second']) {
      const run = pass === 'first' ? await latestRun(context, id) : await runAgain(context, id, `sync ${input.plugin}`);
      const { funnel } = run;
      rows.push([
        input.plugin,
        segment,
        pass,
        run.status.toLowerCase(),
        ...['segment', 'valid', 'sent', 'accepted', 'rejected'].map((stage) => count(funnel[stage] ?? 0)),
      ]);
    }
  }
  account.line(
    textTable(['plugin', 'segment', 'run', 'status', 'in segment', 'valid', 'sent', 'accepted', 'rejected'], rows),
  );
  const hooks = receiver.arrivals.filter((arrival) => arrival.path === '/webhook');
  const batches = receiver.arrivals.filter((arrival) => arrival.path !== '/webhook');
  const items = (arrivals: readonly { items: readonly unknown[] }[]): number =>
    arrivals.reduce((sum, a) => sum + a.items.length, 0);
  account.line(
    `  The local receiver got ${count(hooks.length)} signed webhooks with ${count(items(hooks))} members, all signatures right,`,
  );
  account.line(`  and ${count(batches.length)} Segment batches with ${count(items(batches))} events.`);
  const files = filesBelow(dropDir);
  account.line(
    `  The folder holds ${files.length} files, ${files.filter((name) => name.endsWith('_manifest.json')).length} of them manifests.`,
  );
  // The live step wants the webhook to hear of this segment, too.
  await latestRun(context, await createSync(context, 'hook', LIVE_SEGMENT));
}
