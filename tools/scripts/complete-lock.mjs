/**
 * Completes package-lock.json after `npm install`. A lock file made on one platform can lack the optional packages of
 * others, and workspaces that were added since: `npm ci` then refuses it. `node tools/scripts/complete-lock.mjs` writes
 * the file when something is missing; `--check` only says so.
 */
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const SYSTEMS = ['aix', 'android', 'darwin', 'freebsd', 'linux', 'netbsd', 'openbsd', 'openharmony', 'sunos', 'win32'];
const PROCESSORS = ['arm', 'arm64', 'ia32', 'loong64', 'mips64el', 'ppc64', 'riscv64', 's390x', 'wasm32', 'x64'];

/** What platform a package is for, read from its name: `@swc/core-linux-x64-gnu`. Undefined when the name does not say. */
export function platformOf(name) {
  const words = name
    .slice(name.indexOf('/') + 1)
    .split('-')
    .map((word) => (word === 'windows' ? 'win32' : word));
  const os = SYSTEMS.filter((one) => words.includes(one));
  const cpu = PROCESSORS.filter((one) => words.includes(one));
  if (os.length === 0 && !cpu.includes('wasm32')) return undefined;
  const c = words.find((word) => /^(gnu|glibc|musl)$/.test(word));
  return {
    ...(cpu.length > 0 ? { cpu } : {}),
    ...(os.length > 0 ? { os } : {}),
    ...(c && os.includes('linux') ? { libc: [c === 'musl' ? 'musl' : 'glibc'] } : {}),
  };
}

/** Where npm would find a package that the one at `path` asks for. */
function installed(packages, path, name) {
  for (let dir = path; ; dir = dir.slice(0, Math.max(0, dir.lastIndexOf('/node_modules/')))) {
    if (packages[`${dir === '' ? '' : `${dir}/`}node_modules/${name}`]) return true;
    if (dir === '' || !dir.includes('node_modules')) return packages[`node_modules/${name}`] !== undefined;
  }
}

function workspaces(root, globs) {
  const folders = globs.flatMap((glob) =>
    glob.split('/').reduce(
      (dirs, part) =>
        dirs.flatMap((dir) =>
          part !== '*'
            ? [join(dir, part)]
            : existsSync(join(root, dir))
              ? readdirSync(join(root, dir), { withFileTypes: true })
                  .filter((entry) => entry.isDirectory())
                  .map((entry) => join(dir, entry.name))
              : [],
        ),
      [''],
    ),
  );
  return folders.filter((dir) => existsSync(join(root, dir, 'package.json'))).map((dir) => dir.replaceAll('\\', '/'));
}

function addWorkspaces(root, packages, added) {
  const known = new Set(workspaces(root, packages[''].workspaces ?? []));
  for (const dir of known) {
    const { name, version, license, bin } = JSON.parse(readFileSync(join(root, dir, 'package.json'), 'utf8'));
    if (packages[dir]?.name === name && packages[`node_modules/${name}`]) continue;
    packages[dir] = { name, version, ...(license ? { license } : {}), ...(bin ? { bin } : {}) };
    packages[`node_modules/${name}`] = { resolved: dir, link: true };
    added.push(`workspace ${dir}`);
  }
  for (const path of Object.keys(packages)) {
    const { link, resolved } = packages[path];
    const gone = link ? !known.has(resolved) : path !== '' && !path.includes('node_modules') && !known.has(path);
    if (!gone) continue;
    delete packages[path];
    added.push(`removed ${path}`);
  }
}

function addOptional(packages, added) {
  for (const [path, entry] of Object.entries(packages)) {
    for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
      if (installed(packages, path, name)) continue;
      const platform = platformOf(name);
      // Only exact versions for a named platform: anything else was left out by npm for another reason.
      if (!platform || !/^\d+\.\d+\.\d+/.test(version)) continue;
      packages[`node_modules/${name}`] = {
        version,
        ...(platform.cpu ? { cpu: platform.cpu } : {}),
        ...(entry.dev ? { dev: true } : {}),
        ...(platform.libc ? { libc: platform.libc } : {}),
        optional: true,
        ...(platform.os ? { os: platform.os } : {}),
      };
      added.push(`optional ${name}@${version}`);
    }
  }
}

/** Adds what is missing and writes the file when anything was; says what. */
export function completeLock(root, { write = true } = {}) {
  const path = join(root, 'package-lock.json');
  const lock = JSON.parse(readFileSync(path, 'utf8'));
  const added = [];
  addWorkspaces(root, lock.packages, added);
  addOptional(lock.packages, added);
  if (added.length === 0 || !write) return added;
  // npm's own order: by locale, the root first.
  lock.packages = Object.fromEntries(
    Object.entries(lock.packages).sort(([a], [b]) => (a === '' ? -1 : b === '' ? 1 : a.localeCompare(b, 'en'))),
  );
  writeFileSync(path, `${JSON.stringify(lock, null, 2)}\n`);
  return added;
}

if (process.argv[1] === import.meta.filename) {
  const args = process.argv.slice(2);
  const check = args.includes('--check');
  const root = resolve(args.find((arg) => !arg.startsWith('--')) ?? join(import.meta.dirname, '../..'));
  const added = completeLock(root, { write: !check });
  for (const line of added) console.log(`${check ? 'missing' : 'added'}: ${line}`);
  console.log(added.length === 0 ? 'package-lock.json is complete' : `${added.length} entries`);
  if (check && added.length > 0) process.exitCode = 1;
}
