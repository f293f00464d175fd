import { fork } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { startPostgres, type RunningPostgres } from './start-postgres';
import type { RootMode } from './identity';
import { startTemporaryPostgres } from './temporary-postgres';

const isRoot = process.getuid?.() === 0;
const folders: string[] = [];
const running: RunningPostgres[] = [];

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'kohort-embedded-'));
  folders.push(made);
  return made;
}

async function start(dataDir: string, rootMode?: RootMode): Promise<RunningPostgres> {
  const started = await startPostgres({ dataDir, fsync: false, ...(rootMode ? { rootMode } : {}) });
  running.push(started);
  return started;
}

async function ask(url: string, text: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query({ text, rowMode: 'array' })).rows.flat();
  } finally {
    await client.end();
  }
}

function postmasterPid(dataDir: string): number {
  return Number(readFileSync(join(dataDir, 'pgdata', 'postmaster.pid'), 'utf8').split('\n')[0]);
}

/** Polls a condition of the operating system that nothing announces. */
async function until(holds: () => boolean, limitMs = 120_000): Promise<boolean> {
  const deadline = Date.now() + limitMs;
  while (Date.now() < deadline) {
    if (holds()) return true;
    await new Promise((done) => setTimeout(done, 25));
  }
  return false;
}

function isGone(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return false;
  } catch {
    return true;
  }
}

/** A process that starts PostgreSQL through the compiled sources of this library and then only lives. */
function ownerProcess(dataDir: string): Promise<{ kill(): void; ended: Promise<void> }> {
  const script = join(folder(), 'owner.cjs');
  writeFileSync(
    script,
    `const { transformFileSync } = require(${JSON.stringify(require.resolve('@swc/core'))});
     const Module = require('node:module');
     require.extensions['.ts'] = (module, file) => module._compile(transformFileSync(file, {
       jsc: { parser: { syntax: 'typescript' }, target: 'es2022' }, module: { type: 'commonjs' } }).code, file);
     const { startPostgres } = require(${JSON.stringify(join(__dirname, 'start-postgres.ts'))});
     startPostgres({ dataDir: ${JSON.stringify(dataDir)}, fsync: false }).then(() => process.send('ready'));`,
  );
  const child = fork(script, {
    execArgv: ['--conditions=@kohort/source'],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const ended = new Promise<void>((done) => child.once('exit', () => done()));
  return new Promise((ready, fail) => {
    child.once('message', () => ready({ kill: () => void child.kill('SIGKILL'), ended }));
    child.once('exit', (code) => fail(new Error(`owner ended with ${code}`)));
  });
}

afterEach(async () => {
  await Promise.all(running.splice(0).map((each) => each.stop()));
  for (const each of folders.splice(0)) rmSync(each, { recursive: true, force: true });
});

describe('startPostgres', () => {
  it('starts cold, keeps the data over a stop, and starts warm on another port', async () => {
    const dataDir = folder();
    const first = await start(dataDir);
    await ask(first.url, 'create table kept (n int)');
    await ask(first.url, 'insert into kept values (7)');
    await first.stop();
    const second = await start(dataDir);
    expect(await ask(second.url, 'select n from kept')).toEqual([7]);
  });

  it('is UTF-8 with C collation, safe settings, many connections, and listens on the loopback alone', async () => {
    const dataDir = folder();
    const started = await startPostgres({ dataDir });
    running.push(started);
    const settings = await ask(
      started.url,
      `select setting from pg_settings where name in
       ('fsync', 'listen_addresses', 'max_connections', 'synchronous_commit', 'unix_socket_directories') order by name`,
    );
    expect(settings).toEqual(['on', '127.0.0.1', '200', 'on', '']);
    expect(
      await ask(
        started.url,
        `select pg_encoding_to_char(encoding), datcollate from pg_database where datname = 'kohort'`,
      ),
    ).toEqual(['UTF8', 'C']);
  });

  it('refuses a wrong password and keeps the right one readable by the owner alone', async () => {
    const dataDir = folder();
    const started = await start(dataDir);
    const wrong = new URL(started.url);
    wrong.password = 'guess';
    await expect(ask(wrong.toString(), 'select 1')).rejects.toMatchObject({ code: '28P01' });
    expect(statSync(join(dataDir, 'owner-password')).mode & 0o077).toBe(0);
  });

  it('ends the engine on stop, and stop may be called twice', async () => {
    const dataDir = folder();
    const started = await start(dataDir);
    const pid = postmasterPid(dataDir);
    await Promise.all([started.stop(), started.stop()]);
    expect(isGone(pid)).toBe(true);
    await expect(started.ended).resolves.toBe(0);
  });

  it('refuses a folder whose owner lives', async () => {
    const dataDir = folder();
    await start(dataDir);
    await expect(startPostgres({ dataDir, fsync: false })).rejects.toMatchObject({ code: 'EMBEDDED_DATA_IN_USE' });
  });

  it('dies with its owner on SIGKILL, and the next start takes the folder over', async () => {
    const dataDir = folder();
    const owner = await ownerProcess(dataDir);
    const pid = postmasterPid(dataDir);
    expect(isGone(pid)).toBe(false);
    owner.kill();
    await owner.ended;
    const next = await start(dataDir);
    expect(isGone(pid)).toBe(true);
    expect(await ask(next.url, 'select 1')).toEqual([1]);
  });

  it('leaves nothing behind when its owner is killed and nobody starts again', async () => {
    const dataDir = folder();
    const owner = await ownerProcess(dataDir);
    const pid = postmasterPid(dataDir);
    owner.kill();
    await owner.ended;
    expect(await until(() => isGone(pid))).toBe(true);
  });

  it('starts over a lock file that names a process of somebody else', async () => {
    const dataDir = folder();
    const first = await start(dataDir);
    await first.stop();
    writeFileSync(
      join(dataDir, 'pgdata', 'postmaster.pid'),
      `${process.pid}\n${join(dataDir, 'pgdata')}\n0\n1\n\n\n\nready\n`,
    );
    const second = await start(dataDir);
    expect(await ask(second.url, 'select 1')).toEqual([1]);
  });

  (isRoot ? it : it.skip)('runs as another user where namespaces are forbidden', async () => {
    const dataDir = folder();
    chmodSync(dataDir, 0o711);
    const started = await start(dataDir, 'other-user');
    expect(await ask(started.url, 'select 1')).toEqual([1]);
    expect(statSync(join(dataDir, 'pgdata')).uid).not.toBe(0);
  });

  (isRoot ? it : it.skip)('moves the data to where the other user can reach it, and finds it again', async () => {
    const home = '/var/lib/kohort';
    const before = existsSync(home) ? readdirSync(home) : [];
    const dataDir = folder();
    try {
      const first = await start(dataDir, 'other-user');
      await ask(first.url, 'create table kept as select 7 as n');
      await first.stop();
      const second = await start(dataDir, 'other-user');
      expect(await ask(second.url, 'select n from kept')).toEqual([7]);
      await second.stop();
    } finally {
      const made = readdirSync(home).filter((name) => !before.includes(name) && name.startsWith('data-'));
      for (const name of made) rmSync(join(home, name), { recursive: true });
    }
  });

  it('sweeps what a killed test run left behind, and nothing that is in use or young', async () => {
    const [stale, young] = ['kohort-pg-', 'kohort-pg-'].map((prefix) => mkdtempSync(join(tmpdir(), prefix)));
    folders.push(stale ?? '', young ?? '');
    utimesSync(stale ?? '', 0, 0);
    const temporary = await startTemporaryPostgres();
    running.push(temporary);
    expect([existsSync(stale ?? ''), existsSync(young ?? '')]).toEqual([false, true]);
  });
});
