import { seededRandom, shuffle } from '@kohort/kernel-clock-random';
import type { ComputeControl, Matrix, WideMatrix } from '@kohort/ml-core';
import { classContributions, meanAbsoluteContributions } from '@kohort/ml-explain';
import {
  classificationTreeDefaults,
  fitClassificationTree,
  predictClasses,
  treePaths,
  type ClassificationTree,
  type TreePath,
} from '@kohort/ml-trees';

/** Clusters that are to be told by rules. */
export interface SurrogateInput {
  readonly featureNames: readonly string[];
  /** n×d in the features' own units; NaN is missing. */
  readonly matrix: Matrix | WideMatrix;
  /** n labels 0..k-1; -1 is noise. */
  readonly labels: ArrayLike<number>;
  readonly k: number;
  readonly seed: number;
}

/** How well rules tell one cluster, on rows that they were not made from. */
export interface RuleFidelity {
  /** Share of the rows that the rules name which are of the cluster; null when they name none. */
  readonly precision: number | null;
  /** Share of the cluster's rows that the rules name; null when none was held out. */
  readonly recall: number | null;
  /** Their harmonic mean; 0 when either is missing. */
  readonly f1: number;
}

/** One cluster in rules. */
export interface ClusterRules {
  /** 0..k-1. */
  readonly cluster: number;
  /** Any of them; empty when the tree has no leaf for the cluster. */
  readonly paths: readonly TreePath[];
  readonly fidelity: RuleFidelity;
  /** Mean absolute SHAP value of each feature for this cluster, in probability; strongest first, none of 0. */
  readonly importance: readonly { readonly feature: string; readonly value: number }[];
}

/** A tree that stands for a clustering, and how far it can be trusted to. */
export interface Surrogate {
  readonly tree: ClassificationTree;
  /** Features with missing values among the rows. */
  readonly missingIn: readonly string[];
  /** Share of held-out rows that the tree places as the clustering did. */
  readonly fidelity: number;
  /** The same for naming everybody's most frequent cluster. */
  readonly baseline: number;
  readonly clusters: readonly ClusterRules[];
  readonly rowsTrained: number;
  readonly rowsHeldOut: number;
}

/** Rows that trees are grown from and judged on: enough for leaves of a hundredth. */
const MOST_ROWS = 30_000;
const HELD_OUT = 0.3;
/** Least share of the rows in a leaf. */
const LEAST_LEAF = 0.005;
const FEWEST_LEAF_ROWS = 3;
/** Leaves tried, as multiples of the clusters; the fewest that say nearly the same are taken. */
const LEAVES = [1, 2, 3, 5];
const MOST_LEAVES = 60;
const NEARLY_AS_TRUE = 0.01;
const EXPLAINED_ROWS = 1_000;

interface ClassedRows {
  readonly matrix: WideMatrix;
  readonly classOf: Uint16Array;
}

/** Rows with noise as one class more. */
function classedRows({ matrix, labels, k }: SurrogateInput, rows: readonly number[]): ClassedRows {
  const { data, cols } = matrix;
  const taken = new Float64Array(rows.length * cols);
  const classOf = Uint16Array.from(rows, (row, at) => {
    for (let j = 0; j < cols; j += 1) taken[at * cols + j] = data[row * cols + j] as number;
    const label = labels[row] as number;
    return label < 0 ? k : label;
  });
  return { matrix: { data: taken, rows: rows.length, cols }, classOf };
}

const shareEqual = (found: ArrayLike<number>, wanted: Uint16Array): number =>
  wanted.length === 0 ? 0 : wanted.reduce((sum, one, at) => sum + (found[at] === one ? 1 : 0), 0) / wanted.length;

function fidelityOf(found: Uint16Array, wanted: Uint16Array, cluster: number): RuleFidelity {
  let [named, own, both] = [0, 0, 0];
  wanted.forEach((one, at) => {
    if (found[at] === cluster) named += 1;
    if (one === cluster) own += 1;
    if (one === cluster && found[at] === cluster) both += 1;
  });
  const precision = named > 0 ? both / named : null;
  const recall = own > 0 ? both / own : null;
  return { precision, recall, f1: named + own > 0 ? (2 * both) / (named + own) : 0 };
}

/** The tree with fewest leaves that is nearly as true on held-out rows as the truest. */
async function growSurrogate(
  { train, test, k }: { train: ClassedRows; test: ClassedRows; k: number },
  control: ComputeControl,
): Promise<ClassificationTree> {
  const minLeafRows = Math.max(FEWEST_LEAF_ROWS, Math.ceil(LEAST_LEAF * train.matrix.rows));
  const bounds = { minLeafRows, minGain: 1e-4, thresholds: 'shortest' } as const;
  const tried: { tree: ClassificationTree; fidelity: number }[] = [];
  for (const times of LEAVES) {
    const maxLeaves = Math.max(2, Math.min(MOST_LEAVES, Math.ceil(times * k)));
    const tree = await fitClassificationTree(train, { ...classificationTreeDefaults, ...bounds, maxLeaves }, control);
    tried.push({ tree, fidelity: shareEqual(predictClasses(tree, test.matrix), test.classOf) });
  }
  const best = Math.max(...tried.map(({ fidelity }) => fidelity));
  const chosen = tried.find(({ fidelity }) => fidelity >= best - NEARLY_AS_TRUE) ?? tried[0];
  return (chosen as { tree: ClassificationTree }).tree;
}

function importanceOf(
  tree: ClassificationTree,
  { matrix, names, cluster }: { matrix: WideMatrix; names: readonly string[]; cluster: number },
): ClusterRules['importance'] {
  if (cluster >= tree.classes || matrix.rows === 0) return [];
  const means = meanAbsoluteContributions(classContributions(tree, matrix, cluster));
  return names
    .map((feature, j) => ({ feature, value: means[j] as number }))
    .filter(({ value }) => value > 0)
    .sort((a, b) => b.value - a.value);
}

function namesWithMissing({ featureNames, matrix }: SurrogateInput): string[] {
  const { data, rows, cols } = matrix;
  return featureNames.filter((_, j) => {
    for (let i = 0; i < rows; i += 1) if (Number.isNaN(data[i * cols + j])) return true;
    return false;
  });
}

/**
 * Grows a small tree that places rows as a clustering did, from the features in their own units, and says on rows held
 * out (three in ten) how true it is to every cluster.
 *
 * Shape   matrix: n×d, n at least 10; labels: n
 * Cost    four trees of at most 60 leaves on at most 21,000 rows
 * Throws  ML_SHAPE, ML_NOT_FINITE (infinite values), ML_TOO_FEW_ROWS, ML_CANCELLED
 */
export async function surrogateTree(input: SurrogateInput, control: ComputeControl = {}): Promise<Surrogate> {
  const { featureNames, k, seed } = input;
  const random = seededRandom(seed).split('surrogate');
  const order = shuffle(
    Array.from({ length: input.matrix.rows }, (_, row) => row),
    random,
  ).slice(0, MOST_ROWS);
  const held = Math.floor(order.length * HELD_OUT);
  const [test, train] = [order.slice(0, held), order.slice(held)].map((rows) =>
    classedRows(
      input,
      rows.sort((a, b) => a - b),
    ),
  ) as [ClassedRows, ClassedRows];
  const tree = await growSurrogate({ train, test, k }, control);
  const found = predictClasses(tree, test.matrix);
  const paths = treePaths(tree);
  const shown = Math.min(EXPLAINED_ROWS, train.matrix.rows);
  const cols = input.matrix.cols;
  const explained = { data: train.matrix.data.subarray(0, shown * cols), rows: shown, cols };
  const counts = new Float64Array(k + 1);
  test.classOf.forEach((one) => (counts[one] = (counts[one] as number) + 1));
  return {
    tree,
    missingIn: namesWithMissing(input),
    fidelity: shareEqual(found, test.classOf),
    baseline: test.classOf.length > 0 ? Math.max(...counts) / test.classOf.length : 0,
    clusters: Array.from({ length: k }, (_, cluster) => ({
      cluster,
      paths: paths.filter(({ predicted }) => predicted === cluster),
      fidelity: fidelityOf(found, test.classOf, cluster),
      importance: importanceOf(tree, { matrix: explained, names: featureNames, cluster }),
    })),
    rowsTrained: train.matrix.rows,
    rowsHeldOut: test.matrix.rows,
  };
}
