/**
 * `npm run new plugin|source|estimator|flow|adr NAME`: makes the folder that the architecture wants, complete and passing, ready
 * to be filled. Nothing is written when anything is in the way.
 */
import { existsSync, lstatSync, mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { completeLock } from '../scripts/complete-lock.mjs';
import * as kinds from './kinds.mjs';

const root = process.env.KOHORT_GENERATE_ROOT ?? resolve(import.meta.dirname, '../..');
const [kind, name] = process.argv.slice(2);
const usage = `usage: npm run new ${Object.keys(kinds).join('|')} NAME     (NAME in kebab-case; an estimator as library/name, a flow as stage/name)`;

function fail(message) {
  console.error(message);
  process.exit(2);
}

/** In the workspace's own style, whatever the length of the name made of the lines. */
async function formatted(path, text) {
  const prettier = await import('prettier');
  const ignorePath = join(root, '.prettierignore');
  const info = await prettier.getFileInfo(join(root, path), { ignorePath });
  if (info.ignored || info.inferredParser === null) return text;
  return prettier.format(text, { ...(await prettier.resolveConfig(join(root, path))), parser: info.inferredParser });
}

/** A new workspace package resolves without another `npm install`. */
function link(dir) {
  const { name: packageName } = JSON.parse(readFileSync(join(root, dir, 'package.json'), 'utf8'));
  const at = join(root, 'node_modules', packageName);
  mkdirSync(dirname(at), { recursive: true });
  if (!lstatSync(at, { throwIfNoEntry: false })) symlinkSync(relative(dirname(at), join(root, dir)), at, 'dir');
}

if (!kind || !name || !(kind in kinds)) fail(usage);
const slashed = kind === 'estimator' || kind === 'flow';
const part = '[a-z][a-z0-9]*(-[a-z0-9]+)*';
if (!new RegExp(slashed ? `^${part}/${part}$` : `^${part}$`).test(name)) fail(`"${name}" is not such a name\n${usage}`);

const workspace = {
  list: (path) => (existsSync(join(root, path)) ? readdirSync(join(root, path)) : []),
  exists: (path) => existsSync(join(root, path)),
};
const { files, edits = {}, project, next } = kinds[kind](name, workspace);
for (const path of Object.keys(files)) {
  if (existsSync(join(root, path))) fail(`${path} exists already; nothing was written`);
}
for (const path of Object.keys(edits)) {
  if (!(path in files) && !existsSync(join(root, path))) fail(`${path} is not there; nothing was written`);
}
for (const [path, edit] of Object.entries(edits)) {
  const before = files[path] ?? readFileSync(join(root, path), 'utf8');
  const after = edit(before);
  if (after === before) fail(`${path} has no place for it; nothing was written`);
  files[path] = after;
}
const texts = await Promise.all(Object.entries(files).map(async ([path, text]) => [path, await formatted(path, text)]));
for (const [path, text] of texts) {
  const known = existsSync(join(root, path));
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
  console.log(`${known ? 'changed' : 'wrote'} ${path}`);
}
if (project) {
  link(project);
  for (const line of completeLock(root)) console.log(`package-lock.json: ${line}`);
}
for (const step of next) console.log(`next: ${step}`);
