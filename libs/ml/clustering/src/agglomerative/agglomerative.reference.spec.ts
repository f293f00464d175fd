import { adjustedRandIndex } from '@kohort/ml-metrics';
import { agglomerativeLimits, type Linkage } from './agglomerative.params';
import { linkRows } from './agglomerative';
import { cutDendrogram } from './dendrogram';
import golden from './reference/agglomerative.golden.json';

const isLinkage = (name: string): name is Linkage => {
  const limit = agglomerativeLimits.linkage;
  return limit?.kind === 'choice' && limit.allowed.includes(name);
};

describe('hierarchies against scipy', () => {
  it.each(golden.cases)('$name', async (example) => {
    const { data, rows, cols, linkage } = example;
    if (!isLinkage(linkage)) throw new Error(linkage);
    const tree = await linkRows({ data: Float32Array.from(data), rows, cols }, { linkage });
    expect([...tree.size]).toEqual(example.sizes);
    expect([...tree.left]).toEqual(example.left);
    expect([...tree.right]).toEqual(example.right);
    const gaps = example.heights.map((height, at) => Math.abs((tree.height[at] as number) - height) / height);
    expect(Math.max(...gaps)).toBeLessThan(golden.tolerance);
    for (const { k, labels } of example.cuts) {
      expect(adjustedRandIndex(cutDendrogram(tree, { by: 'k', k }), labels)).toBe(1);
    }
    const byHeight = cutDendrogram(tree, { by: 'height', height: example.height });
    expect(adjustedRandIndex(byHeight, example.labelsByHeight)).toBe(1);
  });
});
