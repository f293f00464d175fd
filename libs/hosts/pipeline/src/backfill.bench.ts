import { createHash, randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { z } from 'zod';
import { systemClock } from '@kohort/kernel-clock-random';
import { runParams, type RunId, type SegmentId, segmentIdSchema } from '@kohort/kernel-contracts';
import { openColumnLoader } from '@kohort/platform-columns';
import { createRun, runsHandler, segmentStore, startTestDatabase } from '@kohort/platform-postgres';
import { backfillSegments, RuleSets } from '@kohort/segments-flow';
import { startTestColumns } from '@kohort/testing-columns';

const DAY_MS = 86_400_000;
const YEAR_MS = 365 * DAY_MS;
const ROWS_AT_ONCE = 500_000;
const NAMES = ['Product Viewed', 'Order Completed', 'Page Viewed', 'Checkout Started', 'Order Refunded'];

/** A rule, and the same question in plain SQL, written by hand: the condition of a person's row of `facts`. */
interface BenchRule {
  readonly where: object;
  readonly naive: string;
}

/** How long a pass took, what it wrote, and what it cost. */
export interface PassFigures {
  readonly seconds: number;
  /** Of this process, in which the column engine runs too. */
  readonly cpuSeconds: number;
  readonly members: number;
  readonly timers: number;
  /** Segments whose size is not what the plain SQL counts. */
  readonly wrong: readonly string[];
  /** Seconds by phase, of the first of the runs. */
  readonly phases: Readonly<Record<string, number>>;
}

export interface BackfillBench {
  /** Process id of a backend of PostgreSQL; its parent is the server. */
  readonly backendPid: number;
  /** Fills so many new segments that wait at once, of rules with numbers from `first` on. */
  fill(rules: number, first?: number): Promise<PassFigures>;
  stop(): Promise<void>;
}

const since = (days: number): string => `fromUnixTimestamp64Milli({now:Int64} - ${days * DAY_MS}, 'UTC')`;
const did = (name: string, n: number, days: number): string =>
  `countIf(name = '${name}' AND ts > ${since(days)}) >= ${n}`;
const event = (name: string, n: number, days: number, where?: object): object => ({
  event: {
    name,
    ...(where === undefined ? {} : { where: [where] }),
    count: { op: 'gte', n },
    window: { last: { n: days, unit: 'day' } },
  },
});

/** Rules of as many sorts come in turn. */
export const SORTS = 5;

/** Rules of five sorts, each with numbers of its own: few of the people are in any of them. */
function ruleNumber(i: number): BenchRule {
  const [a, b] = [Math.floor(i / SORTS), i % 7];
  switch (i % SORTS) {
    case 0:
      return {
        where: event('Order Completed', 4 + (a % 2), 100 + 3 * a),
        naive: did('Order Completed', 4 + (a % 2), 100 + 3 * a),
      };
    case 1:
      return {
        where: event('Product Viewed', 6 + (a % 3), 60 + 2 * a + b),
        naive: did('Product Viewed', 6 + (a % 3), 60 + 2 * a + b),
      };
    case 2: {
      const total = 150 + 2 * a;
      const where = { path: 'total', op: 'gt', value: total };
      return {
        where: {
          all: [{ trait: { path: 'plan', op: 'eq', value: 'pro' } }, event('Order Completed', 1, 30 + b, where)],
        },
        naive: `any(plan) = '"pro"' AND countIf(name = 'Order Completed' AND total > ${total} AND ts > ${since(30 + b)}) >= 1`,
      };
    }
    case 3: {
      const [n, days] = [700 + 20 * a, 150 + b];
      const window = { last: { n: days, unit: 'day' } };
      return {
        where: {
          aggregate: { event: { name: 'Order Completed' }, fn: 'sum', property: 'total', op: 'gte', value: n, window },
        },
        naive: `sumIf(toDecimal64(total, 2), name = 'Order Completed' AND ts > ${since(days)}) >= ${n}`,
      };
    }
    default:
      return {
        where: {
          all: [
            event('Checkout Started', 1, 2 + (a % 5)),
            { none: [event('Order Completed', 1, 20 + a + b)] },
            { none: [event('Order Refunded', 1, 90)] },
          ],
        },
        naive: `${did('Checkout Started', 1, 2 + (a % 5))} AND NOT (${did('Order Completed', 1, 20 + a + b)}) AND NOT (${did('Order Refunded', 1, 90)})`,
      };
  }
}

const countSchema = z.array(z.object({ counts: z.array(z.coerce.number()) }));
const idsSchema = z.array(z.object({ id: z.string() }));

/** People and a year of their events in the column store, as it is once it has been quiet; the people in PostgreSQL. */
export async function openBackfillBench(people: number, events: number): Promise<BackfillBench> {
  const [db, test] = [await startTestDatabase(), await startTestColumns()];
  const { columns } = test;
  const workspaceId = await db.addWorkspace();
  const inWorkspace = <T>(statement: ReturnType<typeof sql<T>>) =>
    db.database.inWorkspace(workspaceId, async (tx) => (await statement.execute(tx)).rows);
  const until = systemClock.now();
  const ws = `toUUID('${workspaceId}')`;
  const digits = (n: string): string => `lower(hex(sipHash128(toUInt64(${n}), 'p')))`;
  const person = (n: string): string =>
    `toUUID(concat(substring(${digits(n)}, 1, 8), '-', substring(${digits(n)}, 9, 4), '-4', substring(${digits(n)}, 14, 3), '-', ['8', '9', 'a', 'b'][cityHash64(${n}) % 4 + 1], substring(${digits(n)}, 18, 3), '-', substring(${digits(n)}, 21, 12)))`;
  await columns.select(
    `CREATE TABLE kohort.bench_people ENGINE = Memory AS SELECT number AS n, ${person('number')} AS id FROM numbers(${people})`,
  );
  for (let at = 0; at < events; at += ROWS_AT_ONCE) {
    await columns.select(`INSERT INTO kohort.events SELECT ${ws}, p.id, reinterpret(sipHash128(e.number, 'e'), 'UUID'),
      ['${NAMES.join("', '")}'][[1,1,1,1,2,2,3,3,3,3,3,3,3,4,4,5][cityHash64(e.number, 3) % 16 + 1]],
      fromUnixTimestamp64Milli(toInt64(${until - YEAR_MS} + intDiv(e.number * ${YEAR_MS - DAY_MS / 24}, ${events})), 'UTC'),
      concat('{"order_id": ', toString(e.number), ', "total": ', toString((cityHash64(e.number, 5) % 20000) / 100),
        ', "product_id": "p', toString(cityHash64(e.number, 9) % 1000), '", "category": "c', toString(e.number % 20), '"}'),
      0, e.number, 1, '' FROM (SELECT number, cityHash64(number, 7) % ${people} AS n FROM numbers(${at}, ${Math.min(ROWS_AT_ONCE, events - at)})) AS e
      JOIN kohort.bench_people AS p ON p.n = e.n`);
  }
  await columns.select(`INSERT INTO kohort.trait_rows SELECT ${ws}, id, 'plan', ['"free"', '"pro"', '"team"'][cityHash64(n, 1) % 3 + 1],
    fromUnixTimestamp64Milli(toInt64(${until - YEAR_MS}), 'UTC'), toString(n), 0, n, 1 FROM kohort.bench_people`);
  for (const table of ['events', 'trait_rows', 'profile_marks'])
    await columns.select(`OPTIMIZE TABLE kohort.${table} FINAL`);
  for (let at = 0; at < people; at += ROWS_AT_ONCE / 5) {
    const rows = await columns.select(
      `SELECT toString(id) AS id FROM kohort.bench_people ORDER BY n LIMIT ${at}, ${ROWS_AT_ONCE / 5}`,
    );
    const ids = idsSchema.parse(rows).map(({ id }) => id);
    await inWorkspace(sql`insert into profile (workspace_id, id, canonical_id, first_seen_at, last_seen_at)
      select ${workspaceId}, id, id::text, now(), now() from unnest(${ids}::uuid[]) as x (id)`);
  }
  const loader = openColumnLoader({ database: db.database, columns });
  const deps = { store: segmentStore(db.database), ruleSets: new RuleSets(), columns: columns.store, loader };
  const [backend] = await inWorkspace(sql<{ pid: number }>`select pg_backend_pid() as pid`);
  let made = 0;

  async function publish(
    rule: BenchRule,
  ): Promise<{ segmentId: SegmentId; runId: RunId; key: string; rule: BenchRule }> {
    const [segmentId, key] = [segmentIdSchema.parse(randomUUID()), `bench_${(made += 1)}`];
    const json = JSON.stringify({ version: 1, entity: 'profile', where: rule.where });
    const hash = createHash('sha256').update(json).digest();
    await inWorkspace(sql`insert into segment (workspace_id, id, key, name, kind, status)
      values (${workspaceId}, ${segmentId}, ${key}, ${key}, 'rule', 'backfilling')`);
    await inWorkspace(sql`insert into segment_version (workspace_id, segment_id, version, rule, rule_hash)
      values (${workspaceId}, ${segmentId}, 1, ${json}::jsonb, ${hash})`);
    const params = { segmentId, version: 1 };
    const { runId } = await db.database.inWorkspace(workspaceId, (tx) =>
      createRun(tx, { workspaceId, job: 'segments.backfill', params }),
    );
    return { segmentId, runId, key, rule };
  }

  async function naiveCounts(rules: readonly BenchRule[], now: number): Promise<readonly number[]> {
    const tests = rules.map(({ naive }, i) => `(${naive}) AS r${i}`).join(', ');
    const facts = `SELECT e.profile_id AS profile_id, name, ts, JSONExtractFloat(properties, 'total') AS total, plan
      FROM kohort.events AS e LEFT JOIN (SELECT profile_id, value AS plan FROM kohort.trait_rows) AS t ON t.profile_id = e.profile_id`;
    const rows = await columns.select(
      `SELECT [${rules.map((_, i) => `toString(countIf(r${i}))`).join(', ')}] AS counts
       FROM (SELECT profile_id, ${tests} FROM (${facts}) GROUP BY profile_id)`,
      { now },
    );
    return countSchema.parse(rows)[0]?.counts ?? [];
  }

  return {
    backendPid: backend?.pid ?? 0,
    async fill(rules, first = 0) {
      const published = [];
      for (let i = first; i < first + rules; i += 1) published.push(await publish(ruleNumber(i)));
      const phases: Record<string, number> = {};
      let [phase, from] = ['starting', performance.now()];
      const turn = (next: string): void => {
        const now = performance.now();
        phases[phase] = (phases[phase] ?? 0) + (now - from) / 1_000;
        [phase, from] = [next, now];
      };
      const handle = runsHandler({
        database: db.database,
        clock: systemClock,
        params: runParams['segments.backfill'],
        flow: async (runs) =>
          backfillSegments(
            deps,
            runs.map((run) => {
              const onProgress: typeof run.context.onProgress = (progress) => {
                if (progress.phase !== phase) turn(progress.phase);
                run.context.onProgress(progress);
              };
              return { ...run, context: { ...run.context, onProgress } };
            }),
          ),
      });
      const [cpu, started] = [process.cpuUsage(), performance.now()];
      await handle(
        { workspaceId, runIds: published.map(({ runId }) => runId) },
        { signal: new AbortController().signal, isLastAttempt: true },
      );
      const seconds = (performance.now() - started) / 1_000;
      const { user, system } = process.cpuUsage(cpu);
      turn('done');
      const sizes = await inWorkspace(sql<{ key: string; size: string; live: number | null; at: number }>`
        select s.key, s.size, s.live_version as live, (select extract(epoch from max(evaluated_at))::float8 * 1000
          from membership_change c where c.segment_id = s.id) as at from segment s`);
      const own = new Map(sizes.map((row) => [row.key, row]));
      const now = Math.round(own.get(published[0]?.key ?? '')?.at ?? NaN);
      const counts = await naiveCounts(
        published.map(({ rule }) => rule),
        now,
      );
      const ofSegments = sql`segment_id = any(${published.map(({ segmentId }) => segmentId)}::uuid[])`;
      const [timers] = await inWorkspace(sql<{ n: number }>`select (
        (select count(*) from segment_timer where ${ofSegments})
        + (select coalesce(sum(cardinality(profile_ids)), 0) from segment_timer_pack where ${ofSegments}))::int as n`);
      return {
        seconds,
        cpuSeconds: (user + system) / 1e6,
        members: published.reduce((sum, { key }) => sum + Number(own.get(key)?.size ?? 0), 0),
        timers: timers?.n ?? 0,
        wrong: published.flatMap(({ key }, i) => {
          const row = own.get(key);
          return row?.live === 1 && Number(row.size) === counts[i] ? [] : [`${key}: ${row?.size} for ${counts[i]}`];
        }),
        phases,
      };
    },
    async stop() {
      await loader.close();
      await test.stop();
      await db.stop();
    },
  };
}
