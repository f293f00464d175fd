import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { seededRandom } from '@kohort/kernel-clock-random';
import { askDatabase } from './database-of';
import { makeOrders, type OrdersFile } from './orders-file';
import { startKohort, survivorsOf, until, untilGone, type ProcessMark, type RunningKohort } from './running-kohort';

const SEED = 20_260_501;
const ROWS = 60_000;
const PEOPLE = 6_000;
/** Kills while rows are read: once the job has got so far. Its rows are committed in steps, so none starts at 0 again. */
const IMPORT_KILLS = [0.1, 0.35, 0.6, 0.8];
/** Kills while identity works off what was stored: once so much of the backlog is left. */
const IDENTITY_KILLS = [0.9, 0.5];
const SAMPLE = 60;
/** An import may end before it is looked at, where much else runs: then the file comes again, so often at most. */
const MOST_IMPORTS = 6;

interface JobView {
  readonly status: string;
  readonly progress: { readonly done: number; readonly total: number | null } | null;
  readonly result: unknown;
  readonly error: unknown;
}

async function beginImport(kohort: RunningKohort, orders: OrdersFile): Promise<string> {
  const upload = await fetch(`${kohort.url}/v2/artifacts`, {
    method: 'POST',
    headers: { authorization: `Bearer ${kohort.apiKey}`, 'content-type': 'application/octet-stream' },
    body: orders.csv,
  });
  const { key } = (await upload.json()) as { key: string };
  await kohort.query(
    'mutation { createSource(input: { key: "orders", name: "Orders", kind: IMPORT }) { __typename } }',
  );
  const { importRecords } = await kohort.query<{ importRecords: { __typename: string; id: string } }>(
    `mutation ($key: String!) { importRecords(input: { artifactKey: $key, fileName: "orders.csv", source: "orders", mapping: "orders" }) {
      __typename ... on Job { id } ... on Failure { code message } } }`,
    { key },
  );
  expect(importRecords).toMatchObject({ __typename: 'Job' });
  return importRecords.id;
}

const readJob = async (kohort: RunningKohort, id: string): Promise<JobView> =>
  (
    await kohort.query<{ job: JobView }>(
      'query ($id: ID!) { job(id: $id) { status progress { done total } result error { code message } } }',
      { id },
    )
  ).job;

const backlogOf = async (kohort: RunningKohort): Promise<number> =>
  (await kohort.query<{ workspace: { backlog: number } }>('{ workspace { backlog } }')).workspace.backlog;

async function untilImported(kohort: RunningKohort, id: string): Promise<JobView> {
  let job = await readJob(kohort, id);
  await until('the import', 400_000, async () => {
    job = await readJob(kohort, id);
    return !['QUEUED', 'RUNNING'].includes(job.status);
  });
  expect(job).toMatchObject({ status: 'SUCCEEDED', error: null });
  return job;
}

async function runJob(kohort: RunningKohort, document: string, variables: Record<string, unknown>): Promise<JobView> {
  const answers = await kohort.query<Record<string, { id: string }>>(document, variables);
  return untilImported(kohort, Object.values(answers)[0]?.id ?? '');
}

/** What the database itself holds, beside what the API says of it. */
async function rowsOf(home: string) {
  const rows = await askDatabase(
    home,
    `select (select count(*)::int from kohort.event) as events,
            (select sum(sign)::int from kohort.event_assignment) as assigned,
            (select count(*)::int from kohort.profile where merged_into is null) as profiles,
            (select count(*)::int from kohort.task where status <> 'done') as unfinished`,
  );
  return rows[0];
}

const FEATURES_AT = '2024-08-01T00:00:00Z';

/** All that an import leaves behind. */
async function stateOf(kohort: RunningKohort, home: string, orders: OrdersFile) {
  const { ledger } = await kohort.query<{
    ledger: { nodes: ({ source: { key: string } } & Record<string, unknown>)[] };
  }>(
    '{ ledger(first: 10) { nodes { source { key } received stored duplicate rejected suppressed quarantined residual } } }',
  );
  const computed = await runJob(
    kohort,
    'mutation ($asOf: DateTime!) { computeFeatures(asOf: $asOf) { ... on Job { id } } }',
    { asOf: FEATURES_AT },
  );
  const sample = orders.customers.slice(0, SAMPLE);
  const people: { orders: number; frequency: unknown; monetary: number }[] = [];
  for (const customer of sample) {
    const { profile } = await kohort.query<{
      profile: { events: { nodes: { id: string }[] }; features: { values: Record<string, number> } };
    }>(
      'query ($id: String!) { profile(identifier: $id) { events(first: 100) { nodes { id } } features { values } } }',
      {
        id: customer.id,
      },
    );
    people.push({
      orders: new Set(profile.events.nodes.map((event) => event.id)).size,
      frequency: profile.features.values['frequency'],
      monetary: Math.round((profile.features.values['monetary'] ?? 0) * 100),
    });
  }
  return {
    ledger: ledger.nodes.filter((entry) => entry.source.key === 'orders'),
    featureProfiles: (computed.result as { profiles: number }).profiles,
    people,
    rows: await rowsOf(home),
  };
}

/** What the file itself says must come of it, when it was imported so often. */
function truthOf(orders: OrdersFile, imports: number): Awaited<ReturnType<typeof stateOf>> {
  const zero = { rejected: 0, suppressed: 0, quarantined: 0, residual: 0 };
  const counts = { received: ROWS * imports, stored: ROWS, duplicate: ROWS * (imports - 1) };
  return {
    ledger: [{ source: { key: 'orders' }, ...counts, ...zero }],
    featureProfiles: orders.customers.length,
    rows: { events: ROWS, assigned: ROWS, profiles: orders.customers.length, unfinished: 0 },
    people: orders.customers
      .slice(0, SAMPLE)
      .map((customer) => ({ orders: customer.orders, frequency: customer.orders, monetary: customer.cents })),
  };
}

describe('an import whose process is killed', () => {
  const dir = mkdtempSync(join(tmpdir(), 'kohort-e2e-kill-'));
  const orders = makeOrders({ rows: ROWS, people: PEOPLE, seed: SEED });
  const random = seededRandom(SEED);
  let kohort: RunningKohort | undefined;
  let left: ProcessMark[] = [];

  afterAll(async () => {
    left = [...left, ...((await kohort?.kill()) ?? [])];
    await untilGone(left);
    rmSync(dir, { recursive: true, force: true });
  });

  /** Kills it, then starts it on the same home: sometimes at once, sometimes when its engines have ended by themselves. */
  async function killAndRestart(home: string): Promise<RunningKohort> {
    const children = (await kohort?.kill()) ?? [];
    kohort = undefined;
    left.push(...children);
    expect(children.length).toBeGreaterThanOrEqual(2);
    if (random.next() < 0.5) await untilGone(children);
    const next = await startKohort(home);
    await untilGone(children);
    return next;
  }

  /** Waits until so much of the import is done; answers null when it has ended before that was seen. */
  async function midwayOf(running: RunningKohort, id: string, share: number): Promise<{ backlog: number } | null> {
    let job = await readJob(running, id);
    await until(`${share} of the import`, 400_000, async () => {
      job = await readJob(running, id);
      const { done = 0, total = null } = job.progress ?? {};
      return job.status === 'RUNNING' ? done >= share * (total ?? Infinity) : job.status !== 'QUEUED';
    });
    return job.status === 'RUNNING' ? { backlog: await backlogOf(running) } : null;
  }

  it('leaves what its file says and nothing else, through six kills', async () => {
    const home = join(dir, 'killed');
    kohort = await startKohort(home);
    let [imports, midway, behind] = [0, 0, 0];
    let id = '';
    while (midway < IMPORT_KILLS.length) {
      imports += 1;
      expect(imports).toBeLessThanOrEqual(MOST_IMPORTS);
      id = await beginImport(kohort, orders);
      for (const share of IMPORT_KILLS.slice(midway)) {
        const found = await midwayOf(kohort, id, share);
        if (found === null) break;
        midway += 1;
        behind += found.backlog > 0 ? 1 : 0;
        await pause(random.next() * 150);
        kohort = await killAndRestart(home);
      }
      await untilImported(kohort, id);
    }
    const most = await backlogOf(kohort);
    for (const share of IDENTITY_KILLS) {
      const running: RunningKohort = kohort;
      let backlog = most;
      await until(`backlog at ${share}`, 400_000, async () => {
        backlog = await backlogOf(running);
        return backlog <= share * most;
      });
      behind += backlog > 0 ? 1 : 0;
      kohort = await killAndRestart(home);
    }
    // Kills fell while rows were read, all of the first ones, and while identity had not caught up with them.
    expect(midway).toBe(IMPORT_KILLS.length);
    expect(behind).toBeGreaterThanOrEqual(IDENTITY_KILLS.length);
    const last: RunningKohort = kohort;
    await until('the end of the backlog', 400_000, async () => (await backlogOf(last)) === 0);
    expect(await untilImported(kohort, id)).toMatchObject({
      result: { rows: ROWS, counts: { received: ROWS, [imports === 1 ? 'stored' : 'duplicate']: ROWS } },
    });
    expect(await stateOf(kohort, home, orders)).toEqual(truthOf(orders, imports));
    const { children } = kohort;
    expect(await kohort.stop()).toBe(0);
    kohort = undefined;
    expect(survivorsOf(children)).toEqual([]);
  });
});
