import { createHash, randomUUID } from 'node:crypto';
import { createReadStream, existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ArtifactStore, ByteRange, StoredArtifact } from '@kohort/kernel-contracts';
import { defineErrors } from '@kohort/kernel-errors';

export const artifactErrors = defineErrors({
  ARTIFACT_NOT_FOUND: { kind: 'not-found', message: () => 'there is no such artifact' },
  ARTIFACT_CORRUPT: {
    kind: 'bug',
    message: (d) => `artifact ${String(d['key'])} is not what was written: its digest differs`,
  },
  ARTIFACT_TOO_LARGE: {
    kind: 'invalid-input',
    message: (d) => `the file is larger than ${String(d['maxBytes'])} bytes`,
  },
});

const KEY = /^[0-9a-f]{64}$/;

/** Makes a rename durable: the name is in the folder's own pages. */
async function syncFolder(dir: string): Promise<void> {
  const handle = await open(dir, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function put(dir: string, content: AsyncIterable<Uint8Array>, maxBytes = Infinity): Promise<StoredArtifact> {
  const temporary = join(dir, 'incoming', randomUUID());
  const hash = createHash('sha256');
  let bytes = 0;
  const handle = await open(temporary, 'wx');
  try {
    for await (const chunk of content) {
      bytes += chunk.length;
      if (bytes > maxBytes) throw artifactErrors.ARTIFACT_TOO_LARGE({ maxBytes });
      hash.update(chunk);
      await handle.writeFile(chunk);
    }
    await handle.sync();
  } catch (thrown) {
    await handle.close();
    await rm(temporary, { force: true });
    throw thrown;
  }
  await handle.close();
  const sha256 = hash.digest('hex');
  const folder = join(dir, sha256.slice(0, 2));
  // A new folder is durable once its own parent is.
  if (mkdirSync(folder, { recursive: true }) !== undefined) await syncFolder(dir);
  await rename(temporary, join(folder, sha256));
  await syncFolder(folder);
  return { key: sha256, sha256, bytes };
}

/** Checks the digest on the way; the last chunk is held back until it is known to be right. */
async function* whole(path: string, key: string): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256');
  let held: Buffer | undefined;
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 18 }) as AsyncIterable<Buffer>) {
    if (held) yield held;
    hash.update(chunk);
    held = chunk;
  }
  if (hash.digest('hex') !== key) throw artifactErrors.ARTIFACT_CORRUPT({ key: key.slice(0, 12) });
  if (held) yield held;
}

async function* read(dir: string, key: string, range: ByteRange | undefined): AsyncGenerator<Uint8Array> {
  const path = join(dir, key.slice(0, 2), key);
  if (!KEY.test(key) || !existsSync(path)) throw artifactErrors.ARTIFACT_NOT_FOUND();
  if (!range) yield* whole(path, key);
  else if (range.end > range.start) {
    yield* createReadStream(path, { start: range.start, end: range.end - 1 }) as AsyncIterable<Buffer>;
  }
}

/**
 * Artifacts in a local folder, named by their SHA-256: temporary file → fsync → rename → fsync of the folder, so a name
 * never shows half a file, and the same bytes twice are one file. A whole read proves the digest before its last chunk.
 *
 * Throws  ARTIFACT_NOT_FOUND, ARTIFACT_CORRUPT, ARTIFACT_TOO_LARGE
 */
export function openLocalArtifacts(dir: string): ArtifactStore {
  mkdirSync(join(dir, 'incoming'), { recursive: true });
  return {
    put: (content, options) => put(dir, content, options?.maxBytes),
    read: (key, range) => read(dir, key, range),
    async stat(key) {
      const path = join(dir, key.slice(0, 2), key);
      return KEY.test(key) && existsSync(path) ? { key, sha256: key, bytes: statSync(path).size } : null;
    },
  };
}

function writtenAt(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Number.POSITIVE_INFINITY;
}

/**
 * Removes what a killed `put` left behind: all of it at boot, before anything is written; where other processes write
 * into the same folder, only what was last written before an instant (Unix ms). Returns how many.
 */
export async function sweepIncoming(dir: string, beforeMs: number = Number.POSITIVE_INFINITY): Promise<number> {
  const incoming = join(dir, 'incoming');
  if (!existsSync(incoming)) return 0;
  const left = readdirSync(incoming).filter((name) => writtenAt(join(incoming, name)) < beforeMs);
  await Promise.all(left.map((name) => rm(join(incoming, name), { force: true })));
  return left.length;
}
