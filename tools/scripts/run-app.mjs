/** Starts the command line with a command of its own, passing signals on and its exit code back. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { build } from './build.mjs';
import { ensureInstalled, root } from './install.mjs';

/** Installs, builds, then runs `kohort <command> <arguments>` in the foreground. */
export async function runKohort(command) {
  ensureInstalled();
  await build(['kohort']);
  const child = spawn(
    process.execPath,
    ['--enable-source-maps', join(root, 'apps/kohort/dist/main.cjs'), command, ...process.argv.slice(2)],
    {
      cwd: process.cwd(),
      stdio: 'inherit',
    },
  );
  // The terminal sends Ctrl-C to the whole group; a signal sent to us alone must be handed on.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => process.exit(code ?? (signal ? 1 : 0)));
}
