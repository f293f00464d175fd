import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { seededRandom } from '@kohort/kernel-clock-random';
import { openLocalArtifacts } from './local-artifacts';

const FLIPS = 10_000;
const CUTS = 200;

async function* once(content: Uint8Array): AsyncGenerator<Uint8Array> {
  yield content;
}

async function codeOf(chunks: AsyncIterable<Uint8Array>): Promise<unknown> {
  const taken: number[] = [];
  try {
    for await (const chunk of chunks) taken.push(chunk.length);
    return 'handed out';
  } catch (thrown) {
    return thrown instanceof Error && 'code' in thrown ? thrown.code : thrown;
  }
}

describe('a file of the size of a model', () => {
  const dir = mkdtempSync(join(tmpdir(), 'kohort-artifacts-'));
  const store = openLocalArtifacts(dir);
  const random = seededRandom(3);
  const good = Buffer.from(Array.from({ length: 300_000 }, () => random.int(256)));
  afterAll(() => rmSync(dir, { recursive: true }));

  it(`is never handed out whole with one of ${FLIPS} random bytes changed, or cut at one of ${CUTS} places`, async () => {
    const { key } = await store.put(once(good));
    const file = join(dir, key.slice(0, 2), key);
    const outcomes = new Map<unknown, number>();
    const tryOut = async (bytes: Uint8Array): Promise<void> => {
      writeFileSync(file, bytes);
      const code = await codeOf(store.read(key));
      outcomes.set(code, (outcomes.get(code) ?? 0) + 1);
    };
    for (let n = 0; n < FLIPS; n += 1) {
      const bad = Buffer.from(good);
      const at = random.int(good.length);
      bad[at] = (bad[at] ?? 0) ^ (1 + random.int(255));
      await tryOut(bad);
    }
    for (let n = 0; n < CUTS; n += 1) await tryOut(good.subarray(0, random.int(good.length)));
    expect([...outcomes]).toEqual([['ARTIFACT_CORRUPT', FLIPS + CUTS]]);
    writeFileSync(file, good);
    expect(await codeOf(store.read(key))).toBe('handed out');
    expect(readFileSync(file).equals(good)).toBe(true);
  });
});
