/** First step of both README commands: makes node_modules what package-lock.json says, and says what it does. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { join, resolve } from 'node:path';

export const root = resolve(import.meta.dirname, '../..');

function supported(version) {
  const [major, minor] = version.split('.').map(Number);
  return (major === 20 && minor >= 19) || (major === 22 && minor >= 12) || major >= 23;
}

/** Installs when the lock file is not the one that node_modules was made from. Ends the process with a clear sentence when it cannot. */
export function ensureInstalled() {
  if (!supported(process.versions.node)) {
    console.error(`Kohort needs Node 20.19+, 22.12+ or 24; this is ${process.versions.node}.`);
    process.exit(2);
  }
  const lock = join(root, 'package-lock.json');
  const stamp = join(root, 'node_modules/.kohort-installed');
  const wanted = createHash('sha256')
    .update(readFileSync(lock))
    .update(process.platform + process.arch)
    .digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  const started = Date.now();
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const flags = ['--no-audit', '--no-fund', '--loglevel=error'];
  console.log('Installing packages (about 1.2 GB, once) …');
  // `npm ci` refuses a lock file that was made on another platform and lacks this one's optional packages.
  let done = spawnSync(npm, ['ci', ...flags], { cwd: root, stdio: ['ignore', 'inherit', 'pipe'] });
  if (done.status !== 0) {
    const before = readFileSync(lock);
    done = spawnSync(npm, ['install', ...flags], { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
    writeFileSync(lock, before);
  }
  if (done.status !== 0 || !statSync(join(root, 'node_modules')).isDirectory()) {
    console.error(done.stderr?.toString() ?? '');
    console.error('The packages could not be installed: see the message of npm above.');
    process.exit(1);
  }
  writeFileSync(stamp, wanted);
  console.log(`Installed in ${Math.round((Date.now() - started) / 1000)} s.`);
}
