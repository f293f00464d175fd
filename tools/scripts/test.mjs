/**
 * Everything that must hold, in one command: `npm test`. Installs what is missing, then lint, types, generated files,
 * unit, contract and reference tests, tests on real engines, and the end-to-end journeys on built apps. Ends with
 * `N passed, N failed`. Legs that this machine cannot run are named one per line before it and never counted. Specs that
 * failed beside others and passed alone are counted, and named there too.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { ensureInstalled, root } from './install.mjs';

ensureInstalled();
const reports = join(root, 'reports');
mkdirSync(reports, { recursive: true });

const env = { ...process.env, NX_DAEMON: 'false', NX_NO_CLOUD: 'true', FORCE_COLOR: '0', TZ: 'UTC' };
const bin = (name) => join(root, 'node_modules', name);
let passed = 0;
let failed = 0;
const leftOut = [];
const running = new Set();

function run(args, extraEnv = {}) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, args, {
      cwd: root,
      // Engines that a spec starts must not take what is on our standard input for data.
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...env, ...extraEnv },
    });
    running.add(child);
    child.on('exit', (code) => {
      running.delete(child);
      resolve(code ?? 1);
    });
  });
}
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => {
    for (const child of running) child.kill(signal);
    process.exitCode = 130;
  });
}

/** Runs a program to its end; what it says is shown when it has ended, so that two beside each other do not mix. */
function runAside(args) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'], env });
    running.add(child);
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (said += text));
    child.on('close', (code) => {
      running.delete(child);
      resolve({ code: code ?? 1, said });
    });
  });
}

async function check([name, args]) {
  const started = Date.now();
  const { code, said } = await runAside(args);
  if (code === 0) passed += 1;
  else failed += 1;
  process.stdout.write(said);
  console.log(`${code === 0 ? '✓' : '✗'} ${name} (${((Date.now() - started) / 1000).toFixed(1)} s)\n`);
}

/** Checks that do not need each other, two at a time: each computes on one core. */
async function checkAll(list) {
  const waiting = [...list];
  const lane = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) await check(next);
  };
  await Promise.all([lane(), lane()]);
}

/** Runs specs of a layer; what they came to, or null when the run itself did not end. */
async function jestRun(layer, name, flags) {
  const report = join(reports, `${name}.json`);
  rmSync(report, { force: true });
  await run(
    [bin('jest/bin/jest.js'), '-c', 'jest.config.cjs', '--json', `--outputFile=${report}`, '--silent=false', ...flags],
    {
      LAYER: layer,
      LEFT_OUT_FILE: join(reports, 'left-out.txt'),
      // Specs leave much short-lived behind; a larger nursery is swept less often. Engines and apps keep their own.
      ...(layer === 'unit' ? { NODE_OPTIONS: '--max-semi-space-size=64' } : {}),
    },
  );
  if (!existsSync(report)) return null;
  const result = JSON.parse(readFileSync(report, 'utf8'));
  const spoilt = result.testResults.filter(({ status }) => status === 'failed');
  const hasPassed = ({ status }) => status === 'passed';
  return {
    passed: result.numPassedTests,
    // A suite that cannot even be loaded has no tests to fail; it counts as one.
    failed: result.numFailedTests + result.numRuntimeErrorTestSuites,
    pending: result.numPendingTests,
    failedFiles: spoilt.map(({ name: file }) => file),
    // What passed in those: they pass once, however often they are run.
    passedBesideFailures: spoilt.flatMap(({ assertionResults }) => assertionResults).filter(hasPassed).length,
  };
}

/** Files that may fail beside others and pass alone before the run is red (tools/adr/0035-failed-specs-once-more.md). */
const UNSTEADY_LIMIT = 3;
const unsteady = [];

/** What `first` comes to when its few failed files are run once more, one after the other. */
async function onceMore(layer, first) {
  const { failedFiles } = first;
  const isStrict = process.env.KOHORT_TEST_STRICT === '1';
  if (isStrict || failedFiles.length === 0 || unsteady.length + failedFiles.length > UNSTEADY_LIMIT) return first;
  console.log(`\n${layer}: run once more, alone: ${failedFiles.map((file) => relative(root, file)).join(', ')}\n`);
  const again = await jestRun(layer, `${layer}-once-more`, ['--runInBand', '--runTestsByPath', ...failedFiles]);
  if (again === null || again.failed > 0) return first;
  unsteady.push(...failedFiles.map((file) => relative(root, file)));
  return { ...first, passed: first.passed - first.passedBesideFailures + again.passed, failed: 0 };
}

async function jest(layer, flags) {
  const started = Date.now();
  const first = await jestRun(layer, layer, flags);
  if (first === null) {
    failed += 1;
    console.log(`✗ ${layer} tests did not finish\n`);
    return;
  }
  const result = await onceMore(layer, first);
  passed += result.passed;
  failed += result.failed;
  if (result.pending > 0)
    leftOut.push(`${layer}: ${result.pending} tests left out (their data set or engine is absent)`);
  console.log(`${result.failed === 0 ? '✓' : '✗'} ${layer} tests (${((Date.now() - started) / 1000).toFixed(1)} s)\n`);
}

rmSync(join(reports, 'left-out.txt'), { force: true });
// ESLint's boundary rule reads the project graph from Nx's cache.
await check(['project graph', [bin('nx/dist/bin/nx.js'), 'show', 'projects', '--json']]);
await checkAll([
  ['format', [bin('prettier/bin/prettier.cjs'), '--check', '--log-level=warn', '.']],
  ['lint', [bin('eslint/bin/eslint.js'), '.']],
  ['types', [bin('ts7/bin/tsc'), '--noEmit', '-p', 'tsconfig.json']],
  ['build', ['tools/scripts/build.mjs']],
  ['table of jobs in ARCHITECTURE.md', ['tools/scripts/pipeline-table.mjs', '--check']],
  ['.env.example of every app', ['tools/scripts/env-examples.mjs', '--check']],
  ['package-lock.json is complete', ['tools/scripts/complete-lock.mjs', '--check']],
  ['kernels are what their source says', ['tools/scripts/kernels.mjs', '--check']],
]);
await jest('unit', ['--maxWorkers=2']);
// These wait for engines more than they compute.
await jest('medium', ['--maxWorkers=3']);
await jest('e2e', ['--maxWorkers=4']);

if (existsSync(join(reports, 'left-out.txt')))
  leftOut.push(...readFileSync(join(reports, 'left-out.txt'), 'utf8').trim().split('\n'));
for (const line of new Set(leftOut)) console.log(`left out: ${line}`);
for (const file of unsteady)
  console.log(`unsteady: ${file} failed beside others and passed alone; its failure stands above`);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && process.exitCode === undefined ? 0 : 1;
