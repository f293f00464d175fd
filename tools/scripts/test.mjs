/**
 * Everything that must hold, in one command: `npm test`. Installs what is missing, then lint, types, generated files,
 * unit, contract and reference tests, tests on real engines, and the end-to-end journeys on built apps. Ends with
 * `N passed, N failed`. Legs that this machine cannot run are named one per line before it and never counted.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ensureInstalled, root } from './install.mjs';

ensureInstalled();
const reports = join(root, 'reports');
mkdirSync(reports, { recursive: true });

const env = { ...process.env, NX_DAEMON: 'false', NX_NO_CLOUD: 'true', FORCE_COLOR: '0', TZ: 'UTC' };
const bin = (name) => join(root, 'node_modules', name);
let passed = 0;
let failed = 0;
const leftOut = [];
let current;

function run(args, extraEnv = {}) {
  return new Promise((resolve) => {
    current = spawn(process.execPath, args, { cwd: root, stdio: 'inherit', env: { ...env, ...extraEnv } });
    current.on('exit', (code) => resolve(code ?? 1));
  });
}
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => {
    current?.kill(signal);
    process.exitCode = 130;
  });
}

async function check(name, args) {
  const started = Date.now();
  const code = await run(args);
  if (code === 0) passed += 1;
  else failed += 1;
  console.log(`${code === 0 ? '✓' : '✗'} ${name} (${((Date.now() - started) / 1000).toFixed(1)} s)\n`);
}

async function jest(layer, flags) {
  const report = join(reports, `${layer}.json`);
  rmSync(report, { force: true });
  const started = Date.now();
  await run(
    [bin('jest/bin/jest.js'), '-c', 'jest.config.cjs', '--json', `--outputFile=${report}`, '--silent=false', ...flags],
    {
      LAYER: layer,
      LEFT_OUT_FILE: join(reports, 'left-out.txt'),
    },
  );
  if (!existsSync(report)) {
    failed += 1;
    console.log(`✗ ${layer} tests did not finish\n`);
    return;
  }
  const result = JSON.parse(readFileSync(report, 'utf8'));
  passed += result.numPassedTests;
  // A suite that cannot even be loaded has no tests to fail; it counts as one.
  failed += result.numFailedTests + result.numRuntimeErrorTestSuites;
  if (result.numPendingTests > 0)
    leftOut.push(`${layer}: ${result.numPendingTests} tests left out (their data set or engine is absent)`);
  console.log(`${result.success ? '✓' : '✗'} ${layer} tests (${((Date.now() - started) / 1000).toFixed(1)} s)\n`);
}

rmSync(join(reports, 'left-out.txt'), { force: true });
// ESLint's boundary rule reads the project graph from Nx's cache.
await check('project graph', [bin('nx/dist/bin/nx.js'), 'show', 'projects', '--json']);
await check('lint', [bin('eslint/bin/eslint.js'), '.']);
await check('format', [bin('prettier/bin/prettier.cjs'), '--check', '--log-level=warn', '.']);
await check('types', [bin('ts7/bin/tsc'), '--noEmit', '-p', 'tsconfig.json']);
await check('table of jobs in ARCHITECTURE.md', ['tools/scripts/pipeline-table.mjs', '--check']);
await check('.env.example of every app', ['tools/scripts/env-examples.mjs', '--check']);
await check('package-lock.json is complete', ['tools/scripts/complete-lock.mjs', '--check']);
await check('kernels are what their source says', ['tools/scripts/kernels.mjs', '--check']);
await check('build', ['tools/scripts/build.mjs']);
await jest('unit', ['--maxWorkers=2']);
// These wait for engines more than they compute.
await jest('medium', ['--maxWorkers=3']);
await jest('e2e', ['--maxWorkers=2']);

if (existsSync(join(reports, 'left-out.txt')))
  leftOut.push(...readFileSync(join(reports, 'left-out.txt'), 'utf8').trim().split('\n'));
for (const line of new Set(leftOut)) console.log(`left out: ${line}`);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && process.exitCode === undefined ? 0 : 1;
