import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { existsSync, mkdirSync, statfsSync } from 'node:fs';
import { freemem } from 'node:os';
import { delimiter, join } from 'node:path';
import { loadTensorflow, xgboostEngine } from '@kohort/ml-adapters';
import { toAppError } from '@kohort/kernel-errors';
import { locateBinaries } from '@kohort/platform-embedded';
import { readHome } from './home';

/** One thing that Kohort needs or can use, and how it stands here. */
export interface Finding {
  readonly what: string;
  /** `fail`: Kohort cannot do its work; `warn`: it can, with less. */
  readonly state: 'ok' | 'warn' | 'fail';
  readonly detail: string;
}

/** What is looked at. */
export interface DiagnoseOptions {
  readonly homeDir: string;
  /** A running Kohort to ask; the home's own when absent. */
  readonly url?: string | undefined;
  readonly nodeVersion: string;
  /** Folders in which programs are looked for. */
  readonly path: string;
}

const GIB = 1024 ** 3;
const NEEDED_BYTES = 2 * GIB;
const HEALTH_TIMEOUT_MS = 2_000;

function nodeFinding(version: string): Finding {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number);
  const fits = (major === 20 && minor >= 19) || (major === 22 && minor >= 12) || major >= 23;
  return {
    what: 'Node.js',
    state: fits ? 'ok' : 'fail',
    detail: fits ? version : `${version}; 20.19+, 22.12+ or 24 is needed`,
  };
}

/** Tries something; a failure becomes the finding's detail. */
async function tried(
  what: string,
  failed: Finding['state'],
  attempt: () => Promise<string> | string,
): Promise<Finding> {
  try {
    return { what, state: 'ok', detail: await attempt() };
  } catch (thrown) {
    return { what, state: failed, detail: toAppError(thrown, 'not usable').message };
  }
}

function enough(what: string, bytes: number): Finding {
  const detail = `${(bytes / GIB).toFixed(1)} GiB free`;
  return {
    what,
    state: bytes >= NEEDED_BYTES ? 'ok' : 'warn',
    detail: bytes >= NEEDED_BYTES ? detail : `${detail}; 2 GiB are wanted`,
  };
}

function programFinding(program: string, path: string): Finding {
  const place = path
    .split(delimiter)
    .map((dir) => join(dir, program))
    .find(existsSync);
  if (place === undefined)
    return {
      what: program,
      state: 'warn',
      detail: 'not installed; only needed for a cluster (REDIS_URL) and its test',
    };
  const version =
    /v=(\S+)/.exec(spawnSync(place, ['--version'], { encoding: 'utf8' }).stdout ?? '')?.[1] ?? 'unknown version';
  return { what: program, state: 'ok', detail: `${version} at ${place}` };
}

async function health(url: string): Promise<Finding> {
  return tried('running Kohort', 'warn', async () => {
    const response = await fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(HEALTH_TIMEOUT_MS) });
    return `${url} answers ${response.status} (${response.ok ? 'ready' : 'not ready'})`;
  });
}

/** Looks at everything that Kohort stands on, in the order in which it is needed. Changes nothing but makes the home folder. */
export async function diagnose(options: DiagnoseOptions): Promise<readonly Finding[]> {
  const { homeDir, nodeVersion, path } = options;
  const resolve = createRequire(__filename);
  const findings: Finding[] = [nodeFinding(nodeVersion)];
  findings.push(
    await tried('embedded PostgreSQL', 'fail', () => {
      locateBinaries();
      return 'binaries of this platform are installed';
    }),
    await tried(
      'ClickHouse engine',
      'fail',
      () => `package at ${resolve.resolve('chdb/package.json').replace(/.*node_modules/, 'node_modules')}`,
    ),
    await tried('gradient boosting', 'warn', async () => {
      const { available } = await xgboostEngine().available();
      return available ? 'ml-xgboost loads in a thread' : 'ml-xgboost does not load; logistic regression is used';
    }),
    await tried('TensorFlow.js', 'warn', async () => {
      const { backend, tried: attempts } = await loadTensorflow();
      const before = attempts.map((attempt) => `${attempt.backend}: ${attempt.reason}`).join('; ');
      return before === '' ? `backend ${backend}` : `backend ${backend} (tried ${before})`;
    }),
    enough('memory', freemem()),
  );
  mkdirSync(homeDir, { recursive: true });
  const { bavail, bsize } = statfsSync(homeDir);
  findings.push(enough('disk', bavail * bsize), programFinding('redis-server', path));
  const home = await tried('home folder', 'fail', () =>
    readHome(homeDir) === null ? `${homeDir}: solo has not run here yet` : `${homeDir}: solo has run here`,
  );
  findings.push(home);
  const url = options.url ?? (home.state === 'ok' ? readHome(homeDir)?.url : null);
  if (url) findings.push(await health(url));
  return findings;
}
