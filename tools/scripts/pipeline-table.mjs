/** Writes the table of jobs into ARCHITECTURE.md from the pipeline map; `--check` says whether it is fresh. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createServer } from 'vite';
import { root } from './install.mjs';

const server = await createServer({
  root,
  configFile: false,
  logLevel: 'error',
  server: { middlewareMode: true, hmr: false, ws: false },
  optimizeDeps: { noDiscovery: true, include: [] },
  resolve: { conditions: ['@kohort/source', 'node'] },
  ssr: { noExternal: [/^@kohort\//], resolve: { conditions: ['@kohort/source', 'node'] } },
});
const { pipeline } = await server.ssrLoadModule(join(root, 'libs/pipeline/map/src/pipeline.ts'));
await server.close();

const rows = Object.entries(pipeline).map(
  ([name, job]) =>
    `| \`${name}\` | ${job.owner} | ${job.on.join(', ')} | ${job.writes} | ${job.emits.join(', ') || '–'} | ${job.repeatSafe} |`,
);
const table = [
  '| job | owner | started by | writes | emits | repeat-safe by |',
  '|---|---|---|---|---|---|',
  ...rows,
].join('\n');
const path = join(root, 'ARCHITECTURE.md');
const before = readFileSync(path, 'utf8');
const after = before.replace(/(<!-- pipeline:begin[^\n]*-->\n)[\s\S]*?(<!-- pipeline:end -->)/, `$1\n${table}\n\n$2`);
if (process.argv.includes('--check')) {
  if (after !== before) {
    console.error('ARCHITECTURE.md: the table of jobs is stale; run `node tools/scripts/pipeline-table.mjs`');
    process.exitCode = 1;
  }
} else writeFileSync(path, after);
