/**
 * What is made small; each a mean, so that it does not grow with the rows. `squared-error`: over rows and columns.
 * `binary-entropy`: over rows and columns, the last layer gives log odds, targets are 0..1. `entropy` and `divergence`: over rows,
 * the last layer gives logarithms of shares up to a constant, targets are shares; the divergence of Kullback and Leibler is the
 * cross entropy less the targets' own.
 */
export const LOSSES = ['squared-error', 'binary-entropy', 'entropy', 'divergence'] as const;
export type Loss = (typeof LOSSES)[number];

/** What a network answered and what it should have: rows × cols, the answers `stride` apart. */
export interface LossInput {
  readonly values: Float32Array;
  readonly stride: number;
  readonly target: Float32Array;
  readonly rows: number;
  readonly cols: number;
  /** Where the gradients go, as far apart as the values. */
  readonly gradients?: Float32Array;
}

type Entry = (value: number, target: number) => { readonly loss: number; readonly slope: number };

function meanOverAll({ values, stride, target, rows, cols, gradients }: LossInput, entry: Entry): number {
  const scale = 1 / (rows * cols);
  let sum = 0;
  for (let i = 0; i < rows; i += 1) {
    for (let j = 0; j < cols; j += 1) {
      const { loss, slope } = entry(values[i * stride + j] as number, target[i * cols + j] as number);
      sum += loss;
      if (gradients) gradients[i * stride + j] = slope * scale;
    }
  }
  return sum * scale;
}

/** The commonest loss, without a call for each value. */
function squaredError({ values, stride, target, rows, cols, gradients }: LossInput): number {
  const scale = 1 / (rows * cols);
  let sum = 0;
  for (let i = 0; i < rows; i += 1) {
    for (let j = 0; j < cols; j += 1) {
      const gap = (values[i * stride + j] as number) - (target[i * cols + j] as number);
      sum += gap * gap;
      if (gradients) gradients[i * stride + j] = 2 * gap * scale;
    }
  }
  return sum * scale;
}

function binaryEntropy(value: number, target: number): { loss: number; slope: number } {
  const loss = Math.max(value, 0) - value * target + Math.log1p(Math.exp(-Math.abs(value)));
  return { loss, slope: 1 / (1 + Math.exp(-value)) - target };
}

function entropy({ values, stride, target, rows, cols, gradients }: LossInput, less: 'nothing' | 'own'): number {
  let sum = 0;
  for (let i = 0; i < rows; i += 1) {
    const [at, from] = [i * stride, i * cols];
    let most = -Infinity;
    for (let j = 0; j < cols; j += 1) most = Math.max(most, values[at + j] as number);
    let total = 0;
    let wanted = 0;
    for (let j = 0; j < cols; j += 1) {
      total += Math.exp((values[at + j] as number) - most);
      wanted += target[from + j] as number;
    }
    const log = most + Math.log(total);
    for (let j = 0; j < cols; j += 1) {
      const share = target[from + j] as number;
      const logShare = (values[at + j] as number) - log;
      if (share > 0) sum += share * ((less === 'own' ? Math.log(share) : 0) - logShare);
      if (gradients) gradients[at + j] = (Math.exp(logShare) * wanted - share) / rows;
    }
  }
  return sum / rows;
}

/**
 * The loss, in double precision, and its gradients where they are wanted.
 *
 * Ties    shares of 0 add nothing
 */
export function lossOf(loss: Loss, input: LossInput): number {
  if (loss === 'squared-error') return squaredError(input);
  if (loss === 'binary-entropy') return meanOverAll(input, binaryEntropy);
  return entropy(input, loss === 'divergence' ? 'own' : 'nothing');
}
