import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isAlive, livingOwner, ownFolder } from './folder-owner';

describe('the owner of a folder', () => {
  let dir: string;
  beforeEach(() => (dir = mkdtempSync(join(tmpdir(), 'kohort-owner-'))));
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  it('is nobody at first, and who took it afterwards', () => {
    expect(livingOwner(dir)).toBeUndefined();
    ownFolder(dir);
    expect(livingOwner(dir)).toBe(process.pid);
  });

  it('is nobody when its process is gone', async () => {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => 0, 1000)'], { stdio: 'ignore' });
    ownFolder(dir);
    const file = join(dir, 'owner');
    const ours = readFileSync(file, 'utf8');
    expect(isAlive(Number(child.pid))).toBe(true);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(isAlive(Number(child.pid))).toBe(false);
    writeFileSync(file, ours.replace(/^\d+/, String(child.pid)));
    expect(livingOwner(dir)).toBeUndefined();
  });

  it.each(['', 'nobody', '-1 2', '0 0'])('is nobody by a file that says %j', (text) => {
    writeFileSync(join(dir, 'owner'), text);
    expect(livingOwner(dir)).toBeUndefined();
  });

  (process.platform === 'linux' ? it : it.skip)('is nobody when another process has its number', () => {
    writeFileSync(join(dir, 'owner'), `${process.pid} 1`);
    expect(livingOwner(dir)).toBeUndefined();
  });
});
