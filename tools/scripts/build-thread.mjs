/** Bundles one thread entry for a test: `node tools/scripts/build-thread.mjs ENTRY.ts FOLDER` writes FOLDER/ENTRY.cjs. */
import { basename, resolve } from 'node:path';
import { bundle } from './build.mjs';
import { root } from './install.mjs';

const [entry, to] = process.argv.slice(2).map((path) => resolve(path));
await bundle({ from: root, to, entries: { [basename(entry, '.ts')]: entry } });
