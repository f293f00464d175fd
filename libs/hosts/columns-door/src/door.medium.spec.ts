import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ClickHouseLogLevel, createClient as clientOf, type ClickHouseClient } from '@clickhouse/client';
import { Readable } from 'node:stream';
import { startDoor, type Door } from './door';

const adminKey = 'admin-key-of-the-test';
const queryKey = 'query-key-of-the-test';

/** Refusals are expected here; the client would print each. */
const createClient: typeof clientOf = (options) => clientOf({ ...options, log: { level: ClickHouseLogLevel.OFF } });

describe('the door, through an unmodified ClickHouse client', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'kohort-door-'));
  let door: Door;
  let admin: ClickHouseClient;
  let reader: ClickHouseClient;

  beforeAll(async () => {
    const limits = { maxExecutionSeconds: 2, maxMemoryBytes: 200_000_000 };
    door = await startDoor({ dataDir, port: 0, adminKey, queryKey, limits });
    admin = createClient({ url: door.url, username: 'admin', password: adminKey });
    await admin.command({ query: 'CREATE DATABASE IF NOT EXISTS shop' });
    reader = createClient({ url: door.url, username: 'query', password: queryKey, database: 'shop' });
    await admin.command({
      query: 'CREATE TABLE shop.rows (id UInt64, label String, tags Array(String)) ENGINE = MergeTree ORDER BY id',
    });
  });

  afterAll(async () => {
    await admin.close();
    await reader.close();
    await door.stop();
    rmSync(dataDir, { recursive: true, force: true });
  });

  it('answers both kinds of ping, also while a statement runs', async () => {
    expect(await admin.ping()).toEqual({ success: true });
    const long = reader.query({ query: 'SELECT count() FROM numbers(1e12) WHERE sipHash64(number) = 0' });
    expect((await fetch(`${door.url}/ping`).then((answer) => answer.text())).trim()).toBe('Ok.');
    expect(await admin.ping({ select: true })).toEqual({ success: true });
    // The limit of the reading user ends it.
    await expect(long).rejects.toMatchObject({ code: '159', type: 'TIMEOUT_EXCEEDED' });
  });

  it('inserts JSONEachRow, compressed too, and says how many rows', async () => {
    const values = Array.from({ length: 1000 }, (_, id) => ({ id, label: `Größe "${id}"\n\t\\`, tags: ['a', "b'"] }));
    const gzip = createClient({
      url: door.url,
      username: 'admin',
      password: adminKey,
      compression: { request: true, response: true },
    });
    const result = await gzip.insert({ table: 'shop.rows', values, format: 'JSONEachRow' });
    expect(result.summary?.written_rows).toBe('1000');
    const back = await gzip.query({ query: 'SELECT * FROM shop.rows ORDER BY id', format: 'JSONEachRow' });
    expect(await back.json()).toEqual(values);
    await gzip.close();
  });

  it('inserts RowBinary as it is, whatever byte it begins with', async () => {
    await admin.command({ query: 'CREATE TABLE shop.bytes (b UInt8, s String) ENGINE = MergeTree ORDER BY b' });
    for (const first of [0x20, 0x0a, 0x0d, 0x3b, 0x00, 0x28]) {
      const rows = Buffer.from([first, 3, 0x0a, 0x00, 0xff]);
      const { stream } = await admin.exec({
        query: 'INSERT INTO shop.bytes FORMAT RowBinary',
        values: Readable.from([rows]),
      });
      stream.resume();
      await once(stream, 'close');
    }
    const back = await admin.query({
      query: 'SELECT b, hex(s) AS s FROM shop.bytes ORDER BY b',
      format: 'JSONEachRow',
    });
    expect(await back.json()).toEqual([0, 0x0a, 0x0d, 0x20, 0x28, 0x3b].map((b) => ({ b, s: '0A00FF' })));
  });

  it('binds typed parameters, each statement its own, concurrently', async () => {
    const nasty = ["a'b\\c\td\ne", '‘’', "'; DROP TABLE shop.rows; --", '\\N', ''];
    const query = 'SELECT {text:String} AS text, {list:Array(String)} AS list, {n:Nullable(UInt64)} AS n';
    const answers = await Promise.all(
      Array.from({ length: 60 }, async (_, i) => {
        const text = nasty[i % nasty.length] as string;
        const query_params = { text, list: [text, 'x'], n: i % 2 ? i : null };
        const answer = await reader.query({ query, query_params, format: 'JSONEachRow' });
        return { got: await answer.json(), want: [query_params] };
      }),
    );
    for (const { got, want } of answers) expect(got).toEqual(want);
  });

  it('takes parameters too long for an address line, in the address and as a form', async () => {
    const ids = Array.from({ length: 40_000 }, (_, i) => i);
    for (const use_multipart_params of [false, true]) {
      const client = createClient({ url: door.url, username: 'query', password: queryKey, use_multipart_params });
      const query = 'SELECT length({ids:Array(UInt64)}) AS n';
      const answer = await client.query({ query, query_params: { ids }, format: 'JSONEachRow' });
      expect(await answer.json()).toEqual([{ n: 40_000 }]);
      await client.close();
    }
  });

  it('streams a long result, and breaks off loudly when it fails on the way', async () => {
    const answer = await reader.query({ query: 'SELECT number AS n FROM numbers(300000)', format: 'JSONEachRow' });
    let rows = 0;
    for await (const part of answer.stream()) rows += part.length;
    expect(rows).toBe(300_000);
    const failing = async (): Promise<void> => {
      const query = 'SELECT throwIf(number = 2000000) FROM numbers(3000000)';
      const half = await reader.query({ query, format: 'JSONEachRow' });
      for await (const part of half.stream()) expect(part.length).toBeGreaterThan(0);
    };
    await expect(failing()).rejects.toThrow();
  });

  it('ends the statement of a reader that hangs up', async () => {
    const hangUp = new AbortController();
    // The administrator has no time limit: left alone it would read for minutes.
    const endless = admin.query({
      query: 'SELECT count() FROM numbers(1e13) WHERE sipHash64(number) = 0',
      abort_signal: hangUp.signal,
    });
    const running = async (): Promise<boolean> => {
      const answer = await admin.query({
        query: `SELECT count() AS n FROM system.processes WHERE query LIKE '%numbers(1e13)%' AND query NOT LIKE '%processes%'`,
        format: 'JSONEachRow',
      });
      const [row] = await answer.json<{ n: number | string }>();
      return Number(row?.n) > 0;
    };
    const becomes = async (wanted: boolean): Promise<boolean> => {
      for (let looks = 0; looks < 20_000; looks += 1) if ((await running()) === wanted) return true;
      return false;
    };
    expect(await becomes(true)).toBe(true);
    hangUp.abort();
    await expect(endless).rejects.toThrow();
    expect(await becomes(false)).toBe(true);
  });

  it('answers errors with code and name', async () => {
    await expect(admin.query({ query: 'SELECT nothing FROM shop.rows' })).rejects.toMatchObject({ code: '47' });
    await expect(admin.query({ query: 'SELEC 1' })).rejects.toMatchObject({ code: '62', type: 'SYNTAX_ERROR' });
    await expect(reader.query({ query: 'SELECT * FROM absent' })).rejects.toMatchObject({ code: '60' });
  });

  it('keeps the reading user to reading, within its limits', async () => {
    const refused = async (query: string): Promise<string> =>
      reader.query({ query }).then(
        () => 'let through',
        (thrown: unknown) => (thrown instanceof Error && 'code' in thrown ? String(thrown.code) : String(thrown)),
      );
    expect(await refused("SELECT * FROM file('/etc/passwd', LineAsString)")).toBe('446');
    expect(await refused("SELECT file('/etc/passwd')")).toBe('446');
    expect(await refused("SELECT * FROM url('http://127.0.0.1:1/', LineAsString)")).toBe('446');
    expect(await refused("SELECT 1 INTO OUTFILE '/tmp/kohort-out'")).toBe('164');
    expect(await refused('INSERT INTO rows (id) VALUES (1)')).toBe('164');
    expect(await refused('SELECT 1 SETTINGS max_threads = 64')).toBe('164');
    expect(await refused('SELECT groupArray(number) FROM numbers(200000000)')).toBe('241');
    await expect(reader.query({ query: 'SELECT 1', clickhouse_settings: { max_threads: 9 } })).rejects.toMatchObject({
      code: '164',
    });
  });

  it('knows its users', async () => {
    const wrong = createClient({ url: door.url, username: 'query', password: adminKey });
    await expect(wrong.query({ query: 'SELECT 1' })).rejects.toMatchObject({ code: '516' });
    await wrong.close();
    const headers = { 'X-ClickHouse-User': 'admin', 'X-ClickHouse-Key': adminKey };
    const answer = await fetch(`${door.url}/?query=SELECT%201`, { headers });
    expect(await answer.text()).toBe('1\n');
  });

  it('has one owner: a second process is refused with the reason', async () => {
    const script = `const { Session } = require('chdb');
      try { new Session(process.argv[1]); console.log('opened'); } catch { console.log('refused'); }`;
    const child = spawn(process.execPath, ['-e', script, dataDir], { stdio: ['ignore', 'pipe', 'ignore'] });
    const [said] = await once(child.stdout, 'data');
    expect(String(said).trim()).toBe('refused');
    await once(child, 'close');
  });
});
