import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { catalogueViolations } from './catalogue';
import { startTestDatabase, type TestDatabase } from './test-database';

/** Each plants one defect; the gate must name it by this rule. */
const defects: readonly (readonly [rule: string, object: string, plant: string])[] = [
  ['table without workspace_id', 'stray', 'create table stray (id uuid primary key)'],
  ['row-level security not forced', 'profile', 'alter table profile no force row level security'],
  ['row-level security not forced', 'event_default', 'alter table event_default disable row level security'],
  ['no tenant policy', 'score', 'drop policy tenant on score'],
  [
    'policy without both clauses',
    'score.read_all',
    `create policy read_all on score for select to kohort_app using (workspace_id = nullif(current_setting('app.ws', true), '')::uuid)`,
  ],
  ['policy shows other workspaces', 'score.open', 'create policy open on score using (true) with check (true)'],
  [
    'policy shows other workspaces',
    'score.relay',
    'create policy relay on score to kohort_relay using (true) with check (true)',
  ],
  [
    'unique index without workspace_id',
    'profile_canonical',
    'create unique index profile_canonical on profile (canonical_id)',
  ],
  [
    'foreign key without workspace_id',
    'score.score_batch',
    `create unique index batch_id_only on batch (id);
     alter table score add column batch_id uuid;
     alter table score add constraint score_batch foreign key (batch_id) references batch (id)`,
  ],
  ['view without security_invoker', 'people', 'create view people as select * from profile'],
  [
    'materialised view readable',
    'sizes',
    'create materialized view sizes as select * from segment; grant select on sizes to kohort_app',
  ],
  [
    'definer function executable',
    'peek',
    `create function peek() returns bigint language sql security definer as 'select count(*) from profile'`,
  ],
  ['truncate granted', 'profile', 'grant truncate on profile to kohort_app'],
  ['app writes a global table', 'reader_position', 'grant update on reader_position to kohort_app'],
  ['relay reads content', 'event', 'grant select (properties) on event to kohort_relay'],
  ['role too strong', 'kohort_app', 'alter role kohort_app bypassrls'],
];

describe('the catalogue gate', () => {
  let db: TestDatabase;
  let owner: Client;

  beforeAll(async () => {
    db = await startTestDatabase();
    owner = new Client({ connectionString: db.url, options: '-c search_path=kohort' });
    await owner.connect();
  });

  afterAll(async () => {
    await owner.end();
    await db.stop();
  });

  it('finds nothing in our schema', async () => {
    expect(await catalogueViolations(owner)).toEqual([]);
  });

  it.each(defects)('finds a planted defect: %s on %s', async (rule, object, plant) => {
    await owner.query('begin');
    try {
      await owner.query(plant);
      expect(await catalogueViolations(owner)).toContainEqual({ rule, object });
    } finally {
      await owner.query('rollback');
    }
  });

  it('finds a role that owns a table', async () => {
    await owner.query('begin');
    try {
      await owner.query('alter table score owner to kohort_app');
      const found = await catalogueViolations(owner);
      expect(found.map((each) => each.rule)).toContain('role owns an object');
    } finally {
      await owner.query('rollback');
    }
  });

  it('has the tables and columns that the TypeScript interfaces name, and no others', async () => {
    const declared = new Map<string, Set<string>>();
    const sources = readdirSync(__dirname)
      .filter((file) => file.endsWith('tables.ts'))
      .map((file) => readFileSync(join(__dirname, file), 'utf8'))
      .join('\n');
    const columnsOf = new Map<string, string[]>();
    const shapes = /interface (\w+(?:Table|View))(?: extends (\w+))? \{\n([\s\S]*?)\n\}/g;
    for (const [, name = '', parent = '', body = ''] of sources.matchAll(shapes)) {
      const own = [...body.matchAll(/^ {2}(\w+)\??:/gm)].map((match) => match[1] ?? '');
      columnsOf.set(name, [...own, ...(columnsOf.get(parent) ?? [])]);
    }
    const list = /interface KohortTables \{\n([\s\S]*?)\n\}/.exec(sources)?.[1] ?? '';
    for (const [, table = '', type = ''] of list.matchAll(/^ {2}(\w+): (\w+);/gm)) {
      declared.set(table, new Set(columnsOf.get(type)));
    }
    const real = await owner.query<{ table_name: string; columns: string[] }>(`
      select c.relname as table_name, array_agg(a.attname::text order by a.attname) as columns
      from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
      where c.relnamespace = 'kohort'::regnamespace and c.relkind in ('r', 'p', 'v') and not c.relispartition group by 1`);
    const inDatabase = Object.fromEntries(real.rows.map((row) => [row.table_name, row.columns]));
    const inSources = Object.fromEntries([...declared].map(([table, columns]) => [table, [...columns].sort()]));
    expect(inSources).toEqual(inDatabase);
  });
});
