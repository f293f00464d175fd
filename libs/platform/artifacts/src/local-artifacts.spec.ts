import { mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openLocalArtifacts, sweepIncoming } from './local-artifacts';

async function* bytes(...parts: string[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) yield Buffer.from(part);
}
async function textOf(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  return Buffer.concat(parts).toString();
}

describe('artifacts in a folder', () => {
  const dir = mkdtempSync(join(tmpdir(), 'kohort-artifacts-'));
  const store = openLocalArtifacts(dir);
  const fileOf = (key: string): string => join(dir, key.slice(0, 2), key);
  afterAll(() => rmSync(dir, { recursive: true }));

  it('names content by its digest, whatever its chunks', async () => {
    const one = await store.put(bytes('abc', 'def'));
    const other = await store.put(bytes('abcdef'));
    expect(one).toEqual(other);
    expect(one).toMatchObject({ bytes: 6, sha256: 'bef57ec7f53a6d40beb640a780a639c83bc29ac8a9816f1fc6c5c6dcd93c4721' });
    expect(await textOf(store.read(one.key))).toBe('abcdef');
    expect(await textOf(store.read(one.key, { start: 2, end: 4 }))).toBe('cd');
    expect(await store.stat(one.key)).toEqual(one);
  });

  it('refuses to hand out the end of a file that was changed or cut', async () => {
    const { key } = await store.put(bytes('a model'));
    const good = readFileSync(fileOf(key));
    for (let i = 0; i < good.length; i += 1) {
      const bad = Buffer.from(good);
      bad[i] = (bad[i] ?? 0) ^ 1;
      writeFileSync(fileOf(key), bad);
      await expect(textOf(store.read(key))).rejects.toMatchObject({ code: 'ARTIFACT_CORRUPT' });
    }
    writeFileSync(fileOf(key), good);
    truncateSync(fileOf(key), 3);
    await expect(textOf(store.read(key))).rejects.toMatchObject({ code: 'ARTIFACT_CORRUPT' });
  });

  it('knows nothing of keys that are not its own', async () => {
    await expect(textOf(store.read('../../etc/passwd'))).rejects.toMatchObject({ code: 'ARTIFACT_NOT_FOUND' });
    expect(await store.stat('f'.repeat(64))).toBeNull();
  });

  it('keeps nothing of a file that is too large or whose source failed', async () => {
    async function* failing(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('abc');
      throw new TypeError('source');
    }
    await expect(store.put(bytes('abc', 'def'), { maxBytes: 5 })).rejects.toMatchObject({ code: 'ARTIFACT_TOO_LARGE' });
    await expect(store.put(failing())).rejects.toThrow('source');
    expect(await sweepIncoming(dir)).toBe(0);
    writeFileSync(join(dir, 'incoming', 'left'), 'x');
    const { mtimeMs } = statSync(join(dir, 'incoming', 'left'));
    expect(await sweepIncoming(dir, mtimeMs - 1)).toBe(0);
    expect(await sweepIncoming(dir, mtimeMs + 1)).toBe(1);
    writeFileSync(join(dir, 'incoming', 'left'), 'x');
    expect(await sweepIncoming(dir)).toBe(1);
  });
});
