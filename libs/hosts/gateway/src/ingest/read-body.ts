import { createGunzip } from 'node:zlib';
import { Readable } from 'node:stream';
import { isAppError } from '@kohort/kernel-errors';
import { wireErrors } from './wire.errors';

async function collect(chunks: AsyncIterable<Buffer>, limit: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    length += chunk.length;
    // Counted as it comes out of the decompressor: a small body that inflates is cut off here, not in memory.
    if (length > limit) throw wireErrors.WIRE_PAYLOAD_TOO_LARGE({ limit });
    parts.push(chunk);
  }
  return Buffer.concat(parts, length);
}

/**
 * Reads a body whole, decompressed, and no further than the limit.
 *
 * Throws  WIRE_PAYLOAD_TOO_LARGE, WIRE_INVALID_ENCODING
 */
export async function readBody(
  body: AsyncIterable<Buffer>,
  options: { readonly encoding: string | undefined; readonly limit: number },
): Promise<Buffer> {
  if (options.encoding === undefined || options.encoding === 'identity') return collect(body, options.limit);
  if (options.encoding !== 'gzip' && options.encoding !== 'x-gzip') throw wireErrors.WIRE_INVALID_ENCODING();
  const inflated = createGunzip();
  const source = Readable.from(body).on('error', (error) => inflated.destroy(error));
  try {
    return await collect(source.pipe(inflated), options.limit);
  } catch (thrown) {
    if (isAppError(thrown)) throw thrown;
    throw wireErrors.WIRE_INVALID_ENCODING({}, { cause: thrown });
  } finally {
    // Left half-way, the decompressor would go on with what it has.
    inflated.destroy();
    source.destroy();
  }
}
