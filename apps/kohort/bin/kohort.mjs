#!/usr/bin/env node
/** `npx kohort …` from anywhere in the checkout: builds the command line when a source is newer, then runs it. */
import { build } from '../../../tools/scripts/build.mjs';
import { ensureInstalled } from '../../../tools/scripts/install.mjs';

ensureInstalled();
await build(['kohort']);
process.argv[1] = new URL('../dist/main.cjs', import.meta.url).pathname;
await import('../dist/main.cjs');
