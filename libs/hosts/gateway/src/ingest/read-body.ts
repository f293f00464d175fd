import { createGunzip } from 'node:zlib';
import { Readable } from 'node:stream';
import { isAppError } from '@kohort/kernel-errors';
import { wireErrors } from './wire.errors';

/** Reads by events: an iterator over a small body costs more than the rest of its request. */
function collect(body: Readable, limit: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = [];
    let length = 0;
    const leave = (): void => void body.off('data', take).off('end', end).off('error', fail).off('close', breakOff);
    const fail = (reason: Error): void => {
      leave();
      // What is left of it stays there, so that the refusal can still be sent.
      body.pause();
      reject(reason);
    };
    const breakOff = (): void => fail(wireErrors.WIRE_BODY_BROKEN());
    const take = (chunk: Buffer): void => {
      length += chunk.length;
      // Counted as it comes out of the decompressor: a small body that inflates is cut off here, not in memory.
      if (length > limit) fail(wireErrors.WIRE_PAYLOAD_TOO_LARGE({ limit }));
      else parts.push(chunk);
    };
    const end = (): void => {
      leave();
      const [only] = parts;
      resolve(only !== undefined && parts.length === 1 ? only : Buffer.concat(parts, length));
    };
    if (body.destroyed) breakOff();
    else body.on('data', take).on('end', end).on('error', fail).on('close', breakOff);
  });
}

/**
 * Reads a body whole, decompressed, and no further than the limit.
 *
 * Throws  WIRE_PAYLOAD_TOO_LARGE, WIRE_INVALID_ENCODING
 */
export async function readBody(
  body: Readable,
  options: { readonly encoding: string | undefined; readonly limit: number },
): Promise<Buffer> {
  if (options.encoding === undefined || options.encoding === 'identity') return collect(body, options.limit);
  if (options.encoding !== 'gzip' && options.encoding !== 'x-gzip') throw wireErrors.WIRE_INVALID_ENCODING();
  const inflated = createGunzip();
  // Left half-way the body itself stays open.
  const source = Readable.from(body.iterator({ destroyOnReturn: false })).on('error', (error) =>
    inflated.destroy(error),
  );
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
