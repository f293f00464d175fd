import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

/**
 * Bundles a TypeScript module of the workspace as the apps are bundled, and loads it. Returns its exports. `external`:
 * npm packages that cannot be bundled (native ones); the bundle then lies where it finds them.
 */
export async function loadSource(path, { external = [] } = {}) {
  const cache = join(root, 'node_modules', '.cache');
  if (external.length > 0) mkdirSync(cache, { recursive: true });
  const outDir = mkdtempSync(join(external.length > 0 ? cache : tmpdir(), 'kohort-bench-'));
  process.once('exit', () => rmSync(outDir, { recursive: true, force: true }));
  await build({
    configFile: false,
    root,
    logLevel: 'error',
    resolve: { conditions: ['@kohort/source', 'node'] },
    ssr: {
      noExternal: external.length > 0 ? [/^@kohort\//] : true,
      external,
      target: 'node',
      resolve: { conditions: ['@kohort/source', 'node'], externalConditions: ['node'] },
    },
    build: {
      ssr: true,
      target: 'node20',
      outDir,
      emptyOutDir: true,
      minify: false,
      rollupOptions: {
        input: { main: join(root, path) },
        output: { format: 'cjs', entryFileNames: '[name].cjs', chunkFileNames: 'chunk-[hash].cjs' },
      },
    },
  });
  return { exports: createRequire(import.meta.url)(join(outDir, 'main.cjs')), file: join(outDir, 'main.cjs') };
}
