/**
 * Builds apps with Vite: `node tools/scripts/build.mjs [app …]`. An app's entries are its `src/main.ts` and those that
 * its package.json names under `kohort.entries` (threads). Workspace packages are bundled, npm packages stay outside.
 */
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './install.mjs';

function newest(dir) {
  let latest = 0;
  for (const entry of readdirSync(dir, { withFileTypes: true })) {
    if (entry.name === 'node_modules' || entry.name === 'dist' || entry.name.endsWith('.spec.ts')) continue;
    const path = join(dir, entry.name);
    latest = Math.max(latest, entry.isDirectory() ? newest(path) : statSync(path).mtimeMs);
  }
  return latest;
}

const absolute = (entries) => Object.fromEntries(Object.entries(entries).map(([k, v]) => [k, join(root, v)]));

/** Bundles entries (name to absolute path) into a folder, which it empties. */
export async function bundle({ from, to, entries }) {
  const { build: viteBuild } = await import('vite');
  await viteBuild({
    configFile: false,
    root: from,
    logLevel: 'error',
    oxc: { decorator: { legacy: true, emitDecoratorMetadata: true } },
    resolve: { conditions: ['@kohort/source', 'node'] },
    ssr: {
      noExternal: [/^@kohort\//],
      target: 'node',
      resolve: { conditions: ['@kohort/source', 'node'], externalConditions: ['node'] },
    },
    build: {
      ssr: true,
      target: 'node20',
      outDir: to,
      emptyOutDir: true,
      minify: false,
      sourcemap: true,
      rollupOptions: {
        input: entries,
        output: { format: 'cjs', entryFileNames: '[name].cjs', chunkFileNames: 'chunk-[hash].cjs' },
      },
    },
  });
}

/** Builds the named apps (all without names) where a source is newer than the bundle; returns the names built. */
export async function build(names = []) {
  const apps = readdirSync(join(root, 'apps')).filter((name) => existsSync(join(root, 'apps', name, 'src/main.ts')));
  const sources = Math.max(...['apps', 'libs', 'plugins'].map((dir) => newest(join(root, dir))));
  const built = [];
  for (const name of names.length > 0 ? names : apps) {
    const dir = join(root, 'apps', name);
    const main = join(dir, 'dist/main.cjs');
    if (existsSync(main) && statSync(main).mtimeMs > sources) continue;
    const entries = JSON.parse(readFileSync(join(dir, 'package.json'), 'utf8')).kohort?.entries ?? {};
    await bundle({
      from: dir,
      to: join(dir, 'dist'),
      entries: { main: join(dir, 'src/main.ts'), ...absolute(entries) },
    });
    built.push(name);
  }
  return built;
}

if (process.argv[1] === import.meta.filename) {
  const built = await build(process.argv.slice(2));
  console.log(built.length > 0 ? `built: ${built.join(', ')}` : 'all apps are up to date');
}
