import { startTestColumns } from '@kohort/testing-columns';
import { parseRule } from '../rule/parse-rule';
import { readRuleText } from '../text/read-rule-text';
import { compilePreview } from './compile-preview';
import { compileToSql } from './compile-to-sql';

const WORKSPACE = '00000000-0000-4000-8000-000000000001';
const NOW = Date.parse('2026-06-01T00:00:00Z');
const YEAR_MS = 365 * 86_400_000;
const ROWS_AT_ONCE = 500_000;

/** Five conditions: two traits, a count with a property, a negation, a count over a year. */
const RULE = `plan = "pro" and did "Order Completed" at least 2 times in last 90 days where total > 50
  and not (did "Order Refunded" in last 180 days) and did "Product Viewed" at least 3 times in last 365 days
  and country = "de"`;

/** How large, and how it is measured. */
export interface PreviewBench {
  readonly parts: number;
  /** Wall and CPU seconds of one preview, and what it counted. */
  preview(): Promise<{ seconds: number; cpuSeconds: number; members: number }>;
  /** The members of the same rule, as a back-fill asks for them. */
  members(): Promise<{ seconds: number; cpuSeconds: number; members: number }>;
  stop(): Promise<void>;
}

/** A store with so many people and events of one year in the order of their arrival, and two traits a person. */
export async function openPreviewBench(people: number, events: number): Promise<PreviewBench> {
  const test = await startTestColumns();
  const { columns } = test;
  const run = (sql: string): Promise<readonly unknown[]> => columns.select(sql);
  const ws = `toUUID('${WORKSPACE}')`;
  const person = (n: string): string => `reinterpret(sipHash128(toUInt64(${n})), 'UUID')`;
  const names = `['Product Viewed', 'Order Completed', 'Page Viewed', 'Checkout Started', 'Order Refunded']`;
  for (let at = 0; at < events; at += ROWS_AT_ONCE) {
    await run(`INSERT INTO kohort.events SELECT ${ws}, ${person(`cityHash64(number, 7) % ${people}`)},
      reinterpret(sipHash128(number, 'e'), 'UUID'), ${names}[[1,1,1,1,2,2,3,3,3,3,3,3,3,4,4,5][cityHash64(number, 3) % 16 + 1]],
      fromUnixTimestamp64Milli(toInt64(${NOW - YEAR_MS} + intDiv(number * ${YEAR_MS}, ${events})), 'UTC'),
      concat('{"order_id": ', toString(number), ', "total": ', toString((cityHash64(number, 5) % 20000) / 100),
        ', "product_id": "p', toString(cityHash64(number, 9) % 1000), '", "category": "c', toString(number % 20), '"}'),
      number, number, 1, '' FROM numbers(${at}, ${Math.min(ROWS_AT_ONCE, events - at)})`);
  }
  const trait = (key: string, values: string, salt: number): Promise<readonly unknown[]> =>
    run(`INSERT INTO kohort.trait_rows SELECT ${ws}, ${person('number')}, '${key}',
      ${values}[cityHash64(number, ${salt}) % length(${values}) + 1], fromUnixTimestamp64Milli(toInt64(${NOW - YEAR_MS}), 'UTC'),
      toString(generateUUIDv4()), number + ${salt * people}, number + ${salt * people}, 1 FROM numbers(${people})`);
  await trait('plan', `['"free"', '"pro"', '"team"']`, 1);
  await trait('country', `['"de"', '"fr"', '"us"', '"uk"']`, 2);
  // As a store is once it has been quiet for some minutes.
  for (const table of ['events', 'trait_rows', 'profile_marks']) await run(`OPTIMIZE TABLE kohort.${table} FINAL`);
  const [parts] = await run(`SELECT toUInt32(count()) AS n FROM system.parts WHERE active AND database = 'kohort'`);
  const rule = parseRule(readRuleText(RULE));
  const options = { workspaceId: WORKSPACE, nowMs: NOW };
  const asked = compilePreview(rule, { ...options, compare: [], sample: 20, excluded: [], untied: true });
  const filled = compileToSql(rule, options);
  const measured = async (work: () => Promise<number>) => {
    const [cpu, started] = [process.cpuUsage(), performance.now()];
    const members = await work();
    const { user, system } = process.cpuUsage(cpu);
    return { seconds: (performance.now() - started) / 1_000, cpuSeconds: (user + system) / 1e6, members };
  };
  return {
    parts: typeof parts === 'object' && parts !== null && 'n' in parts ? Number(parts.n) : 0,
    preview: () =>
      measured(async () => {
        const [row] = await columns.store.query(asked.sql, asked.params, (each) => each);
        return typeof row === 'object' && row !== null && 'members' in row ? Number(row.members) : NaN;
      }),
    members: () => measured(async () => (await columns.store.members(filled.sql, filled.params)).length),
    stop: () => test.stop(),
  };
}
