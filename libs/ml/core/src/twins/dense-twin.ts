import type { DenseRows, RowProduct, WeightStep } from '../dense-kernels';

const { fround, max, exp, log1p, tanh, sqrt } = Math;
const at = (values: Float32Array, place: number): number => values[place] as number;

/** Plain twin of the product: the same roundings in the same order. Not exported by the package. */
export function multiplyRowsTwin(p: RowProduct): void {
  for (let r = 0; r < p.rows; r += 1) {
    for (let j = 0; j < p.columns; j += 1) {
      let sum = 0;
      for (let t = 0; t < p.inner; t += 1) {
        sum = fround(sum + fround(at(p.a, r * p.aRow + t * p.aStep) * at(p.b, t * p.bRow + j)));
      }
      p.out[r * p.outRow + j] = sum;
    }
  }
}

const VALUE = {
  linear: (x: number) => x,
  relu: (x: number) => max(x, 0),
  tanh,
  sigmoid: (x: number) => 1 / (1 + exp(-x)),
  softplus: (x: number) => max(x, 0) + log1p(exp(-Math.abs(x))),
} as const;

const SLOPE = {
  linear: () => 1,
  relu: (y: number) => (y > 0 ? 1 : 0),
  tanh: (y: number) => 1 - y * y,
  sigmoid: (y: number) => y * (1 - y),
  softplus: (y: number) => 1 - exp(-y),
} as const;

/** Plain twin of the activations. */
export function activateRowsTwin({ values, stride, rows, width, activation }: DenseRows): void {
  for (let r = 0; r < rows; r += 1) {
    for (let j = 0; j < width; j += 1) values[r * stride + j] = VALUE[activation](at(values, r * stride + j));
    values[r * stride + width] = 1;
  }
}

/** Plain twin of the slopes. */
export function applySlopesTwin(gradients: Float32Array, { values, stride, rows, width, activation }: DenseRows): void {
  for (let r = 0; r < rows; r += 1) {
    for (let place = r * stride; place < r * stride + width; place += 1) {
      gradients[place] = at(gradients, place) * SLOPE[activation](at(values, place));
    }
  }
}

/** Plain twin of a step of Adam: the same roundings in the same order. */
export function adamStepTwin({ weights, gradients, firsts, seconds, constants }: WeightStep): void {
  const [keepFirst, addFirst, keepSecond, addSecond, rate, correction, epsilon] = [...constants] as [
    number,
    ...number[],
  ];
  const product = (a: number, b = 0): number => fround(a * b);
  for (let i = 0; i < weights.length; i += 1) {
    const gradient = at(gradients, i);
    const first = fround(product(at(firsts, i), keepFirst) + product(gradient, addFirst));
    const second = fround(product(at(seconds, i), keepSecond) + product(product(gradient, gradient), addSecond));
    firsts[i] = first;
    seconds[i] = second;
    const below = fround(fround(sqrt(product(second, correction))) + (epsilon ?? 0));
    weights[i] = at(weights, i) - fround(product(first, rate) / below);
  }
}

/** Plain twin of a step of gradient descent: the same roundings in the same order. */
export function momentumStepTwin({ weights, gradients, firsts, constants }: WeightStep): void {
  for (let i = 0; i < weights.length; i += 1) {
    const speed = fround(at(gradients, i) + fround(at(constants, 0) * at(firsts, i)));
    firsts[i] = speed;
    weights[i] = at(weights, i) - fround(at(constants, 1) * speed);
  }
}
