import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

/** Bundles a TypeScript module of the workspace as the apps are bundled, and loads it. Returns its exports. */
export async function loadSource(path) {
  const outDir = mkdtempSync(join(tmpdir(), 'kohort-bench-'));
  process.once('exit', () => rmSync(outDir, { recursive: true, force: true }));
  await build({
    configFile: false,
    root,
    logLevel: 'error',
    resolve: { conditions: ['@kohort/source', 'node'] },
    ssr: {
      noExternal: true,
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
