import { randomUUID } from 'node:crypto';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname, isAbsolute, resolve, sep } from 'node:path';
import type { FileArea } from '@kohort/plugin-kit-sdk';
import { pluginHostErrors } from './errors';

function placeOf(root: string, path: string): string {
  const bad = isAbsolute(path) || path.includes('\\') || path.includes('\0') || path.split('/').includes('..');
  const place = resolve(root, path);
  if (bad || !place.startsWith(root + sep)) throw pluginHostErrors.PLUGIN_HOST_PATH();
  return place;
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/**
 * A local folder as a connector's file area. A write goes to a temporary name, is synced, renamed, and the folder synced:
 * after a crash a file is old or new, never half.
 *
 * Throws  PLUGIN_HOST_PATH
 */
export function createFolderArea(folder: string): FileArea {
  const root = resolve(folder);
  return {
    async read(path) {
      try {
        return await readFile(placeOf(root, path));
      } catch (thrown) {
        if (typeof thrown === 'object' && thrown !== null && 'code' in thrown && thrown.code === 'ENOENT') return null;
        throw thrown;
      }
    },
    async write(path, content) {
      const place = placeOf(root, path);
      const parent = dirname(place);
      await mkdir(parent, { recursive: true });
      const temporary = `${place}.${randomUUID().slice(0, 8)}.tmp`;
      try {
        const handle = await open(temporary, 'wx');
        try {
          await handle.writeFile(content);
          await handle.sync();
        } finally {
          await handle.close();
        }
        await rename(temporary, place);
      } catch (thrown) {
        await rm(temporary, { force: true });
        throw thrown;
      }
      await syncFolder(parent);
    },
  };
}

/** For processes that have no folder for files. */
export const noFiles: FileArea = {
  read: () => Promise.reject(pluginHostErrors.PLUGIN_HOST_NO_FILES()),
  write: () => Promise.reject(pluginHostErrors.PLUGIN_HOST_NO_FILES()),
};
