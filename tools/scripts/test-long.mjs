/** Journeys that take minutes, on built apps: `npm run test:long`. Not part of `npm test`. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { build } from './build.mjs';
import { ensureInstalled, root } from './install.mjs';

ensureInstalled();
await build();
const jest = join(root, 'node_modules/jest/bin/jest.js');
const child = spawn(process.execPath, [jest, '-c', 'jest.config.cjs', '--runInBand', ...process.argv.slice(2)], {
  cwd: root,
  stdio: 'inherit',
  env: { ...process.env, LAYER: 'long', TZ: 'UTC' },
});
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
child.on('exit', (code) => {
  process.exitCode = code ?? 1;
});
