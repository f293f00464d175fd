import { segmentIdSchema, type WorkspaceReader } from '@kohort/kernel-contracts';
import { makeLoaders } from './loaders';

const ids = ['a', 'b', 'c'].map((letter) => segmentIdSchema.parse(`00000000-0000-4000-8000-00000000000${letter}`));

function counting() {
  const asked: (readonly string[])[] = [];
  const segments: Partial<WorkspaceReader['segments']> = {
    freshness: async (keys) => {
      asked.push(keys);
      return ids
        .filter((id) => keys.includes(id) && id !== ids[1])
        .map((segmentId) => ({ segmentId, lastChangeAt: 1, recordingLagMs: 0, countedAt: null, nextRefreshAt: null }))
        .reverse();
    },
  };
  // Only what the loader under test asks for is there.
  return { asked, reader: { segments } as unknown as WorkspaceReader };
}

describe('loaders', () => {
  it('make one question of what a page asks for, in whatever order the answer comes', async () => {
    const { asked, reader } = counting();
    const { freshness } = makeLoaders(() => reader, true);
    const found = await Promise.all([...ids, ...ids].map((id) => freshness.load(id)));
    expect(asked).toEqual([ids]);
    expect(found.map((each) => each?.segmentId ?? null)).toEqual([ids[0], null, ids[2], ids[0], null, ids[2]]);
    await freshness.load(ids[0] ?? '');
    expect(asked).toHaveLength(1);
  });

  it('ask again each time in a stream, which outlives what it has read', async () => {
    const { asked, reader } = counting();
    const { freshness } = makeLoaders(() => reader, false);
    await freshness.load(ids[0] ?? '');
    await freshness.load(ids[0] ?? '');
    expect(asked).toHaveLength(2);
  });
});
