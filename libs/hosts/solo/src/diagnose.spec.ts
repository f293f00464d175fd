import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { diagnose, type DiagnoseOptions, type Finding } from './diagnose';
import { ensureHome } from './first-workspace';
import { writeHome } from '@kohort/hosts-home';
import type { MachineProbes } from './machine-probes';

const GB = 1_073_741_824;
const well: MachineProbes = {
  nodeVersion: '22.14.0',
  postgres: () => 'programs in /somewhere',
  columns: () => 'chdb 3.4.0',
  freeDiskBytes: async () => 100 * GB,
  freeMemoryBytes: () => 8 * GB,
  tensorflow: async () => ({ backend: 'wasm', tried: [{ backend: 'tensorflow', reason: 'MODULE_NOT_FOUND' }] }),
  xgboost: async () => ({ available: true, engine: 'ml-xgboost 1.1.2' }),
  redisVersion: () => '7.0.15',
  health: async () => null,
  ledger: async () => null,
};
const missing = (): never => {
  throw new Error('package x is not installed');
};

describe('diagnose', () => {
  const dir = mkdtempSync(join(tmpdir(), 'kohort-doctor-'));
  afterAll(() => rmSync(dir, { recursive: true }));

  async function look(
    probes: Partial<MachineProbes> = {},
    options: Partial<DiagnoseOptions> = {},
  ): Promise<Record<string, Finding>> {
    const all = await diagnose({
      homeDir: join(dir, 'new', 'home'),
      embeddedDatabase: true,
      embeddedColumns: true,
      ...options,
      probes: { ...well, ...probes },
    });
    return Object.fromEntries(all.map((finding) => [finding.what, finding]));
  }

  it('finds a good machine good, and says what it looked at', async () => {
    const found = await look();
    expect(Object.values(found).map((finding) => finding.state)).toEqual(Array(12).fill('ok'));
    expect(found['TensorFlow.js']?.detail).toBe('backend wasm (tried before: tensorflow: MODULE_NOT_FOUND)');
    expect(found['home folder']?.detail).toContain('the first start makes it');
  });

  it('fails what Kohort cannot run without', async () => {
    const found = await look({
      nodeVersion: '21.7.0',
      postgres: missing,
      columns: missing,
      freeDiskBytes: async () => GB / 2,
      freeMemoryBytes: () => GB / 4,
    });
    const names = ['Node.js', 'embedded PostgreSQL', 'ClickHouse engine', 'disk', 'memory'];
    expect(names.map((name) => found[name]?.state)).toEqual(Array(5).fill('fail'));
    expect(found['embedded PostgreSQL']?.detail).toBe('package x is not installed');
  });

  it('needs no embedded engine where an external one is configured', async () => {
    const found = await look(
      { postgres: missing, columns: missing },
      { embeddedDatabase: false, embeddedColumns: false },
    );
    expect(found['embedded PostgreSQL']).toMatchObject({ state: 'ok', detail: expect.stringContaining('external') });
    expect(found['ClickHouse engine']?.state).toBe('ok');
  });

  it('looks for the key of the suppression list, and refuses the pepper in its place', async () => {
    const what = 'suppression key';
    expect((await look())[what]).toMatchObject({ state: 'ok', detail: 'the first start makes one' });
    expect((await look({}, { embeddedDatabase: false }))[what]?.state).toBe('warn');
    expect((await look({}, { suppressionKey: 'ab'.repeat(32) }))[what]?.state).toBe('ok');
    const homeDir = join(dir, 'keyed');
    const { pepper } = ensureHome(homeDir);
    expect((await look({}, { homeDir }))[what]?.detail).toContain('solo.json');
    const same = (await look({}, { homeDir, suppressionKey: pepper }))[what];
    expect(same?.state).toBe('fail');
    expect(same?.detail).not.toContain(pepper);
  });

  it('warns of what makes it slower or poorer', async () => {
    const found = await look({
      freeDiskBytes: async () => 2 * GB,
      freeMemoryBytes: () => GB,
      tensorflow: async () => ({ backend: 'cpu', tried: [] }),
      xgboost: async () => ({ available: false, engine: 'ml-xgboost', reason: 'not installed' }),
      redisVersion: () => null,
    });
    const names = ['disk', 'memory', 'TensorFlow.js', 'gradient boosting'];
    expect(names.map((name) => found[name]?.state)).toEqual(Array(4).fill('warn'));
    expect(found['redis-server']).toMatchObject({ state: 'ok', detail: expect.stringContaining('not on PATH') });
    expect((await look({ tensorflow: async () => missing() }))['TensorFlow.js']?.state).toBe('warn');
  });

  it('reads the home and asks the Kohort that serves from it', async () => {
    const homeDir = join(dir, 'used');
    writeHome(homeDir, { ...ensureHome(homeDir), url: 'http://127.0.0.1:9' });
    const asked: string[] = [];
    const health: MachineProbes['health'] = async (url) => {
      asked.push(url);
      return { isReady: false, status: 'not ready', reason: 'the clocks disagree' };
    };
    const found = await look({ health }, { homeDir });
    expect(found['home folder']).toMatchObject({ state: 'ok', detail: expect.stringContaining('not in use') });
    expect(found['running Kohort']).toEqual({
      what: 'running Kohort',
      state: 'fail',
      detail: 'not ready: the clocks disagree at http://127.0.0.1:9',
    });
    const waiting = async () => ({ isReady: true, status: 'ready', strandedSwitches: 2 });
    expect((await look({ health: waiting }, { homeDir }))['running Kohort']).toMatchObject({
      state: 'warn',
      detail: expect.stringContaining('2 workspaces wait for an identity rebuild that failed in its switch'),
    });
    expect((await look({}, { homeDir }))['running Kohort']?.state).toBe('ok');
    expect((await look({}, { homeDir, url: 'http://127.0.0.1:8' }))['running Kohort']?.state).toBe('warn');
    expect(asked).toEqual(['http://127.0.0.1:9']);
    writeFileSync(join(homeDir, 'solo.json'), '{}');
    expect((await look({}, { homeDir }))['home folder']).toMatchObject({
      state: 'fail',
      detail: expect.stringContaining('SOLO_HOME_UNREADABLE'),
    });
  });

  it('fails when the books do not close, and warns when events are missing', async () => {
    const options = { url: 'http://127.0.0.1:1', apiKey: 'key' };
    const books = async (residual: number, storedResidual: number) => {
      const ledger = async () => ({ received: 100, residual, storedResidual, pending: 3 });
      return (await look({ ledger }, options))['books of the last day'];
    };
    expect(await books(0, 0)).toMatchObject({
      state: 'ok',
      detail: '100 records, all accounted for, 3 still to be worked off',
    });
    expect(await books(2, 0)).toMatchObject({ state: 'fail', detail: '2 of 100 received records have no fate' });
    expect(await books(0, 1)).toMatchObject({ state: 'warn' });
  });
});
