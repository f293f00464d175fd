/** Writes `.env.example` of every app from its `src/config.ts`; `--check` says whether they are fresh. */
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
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
for (const app of readdirSync(join(root, 'apps'))) {
  const source = join(root, 'apps', app, 'src/config.ts');
  if (!existsSync(source)) continue;
  const config = Object.values(await server.ssrLoadModule(source)).find((held) => typeof held?.example === 'function');
  const path = join(root, 'apps', app, '.env.example');
  const text = config.example();
  if (existsSync(path) && readFileSync(path, 'utf8') === text) continue;
  if (process.argv.includes('--check')) {
    console.error(`${relative(root, path)} is stale; run \`node tools/scripts/env-examples.mjs\``);
    process.exitCode = 1;
  } else {
    writeFileSync(path, text);
    console.log(`wrote ${relative(root, path)}`);
  }
}
await server.close();
