import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { arch, platform } from 'node:os';
import { z } from 'zod';
import { doorErrors } from './errors';

const PACKAGE = z.object({ version: z.string() });

function versionOf(load: NodeJS.Require, packageName: string): string {
  try {
    return PACKAGE.parse(JSON.parse(readFileSync(load.resolve(`${packageName}/package.json`), 'utf8'))).version;
  } catch (cause) {
    throw doorErrors.DOOR_ENGINE_UNAVAILABLE({ reason: `package ${packageName} is not installed` }, { cause });
  }
}

/**
 * Finds the engine's package and its library for this platform, and loads neither: the library takes half a gigabyte.
 *
 * Throws  DOOR_ENGINE_UNAVAILABLE with the package that is missing
 */
export function locateEngine(): { readonly version: string; readonly library: string } {
  const load = createRequire(__filename);
  const version = versionOf(load, 'chdb');
  const library = `@chdb/lib-${platform()}-${arch()}${platform() === 'linux' ? '-gnu' : ''}`;
  versionOf(createRequire(load.resolve('chdb/package.json')), library);
  return { version, library };
}
