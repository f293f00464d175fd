import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const script = join(__dirname, '../complete-lock.mjs');

describe('complete-lock', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'kohort-lock-'));
    mkdirSync(join(root, 'libs/a/b'), { recursive: true });
    writeFileSync(
      join(root, 'libs/a/b/package.json'),
      '{"name":"@kohort/a-b","version":"0.1.0","license":"Apache-2.0"}',
    );
    const optionalDependencies = {
      '@x/core-darwin-arm64': '1.2.3',
      '@x/core-linux-arm-gnueabihf': '1.2.3',
      '@x/core-linux-arm64-musl': '1.2.3',
      '@x/core-linux-x64-gnu': '1.2.3',
      '@x/core-windows-x64': '1.2.3',
      '@x/core-extras': '1.2.3',
      '@x/core-freebsd-x64': '^1.0.0',
    };
    const packages = {
      '': { name: 'root', workspaces: ['libs/*/*'] },
      'libs/gone/c': { name: '@kohort/gone-c', version: '0.1.0' },
      'node_modules/@kohort/gone-c': { resolved: 'libs/gone/c', link: true },
      'node_modules/@x/core': { version: '1.2.3', dev: true, optionalDependencies },
      'node_modules/@x/core/node_modules/@x/core-linux-x64-gnu': { version: '1.2.3', optional: true },
    };
    writeFileSync(join(root, 'package-lock.json'), JSON.stringify({ lockfileVersion: 3, packages }));
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));
  const run = (...args: string[]): number | null => spawnSync(process.execPath, [script, root, ...args]).status;
  const packages = (): Record<string, object> =>
    JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages;

  it('adds packages of other platforms and workspaces, takes out what is gone, and is then content', () => {
    expect(run()).toBe(0);
    expect(packages()).toMatchObject({
      'libs/a/b': { name: '@kohort/a-b', version: '0.1.0', license: 'Apache-2.0' },
      'node_modules/@kohort/a-b': { resolved: 'libs/a/b', link: true },
      'node_modules/@x/core-darwin-arm64': {
        version: '1.2.3',
        cpu: ['arm64'],
        dev: true,
        optional: true,
        os: ['darwin'],
      },
      'node_modules/@x/core-linux-arm-gnueabihf': { cpu: ['arm'], os: ['linux'] },
      'node_modules/@x/core-linux-arm64-musl': { cpu: ['arm64'], os: ['linux'], libc: ['musl'] },
      'node_modules/@x/core-windows-x64': { cpu: ['x64'], os: ['win32'] },
    });
    for (const left of ['@x/core-extras', '@x/core-freebsd-x64', '@x/core-linux-x64-gnu', '@kohort/gone-c'])
      expect(packages()[`node_modules/${left}`]).toBeUndefined();
    expect(packages()['libs/gone/c']).toBeUndefined();
    expect(run('--check')).toBe(0);
  });

  it('only says so with --check', () => {
    const before = readFileSync(join(root, 'package-lock.json'), 'utf8');
    expect(run('--check')).toBe(1);
    expect(readFileSync(join(root, 'package-lock.json'), 'utf8')).toBe(before);
  });
});
