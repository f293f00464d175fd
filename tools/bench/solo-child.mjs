import { spawn } from 'node:child_process';
import { createReadStream, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { build } from '../scripts/build.mjs';

export const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
export const dataDir = process.env.KOHORT_DATA_DIR ?? join(root, '..', 'shared', 'data');
const bundle = join(root, 'apps/kohort/dist/main.cjs');
const POLL_MS = 100;
const STOP_LIMIT_MS = 30_000;

/** A temporary folder that is there while `work` runs. */
export async function inTemporaryFolder(work) {
  const folder = mkdtempSync(join(tmpdir(), 'kohort-bench-'));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Starts a command of the built app; resolves when `isReady(output)` holds. `stop` ends it, by force if it must. */
export async function startChild(args, { env = {}, isReady, limitMs = 60_000 }) {
  await build(['kohort']);
  const started = performance.now();
  const child = spawn(process.execPath, [bundle, ...args], {
    cwd: root,
    env: { PATH: process.env.PATH, HOME: process.env.HOME, TZ: 'UTC', KOHORT_LOG_LEVEL: 'error', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const killIt = () => child.kill('SIGKILL');
  process.once('exit', killIt);
  let output = '';
  let over = false;
  const ended = new Promise((done) => child.once('exit', done)).then(() => {
    over = true;
    process.removeListener('exit', killIt);
  });
  child.stdout.setEncoding('utf8').on('data', (text) => (output += text));
  const stop = async () => {
    child.kill('SIGTERM');
    const late = setTimeout(killIt, STOP_LIMIT_MS);
    await ended;
    clearTimeout(late);
  };
  while (!isReady(output)) {
    if (over) throw new Error(`kohort ${args[0]} ended: ${output}`);
    if (performance.now() - started > limitMs) {
      await stop();
      throw new Error(`kohort ${args[0]} is not ready after ${limitMs} ms`);
    }
    await pause(5);
  }
  return { output: () => output, started, stop, pid: child.pid };
}

/** A solo on a folder, with its GraphQL API. */
export async function startSolo(home) {
  const child = await startChild(['start', '--port', '0'], {
    env: { KOHORT_HOME: home },
    isReady: (output) => output.includes('Kohort is up.'),
  });
  const { url, apiKey, writeKey } = JSON.parse(readFileSync(join(home, 'solo.json'), 'utf8'));
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${apiKey}` };
  const query = async (document, variables = {}) => {
    const body = JSON.stringify({ query: document, variables });
    const response = await fetch(`${url}/graphql`, { method: 'POST', headers, body });
    const { data, errors } = await response.json();
    if (errors || !data) throw new Error(JSON.stringify(errors ?? response.status));
    return data;
  };
  const untilSucceeded = async (id) => {
    for (;;) {
      const { job } = await query('query ($id: ID!) { job(id: $id) { status result error { code message } } }', { id });
      if (job.status === 'SUCCEEDED') return job.result;
      if (job.status !== 'QUEUED' && job.status !== 'RUNNING') throw new Error(JSON.stringify(job));
      await pause(POLL_MS);
    }
  };
  return {
    url,
    apiKey,
    writeKey,
    started: child.started,
    pid: child.pid,
    stop: child.stop,
    query,
    untilSucceeded,
    async untilWorkedOff() {
      while ((await query('{ workspace { backlog } }')).workspace.backlog > 0) await pause(POLL_MS);
    },
    /** Uploads a file and imports it; the answer is the job's result. */
    async importFile(file, mapping) {
      const upload = await fetch(`${url}/v2/artifacts`, {
        method: 'POST',
        headers: { authorization: headers.authorization, 'content-type': 'application/octet-stream' },
        body: Readable.toWeb(createReadStream(file, { highWaterMark: 1 << 20 })),
        duplex: 'half',
      });
      const { key: artifactKey } = await upload.json();
      await query('mutation { createSource(input: { key: "bench", name: "Bench", kind: IMPORT }) { __typename } }');
      const input = { artifactKey, fileName: basename(file), source: 'bench', mapping };
      const { importRecords } = await query(
        'mutation ($input: ImportRecordsInput!) { importRecords(input: $input) { ... on Job { id } ... on Failure { code message } } }',
        { input },
      );
      if (importRecords.id === undefined) throw new Error(JSON.stringify(importRecords));
      return untilSucceeded(importRecords.id);
    },
    async publish(key, where) {
      const input = { key, name: key, rule: { version: 1, entity: 'profile', where } };
      const { createSegment } = await query(
        'mutation ($input: CreateSegmentInput!) { createSegment(input: $input) { ... on Segment { key } ... on Failure { code message } } }',
        { input },
      );
      if (createSegment.key === undefined) throw new Error(JSON.stringify(createSegment));
      const { publishSegment } = await query(
        'mutation ($key: String!) { publishSegment(key: $key) { ... on Job { id } } }',
        { key },
      );
      await untilSucceeded(publishSegment.id);
    },
  };
}
