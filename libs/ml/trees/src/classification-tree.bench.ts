import { seededRandom } from '@kohort/kernel-clock-random';
import { fitClassificationTree, predictClasses, type ClassifiedRows } from './classification-tree';
import { classificationTreeDefaults } from './classification-tree.params';

export interface ClassificationTreeBenchCase {
  readonly rows: number;
  readonly cols: number;
  readonly classes: number;
  /** scikit-learn's `max_leaf_nodes` too; null grows the whole tree. */
  readonly maxLeaves: number | null;
  readonly goalRatio: number;
}

/** A whole tree, and the one that stands for a clustering. */
export const classificationTreeBenchCases: readonly ClassificationTreeBenchCase[] = [
  { rows: 100_000, cols: 20, classes: 2, maxLeaves: null, goalRatio: 1 },
  { rows: 100_000, cols: 20, classes: 8, maxLeaves: 32, goalRatio: 1 },
];

/** Seeded groups that overlap, one class each, and as many rows again to be classified. */
export function classificationTreeBenchInput({ rows, cols, classes }: ClassificationTreeBenchCase): {
  readonly training: ClassifiedRows & { readonly matrix: { readonly data: Float32Array } };
  readonly later: ClassifiedRows & { readonly matrix: { readonly data: Float32Array } };
} {
  const random = seededRandom(7);
  const centres = Float64Array.from({ length: classes * cols }, (_, at) => (at % cols < 8 ? random.normal() : 0));
  const make = () => {
    const data = new Float32Array(rows * cols);
    const classOf = new Uint8Array(rows);
    for (let row = 0; row < rows; row += 1) {
      const group = random.int(classes);
      classOf[row] = group;
      for (let j = 0; j < cols; j += 1) data[row * cols + j] = random.normal() + (centres[group * cols + j] as number);
    }
    return { matrix: { data, rows, cols }, classOf };
  };
  return { training: make(), later: make() };
}

/** Fits once and classifies the later rows; the clock is the caller's. */
export async function runClassificationTreeBench(
  { training, later }: ReturnType<typeof classificationTreeBenchInput>,
  { maxLeaves }: ClassificationTreeBenchCase,
  clock: () => number,
): Promise<{ seconds: number; accuracy: number; leaves: number }> {
  const began = clock();
  const params = { ...classificationTreeDefaults, ...(maxLeaves === null ? {} : { maxLeaves }) };
  const tree = await fitClassificationTree(training, params);
  const seconds = clock() - began;
  const found = predictClasses(tree, later.matrix);
  const right = found.reduce((sum, one, row) => sum + (one === later.classOf[row] ? 1 : 0), 0);
  return { seconds, accuracy: right / found.length, leaves: tree.feature.filter((feature) => feature < 0).length };
}
