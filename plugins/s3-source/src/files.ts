import type { ByteRange, Json, SourceFile } from '@kohort/kernel-contracts';
import { isAppError } from '@kohort/kernel-errors';
import type { SourceHost } from '@kohort/plugin-kit-sdk';
import type { BucketClient } from './client';
import { s3SourceErrors } from './errors';
import { listObjects, type ListedObject } from './list-objects';
import { keyTest } from './pattern';
import { beyond, compareMarks, parsePosition, type Position } from './position';
import type { Settings } from './settings';

/** How often in a row a broken transfer is taken up without a single byte having come. */
const MAX_IDLE_TRIES = 3;

interface Bucket {
  readonly client: BucketClient;
  readonly settings: Settings;
  readonly host: SourceHost;
}

/** The bytes of one version of an object; a broken connection is taken up where it broke. */
async function* objectBytes(client: BucketClient, object: ListedObject, range: ByteRange): AsyncGenerator<Uint8Array> {
  let start = range.start;
  let idle = 0;
  while (start < range.end) {
    try {
      const headers = { range: `bytes=${start}-${range.end - 1}`, 'if-match': `"${object.version}"` };
      const reply = await client.get(object.key, { headers });
      // Not every service heeds the condition.
      const version = (reply.headers['etag'] ?? object.version).replace(/"/g, '');
      if (version !== object.version) {
        await reply.body[Symbol.asyncIterator]().return?.();
        throw s3SourceErrors.S3_SOURCE_CHANGED();
      }
      for await (const chunk of reply.body) {
        start += chunk.length;
        idle = 0;
        yield chunk;
      }
      idle += 1;
    } catch (thrown) {
      idle += 1;
      const passes = isAppError(thrown) && thrown.kind === 'transient' && thrown.code !== 'S3_SOURCE_CHANGED';
      if (!passes || idle > MAX_IDLE_TRIES) throw thrown;
    }
    if (idle > MAX_IDLE_TRIES) return;
  }
}

const placeOf = ({ bucket, prefix, pattern }: Settings): string => [bucket, prefix, pattern ?? ''].join('\n');

/** The next objects by time and key: those behind the mark, and late ones of the overlap that were not seen. */
async function due({ client, settings, host }: Bucket, before: Position | null): Promise<ListedObject[]> {
  const matches = keyTest(settings.pattern);
  const seen = new Set((before?.seen ?? []).map(([, key, version]) => `${key}\n${version}`));
  const from = before ? before.mark.at - settings.overlapSeconds * 1_000 : -Infinity;
  const until = host.clock.now() - settings.lagSeconds * 1_000;
  let found: ListedObject[] = [];
  const order = (a: ListedObject, b: ListedObject): number => compareMarks(a, b);
  for await (const object of listObjects(client, settings.prefix)) {
    const { key, at, version, bytes } = object;
    const isFolder = key.endsWith('/') && bytes === 0;
    if (isFolder || !matches(key) || at > until || at < from || seen.has(`${key}\n${version}`)) continue;
    found.push(object);
    // Room for as many again, so that cutting costs little; a bucket of millions is never held whole.
    if (found.length >= settings.maxObjects * 2) found = found.sort(order).slice(0, settings.maxObjects);
  }
  return found.sort(order).slice(0, settings.maxObjects);
}

/**
 * The objects that are new since a position, oldest first. A version of an object is handed on once; another version is
 * another file.
 *
 * Cost    one listing of the prefix; memory for twice `maxObjects` entries
 */
export async function* newFiles(bucket: Bucket, from: { readonly position: Json }): AsyncGenerator<SourceFile> {
  const { client, settings } = bucket;
  const where = placeOf(settings);
  let position = parsePosition(from.position, where);
  for (const object of await due(bucket, position)) {
    position = beyond(position, object, { where, overlapMs: settings.overlapSeconds * 1_000 });
    yield {
      name: object.key,
      version: object.version,
      bytes: object.bytes,
      position,
      read: (range = { start: 0, end: object.bytes }) => objectBytes(client, object, range),
    };
  }
}
