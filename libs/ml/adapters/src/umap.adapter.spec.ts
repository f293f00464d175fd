import { seededRandom } from '@kohort/kernel-clock-random';
import { matrixOf } from '@kohort/ml-core';
import { project, projectionDefaults } from '@kohort/ml-projection';
import { umapEngine } from './umap.adapter';

const random = seededRandom(4);
const groups = Array.from({ length: 90 }, (_, i) =>
  Array.from({ length: 4 }, () => random.normal() + 12 * Math.floor(i / 30)),
);
const params = { ...projectionDefaults, method: 'umap', umap: { ...projectionDefaults.umap, epochs: 80 } } as const;
const draw = (seed: number, rows = groups) =>
  project(matrixOf(rows), params, { random: seededRandom(seed), umap: umapEngine() });

describe('umapEngine', () => {
  it('keeps groups together, the same for the same seed, another for another', async () => {
    const [first, again, other] = [await draw(1), await draw(1), await draw(2)];
    expect(again.points.data).toEqual(first.points.data);
    expect(other.points.data).not.toEqual(first.points.data);
    expect(first.trustworthiness.value).toBeGreaterThan(0.85);
    expect(first.notes[0]).toContain('umap-js 1.4.0 with 15 neighbours');
  });

  it('takes fewer neighbours than rows, and duplicates', async () => {
    const few = await draw(1, [...groups.slice(0, 6), ...groups.slice(0, 3)]);
    expect(few.points.data.every(Number.isFinite)).toBe(true);
    expect(few.notes[0]).toContain('with 8 neighbours');
  });

  it('stops at the signal', async () => {
    const abort = new AbortController();
    const onProgress = ({ phase }: { phase: string }) => phase === 'laying out' && abort.abort();
    const control = { random: seededRandom(1), umap: umapEngine(), signal: abort.signal, onProgress };
    await expect(project(matrixOf(groups), params, control)).rejects.toMatchObject({ code: 'ML_CANCELLED' });
  });
});
