import { join } from 'node:path';
import type { Json, SourceFile } from '@kohort/kernel-contracts';
import { sourceContract } from '@kohort/plugin-kit-testkit';
import { source } from '../src/plugin';
import { S3World } from './s3-world';

let world: S3World;
beforeAll(async () => {
  world = await S3World.start();
});
afterAll(() => world.stop());

const key = { accessKeyId: 'a', secretAccessKey: 'b' };
sourceContract(source, {
  folder: join(__dirname, '..'),
  world: () => world,
  hasWhole: false,
  bad: [
    { why: 'no bucket', settings: key },
    { why: 'a bucket out of its path', settings: { ...key, bucket: '../other' } },
    { why: 'an endpoint that is a file', settings: { ...key, bucket: 'exports', endpoint: 'file:///etc/passwd' } },
  ],
});

describe('s3-source', () => {
  beforeEach(() => world.clear());

  async function files(settings: Parameters<S3World['settings']>[1], from: Json = null): Promise<SourceFile[]> {
    const opened = await source.connect(world.settings('incremental', settings)).open(world.host());
    if (opened.kind !== 'files') throw new TypeError('files were expected');
    const found: SourceFile[] = [];
    for await (const file of opened.files({ position: from })) found.push(file);
    return found;
  }
  const names = (found: readonly SourceFile[]): string[] => found.map(({ name }) => name);
  async function bytesOf(content: AsyncIterable<Uint8Array>): Promise<Buffer> {
    const chunks: Uint8Array[] = [];
    for await (const chunk of content) chunks.push(chunk);
    return Buffer.concat(chunks);
  }

  it('takes what matches prefix and pattern, also keys of any characters', async () => {
    const content = Buffer.from('x');
    const odd = 'in/ä +%20(1)*!.csv';
    for (const name of ['in/a.csv', 'in/deep/b.csv', 'in/c.txt', 'out/d.csv', odd])
      await world.bucket.put(name, content);
    expect(names(await files({ prefix: 'in/' })).sort()).toEqual(['in/a.csv', 'in/c.txt', 'in/deep/b.csv', odd].sort());
    expect(names(await files({ pattern: 'in/*.csv' })).sort()).toEqual(['in/a.csv', odd].sort());
    expect(names(await files({ pattern: '**/*.csv' }))).toHaveLength(4);
    const [strange] = await files({ pattern: 'in/ä*' });
    expect(await bytesOf((strange as SourceFile).read())).toEqual(content);
  });

  it('reads ranges, and takes a broken transfer up where it broke', async () => {
    const content = Buffer.from(Array.from({ length: 300_000 }, (_, i) => i % 251));
    await world.bucket.put('big.bin', content);
    const [file] = await files({});
    if (!file) throw new TypeError('no file');
    expect(await bytesOf(file.read({ start: 10, end: 20 }))).toEqual(content.subarray(10, 20));
    world.bucket.calls.length = 0;
    world.bucket.cutAfter = 100_000;
    expect((await bytesOf(file.read())).equals(content)).toBe(true);
    expect(world.bucket.calls.length).toBeGreaterThanOrEqual(2);
    expect(world.bucket.calls[1]).toMatch(/bytes=[1-9]\d*-299999$/);
  });

  it('does not mix two versions of an object', async () => {
    await world.bucket.put('a.csv', Buffer.from('first version'));
    const [file] = await files({});
    await world.bucket.put('a.csv', Buffer.from('other version'));
    await expect(bytesOf((file as SourceFile).read())).rejects.toEqual(expect.objectContaining({ kind: 'transient' }));
  });

  it('finds objects that carry an earlier time than the last one, once', async () => {
    const hourAgo = Date.now() - 3_600_000;
    const at = (minute: number): Date => new Date(hourAgo + minute * 60_000);
    await world.bucket.put('b.csv', Buffer.from('b'), at(20));
    const first = await files({ overlapSeconds: 3_600 });
    await world.bucket.put('a.csv', Buffer.from('a'), at(10));
    await world.bucket.put('c.csv', Buffer.from('c'), at(30));
    await world.bucket.put('young.csv', Buffer.from('y'), at(59));
    const second = await files({ overlapSeconds: 3_600, lagSeconds: 600 }, first.at(-1)?.position ?? null);
    expect(names(second)).toEqual(['a.csv', 'c.csv']);
    expect(names(await files({ overlapSeconds: 3_600, lagSeconds: 600 }, second.at(-1)?.position ?? null))).toEqual([]);
    expect(names(await files({ maxObjects: 2 }))).toEqual(['a.csv', 'b.csv']);
  });
});
