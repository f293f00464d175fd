import { spawn, spawnSync } from 'node:child_process';
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const found = (): string | undefined =>
  NAMES.find((name) => spawnSync(name, ['--version'], { stdio: 'ignore' }).status === 0);

/**
 * The browser of this machine: from the path, else from the distribution where we may install. Where there is none, the
 * leg is named in the file that collects what was left out.
 */
export function findChromium(): string | undefined {
  const here = found();
  if (here !== undefined) return here;
  if (process.getuid?.() === 0) {
    const quiet = { stdio: 'ignore', env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } } as const;
    spawnSync('apt-get', ['install', '-y', '--no-install-recommends', 'chromium'], { ...quiet, timeout: 240_000 });
    const installed = found();
    if (installed !== undefined) return installed;
  }
  const file = process.env['LEFT_OUT_FILE'];
  if (file) appendFileSync(file, 'gateway-e2e: the browser SDK in Chromium (neither installed nor installable)\n');
  return undefined;
}

/** Opens a page in a browser of its own; returns how to close it. */
export function openPage(chromium: string, url: string): () => Promise<void> {
  const profile = mkdtempSync(join(tmpdir(), 'kohort-chromium-'));
  const flags = ['--headless=new', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--no-first-run'];
  const quiet = ['--disable-background-networking', '--disable-component-update', '--disable-sync'];
  const child = spawn(chromium, [...flags, ...quiet, `--user-data-dir=${profile}`, url], {
    ...{ stdio: 'ignore', detached: true, env: { ...process.env, HOME: profile } },
  });
  const gone = new Promise<void>((done) => child.once('exit', () => done()));
  return async () => {
    // The browser is many processes; they are one group, ours.
    if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGKILL');
    await gone;
    rmSync(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  };
}
