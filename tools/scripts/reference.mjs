#!/usr/bin/env node
/**
 * Makes the golden files anew: runs every `reference/*.py` beside the code with Debian's own Python
 * (`apt-get install python3-sklearn`; another interpreter by `npm run reference -- --python /path/to/python3`).
 * An argument without dashes keeps only the scripts whose path contains it.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(fileURLToPath(import.meta.url), '..', '..', '..');
const args = process.argv.slice(2);
const flag = args.indexOf('--python');
const python = flag >= 0 ? args[flag + 1] : '/usr/bin/python3';
const wanted = args.filter((arg, at) => !arg.startsWith('--') && (flag < 0 || at !== flag + 1));

const tracked = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '*/reference/*.py'], {
  cwd: root,
  encoding: 'utf8',
});
const scripts = tracked.split('\n').filter((path) => path && wanted.every((part) => path.includes(part)));
let failed = 0;
for (const script of scripts) {
  console.log(`${python} ${script}`);
  const { status } = spawnSync(python, [join(root, script)], { stdio: 'inherit' });
  if (status !== 0) {
    failed += 1;
    console.error(`failed: ${relative(root, script)}`);
  }
}
console.log(`${scripts.length - failed} made, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
