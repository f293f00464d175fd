import { join } from 'node:path';
import type { Json, RowPage } from '@kohort/kernel-contracts';
import { createDialer, createEgressClient } from '@kohort/platform-http';
import { sourceContract } from '@kohort/plugin-kit-testkit';
import { source } from '../src/plugin';
import { PostgresWorld } from './postgres-world';

let world: PostgresWorld;
beforeAll(async () => {
  world = await PostgresWorld.start();
});
afterAll(() => world.stop());

const server = { host: 'db.example.org', database: 'd', user: 'u' };
sourceContract(source, {
  folder: join(__dirname, '..'),
  world: () => world,
  hasWhole: true,
  bad: [
    { why: 'neither table nor query', settings: server },
    { why: 'both table and query', settings: { ...server, table: 't', query: 'select 1' } },
    { why: 'a port that there is not', settings: { ...server, table: 't', port: 70_000 } },
    { why: 'a mirror with a cursor', settings: { ...server, table: 't', mirror: true, cursorColumn: 'at' } },
    { why: 'an unknown setting', settings: { ...server, table: 't', pasword: 'x' } },
  ],
});

describe('postgres-source', () => {
  async function pages(settings: Parameters<PostgresWorld['settings']>[1], from: Json = null, limit = 100) {
    const opened = await source.connect(world.settings('whole', settings)).open(world.host());
    if (opened.kind !== 'rows') throw new TypeError('rows were expected');
    const found: RowPage[] = [];
    try {
      for await (const page of opened.pages({ position: from, limit })) found.push(page);
    } finally {
      await opened.close();
    }
    return found;
  }
  const ask = (sql: string) => world.owner.query(sql);
  const code = (expected: string) => expect.objectContaining({ code: expected });

  it('brings each type as text that loses nothing', async () => {
    const query = `select 1 as id, 12345678901234567890.123456789012345678::numeric as n, 0.1::float8 as f,
      '2026-01-02 03:04:05.123456+02'::timestamptz as z, '2026-01-02 03:04:05'::timestamp as w, date '2026-01-02' as d,
      '{"b":1, "a":[1,null]}'::json as j, '\\x00ff41'::bytea as b, true as t, null::text as nothing, '' as empty,
      array['x,y', null] as a, interval '1 day 2 hours' as i, 'ab'::char(4) as c`;
    const [page] = await pages({ table: undefined, query, keyColumns: ['id'] } as never);
    const row = Object.fromEntries((page?.columns ?? []).map((name, i) => [name, page?.rows[0]?.cells[i]]));
    expect(row).toEqual({
      id: '1',
      n: '12345678901234567890.123456789012345678',
      f: '0.1',
      z: '2026-01-02T01:04:05.123456Z',
      w: '2026-01-02T03:04:05',
      d: '2026-01-02',
      j: '{"b":1, "a":[1,null]}',
      b: '\\x00ff41',
      t: 'true',
      nothing: '',
      empty: '',
      a: '{"x,y",NULL}',
      i: 'P1DT2H',
      c: 'ab  ',
    });
  });

  it('keeps to the key where several records changed at once, by a key of several columns', async () => {
    await ask(`drop table if exists shop.line; create table shop.line (a int, "b c" text, at timestamptz, primary key (a, "b c"));
      insert into shop.line select n % 7, 'k' || n, '2026-01-01' from generate_series(1, 50) n; grant select on shop.line to reader`);
    const found = await pages({ table: 'shop.line', cursorColumn: 'at' }, null, 4);
    const keys = found.flatMap(({ rows }) => rows.map(({ key }) => key));
    expect(keys).toHaveLength(50);
    expect(new Set(keys).size).toBe(50);
  });

  it('reads a page of very large values, and the pages behind it in smaller steps', async () => {
    await ask(`drop table if exists shop.big; create table shop.big (id int primary key, v text);
      insert into shop.big select n, repeat(chr(96 + n), 1000000) from generate_series(1, 20) n; grant select on shop.big to reader`);
    const found = await pages({ table: 'shop.big' }, null, 12);
    expect(found.map(({ rows }) => rows.length)).toEqual([12, 6, 2]);
    expect(found.flatMap(({ rows }) => rows.map(({ cells }) => cells[1]?.length))).toEqual(Array(20).fill(1_000_000));
  });

  it('goes on with the columns that there are when the table changes between two pages', async () => {
    await ask(`drop table if exists shop.drift; create table shop.drift (id int primary key, a text);
      insert into shop.drift select n, 'x' from generate_series(1, 4) n; grant select on shop.drift to reader`);
    const opened = await source.connect(world.settings('whole', { table: 'shop.drift' })).open(world.host());
    if (opened.kind !== 'rows') throw new TypeError('rows were expected');
    const seen: string[] = [];
    for await (const page of opened.pages({ position: null, limit: 2 })) {
      seen.push(`${page.columns.join()}:${page.rows.length}`);
      if (seen.length === 1) await ask(`alter table shop.drift drop column a, add column b int default 7`);
    }
    await opened.close();
    expect(seen).toEqual(['id,a:2', 'id,b:2', 'id,b:0']);
  });

  it('leaves young records for later and looks back for late ones, without its position going back', async () => {
    await ask(`drop table if exists shop.late; create table shop.late (id text primary key, at timestamptz);
      insert into shop.late values ('old', now() - interval '1 hour'), ('fresh', now()); grant select on shop.late to reader`);
    const settings = { table: 'shop.late', cursorColumn: 'at', lagSeconds: 600, overlap: 7_200 };
    const ids = (found: readonly RowPage[]) => found.flatMap(({ rows }) => rows.map(({ cells }) => cells[0]));
    const first = await pages(settings);
    expect(ids(first)).toEqual(['old']);
    const position = first.at(-1)?.position ?? null;
    // Committed after the position went by: what a cursor alone would never see.
    await ask(`insert into shop.late values ('late', now() - interval '90 minutes')`);
    const second = await pages(settings, position);
    expect(ids(second)).toEqual(['late', 'old']);
    expect(second.at(-1)?.position).toEqual(position);
  });

  it.each([
    ['a table that there is not', { table: 'shop.nothing' }, 'POSTGRES_SOURCE_REFUSED'],
    ['a table without a key', { table: 'shop.keyless' }, 'POSTGRES_SOURCE_NO_KEY'],
    ['a cursor column that there is not', { cursorColumn: 'no' }, 'POSTGRES_SOURCE_COLUMN'],
    [
      'two statements',
      { table: undefined, query: 'select 1 as id; drop table shop.line', keyColumns: ['id'] },
      'POSTGRES_SOURCE_REFUSED',
    ],
    [
      'a statement that writes',
      { table: undefined, query: 'delete from shop.line returning a', keyColumns: ['a'] },
      'POSTGRES_SOURCE_QUERY',
    ],
    [
      'a function that writes',
      { table: undefined, query: 'select shop.wipe() as a', keyColumns: ['a'] },
      'POSTGRES_SOURCE_REFUSED',
    ],
    [
      'a bracket out of the query',
      { table: undefined, query: 'select 1 as id) x; drop table shop.line; --', keyColumns: ['id'] },
      'POSTGRES_SOURCE_REFUSED',
    ],
    ['a server without encryption', { tls: 'verify' }, 'POSTGRES_SOURCE_TLS'],
    [
      'columns of one name',
      { table: undefined, query: 'select 1 as id, 2 as id', keyColumns: ['id'] },
      'POSTGRES_SOURCE_COLUMN_TWICE',
    ],
    [
      'a statement that takes too long',
      { table: undefined, query: 'select 1 as id, pg_sleep(5)::text', keyColumns: ['id'], statementTimeoutMs: 150 },
      'POSTGRES_SOURCE_TOO_SLOW',
    ],
    [
      'a record without a key',
      { table: undefined, query: 'select null::int as id', keyColumns: ['id'] },
      'POSTGRES_SOURCE_KEY_NULL',
    ],
  ] as const)('says what is wrong with %s', async (_what, settings, expected) => {
    await ask(`create table if not exists shop.keyless (a int); create table if not exists shop.line (a int, "b c" text, at timestamptz);
      create or replace function shop.wipe() returns int language plpgsql as $$ begin delete from shop.line; return 1; end $$;
      grant select on all tables in schema shop to reader; grant delete on shop.line to reader`);
    await expect(pages(settings as never)).rejects.toEqual(code(expected));
  });

  it('refuses a private address that the operator has not named, whatever name leads to it', async () => {
    const http = createEgressClient();
    const machine = { ...world.host(), http, stream: http };
    const connect = (host: string, resolve?: () => Promise<string[]>) =>
      source
        .connect(world.settings('whole', { host }))
        .open({ ...machine, dial: createDialer(resolve ? { resolve } : {}) });
    for (const host of ['127.0.0.1', 'localhost', '::1', '169.254.169.254', '0x7f000001', '2130706433']) {
      await expect(connect(host)).rejects.toEqual(code('HTTP_EGRESS_REFUSED'));
    }
    // A public address beside a private one does not help.
    const mixed = () => Promise.resolve(['93.184.216.34', '10.0.0.5']);
    await expect(connect('db.example.org', mixed)).rejects.toEqual(code('HTTP_EGRESS_REFUSED'));
  });

  it('does not take a position of other settings for its own', async () => {
    const position = { v: 1, columns: ['other'], at: ['1'] };
    await expect(pages({}, position)).rejects.toEqual(code('POSTGRES_SOURCE_POSITION'));
  });
});
