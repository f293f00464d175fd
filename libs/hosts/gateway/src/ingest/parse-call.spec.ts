import { gzipSync } from 'node:zlib';
import { Readable } from 'node:stream';
import { LIMITS } from '@kohort/ingest-domain';
import { isAppError } from '@kohort/kernel-errors';
import { parseCall, withGpc } from './parse-call';
import { readBody } from './read-body';

const bytes = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));

function codeOf(work: () => unknown): string {
  try {
    work();
  } catch (thrown) {
    return isAppError(thrown) ? thrown.code : 'other';
  }
  return 'none';
}

/** A track call of exactly so many bytes. */
function sized(length: number): Record<string, unknown> {
  const call = { type: 'track', event: 'x', userId: 'u', properties: { pad: '' } };
  return { ...call, properties: { pad: 'p'.repeat(length - bytes(call).length) } };
}

describe('parseCall', () => {
  it('makes one item of a single call, typed by its path, without the key', () => {
    const call = { writeKey: 'khw_1', event: 'x', userId: 'u', sentAt: '2026-01-01T00:00:00Z', type: 'identify' };
    expect(parseCall('track', bytes(call))).toEqual({
      writeKey: 'khw_1',
      items: [{ event: 'x', userId: 'u', sentAt: '2026-01-01T00:00:00Z', type: 'track' }],
      envelope: { sentAt: '2026-01-01T00:00:00Z', context: {}, integrations: {} },
    });
  });

  it('passes over a prototype that stands beside the fields of a single call', () => {
    const { items } = parseCall('track', Buffer.from('{"__proto__":{"admin":1},"event":"x","userId":"u"}'));
    expect(items).toEqual([{ event: 'x', userId: 'u', type: 'track' }]);
    expect(Object.keys(items[0] ?? {})).not.toContain('__proto__');
  });

  it('takes a batch with what it says for all its items', () => {
    const call = { batch: [{ type: 'track' }], sentAt: 's', context: { ip: 'x' }, integrations: { All: false } };
    expect(parseCall('batch', bytes(call))).toEqual({
      writeKey: null,
      items: [{ type: 'track' }],
      envelope: { sentAt: 's', context: { ip: 'x' }, integrations: { All: false } },
    });
  });

  it.each([
    ['text', Buffer.from('not json'), 'WIRE_INVALID_JSON'],
    ['a list', Buffer.from('[]'), 'WIRE_INVALID_JSON'],
    ['null', Buffer.from('null'), 'WIRE_INVALID_JSON'],
    ['no batch', bytes({}), 'WIRE_BATCH_EMPTY'],
    ['an empty batch', bytes({ batch: [] }), 'WIRE_BATCH_EMPTY'],
    ['2,500 items', bytes({ batch: Array.from({ length: 2_500 }, () => 1) }), 'none'],
    ['2,501 items', bytes({ batch: Array.from({ length: 2_501 }, () => 1) }), 'WIRE_BATCH_TOO_LONG'],
    ['an item of 32,768 bytes', bytes({ batch: [sized(LIMITS.eventBytes)] }), 'none'],
    [
      'an item of 32,769 bytes',
      bytes({ batch: [{ type: 'x' }, sized(LIMITS.eventBytes + 1)] }),
      'WIRE_EVENT_TOO_LARGE',
    ],
  ])('judges %s', (_name, body, code) => {
    expect(codeOf(() => parseCall('batch', body))).toBe(code);
  });

  it('takes a single call up to 32 KiB', () => {
    expect(codeOf(() => parseCall('track', bytes(sized(LIMITS.eventBytes))))).toBe('none');
    expect(codeOf(() => parseCall('track', bytes(sized(LIMITS.eventBytes + 1))))).toBe('WIRE_PAYLOAD_TOO_LARGE');
  });

  it('keeps hostile names as data', () => {
    const { items } = parseCall(
      'track',
      Buffer.from('{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}'),
    );
    expect(items).toHaveLength(1);
    expect(Reflect.get({}, 'polluted')).toBeUndefined();
  });
});

describe('readBody', () => {
  const read = (chunks: Buffer[], encoding?: string, limit = 1_000) =>
    readBody(Readable.from(chunks), { encoding, limit });

  it('reads plain and gzip up to the limit', async () => {
    expect((await read([Buffer.alloc(600), Buffer.alloc(400)])).length).toBe(1_000);
    expect(await read([gzipSync('hello')], 'gzip')).toEqual(Buffer.from('hello'));
  });

  it('counts after decompression, and stops at the limit', async () => {
    await expect(read([Buffer.alloc(1_001)])).rejects.toMatchObject({ code: 'WIRE_PAYLOAD_TOO_LARGE' });
    const bomb = gzipSync(Buffer.alloc(50_000_000));
    expect(bomb.length).toBeLessThan(60_000);
    await expect(read([bomb], 'gzip')).rejects.toMatchObject({ code: 'WIRE_PAYLOAD_TOO_LARGE' });
  });

  it('refuses what is not gzip, and other encodings', async () => {
    await expect(read([Buffer.from('plain')], 'gzip')).rejects.toMatchObject({ code: 'WIRE_INVALID_ENCODING' });
    await expect(read([gzipSync('cut off').subarray(0, 12)], 'gzip')).rejects.toMatchObject({
      code: 'WIRE_INVALID_ENCODING',
    });
    await expect(read([Buffer.from('x')], 'br')).rejects.toMatchObject({ code: 'WIRE_INVALID_ENCODING' });
  });
});

it('bears Global Privacy Control of the browser in every message', () => {
  const call = parseCall('batch', Buffer.from('{"batch":[{"type":"track"}],"context":{"ip":"::1"}}'));
  expect(withGpc(call, '1').envelope.context).toEqual({ ip: '::1', secGpc: true });
  expect(withGpc(call, '0')).toBe(call);
  expect(withGpc(call, undefined)).toBe(call);
});
