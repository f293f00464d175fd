/** `npm run new plugin|estimator|flow|adr NAME`: makes the folder that the architecture wants, ready to be filled. */
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import * as kinds from './kinds.mjs';

const root = process.env.KOHORT_GENERATE_ROOT ?? resolve(import.meta.dirname, '../..');
const [kind, name] = process.argv.slice(2);
const usage = `usage: npm run new ${Object.keys(kinds).join('|')} NAME     (NAME in kebab-case; an estimator as library/name, a flow as stage/name)`;

function fail(message) {
  console.error(message);
  process.exit(2);
}

if (!kind || !name || !(kind in kinds)) fail(usage);
if (!/^[a-z][a-z0-9-]*(\/[a-z][a-z0-9-]*)?$/.test(name)) fail(`"${name}" is not kebab-case\n${usage}`);

const existing = { adrs: existsSync(join(root, 'tools/adr')) ? readdirSync(join(root, 'tools/adr')) : [] };
const plan = kinds[kind](name, existing);
for (const path of Object.keys(plan.files)) {
  if (existsSync(join(root, path))) fail(`${path} exists already; nothing was written`);
}
for (const [path, text] of Object.entries(plan.files)) {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
  console.log(`wrote ${path}`);
}
for (const step of plan.next) console.log(`next: ${step}`);
