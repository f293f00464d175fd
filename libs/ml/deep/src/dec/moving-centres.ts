import type { Centres } from './soft-assignment';

/** Adam's constants, as the network's own steps have them. */
const [BETA1, BETA2, EPSILON] = [0.9, 0.999, 1e-7];

/** Centres that follow their gradients by Adam, beside the network whose codes they lie among. */
export class MovingCentres implements Centres {
  readonly data: Float64Array;
  readonly k: number;
  readonly cols: number;
  private readonly firsts: Float64Array;
  private readonly seconds: Float64Array;
  private steps = 0;

  constructor(
    { data, k, cols }: Centres,
    private readonly rate: number,
  ) {
    this.data = Float64Array.from(data);
    [this.k, this.cols] = [k, cols];
    this.firsts = new Float64Array(data.length);
    this.seconds = new Float64Array(data.length);
  }

  /** One step. Shape: gradients k × cols. */
  follow(gradients: Float64Array): void {
    this.steps += 1;
    const { data, firsts, seconds } = this;
    const [first, second] = [1 - BETA1 ** this.steps, 1 - BETA2 ** this.steps];
    gradients.forEach((slope, at) => {
      firsts[at] = BETA1 * (firsts[at] as number) + (1 - BETA1) * slope;
      seconds[at] = BETA2 * (seconds[at] as number) + (1 - BETA2) * slope * slope;
      const root = Math.sqrt((seconds[at] as number) / second) + EPSILON;
      data[at] = (data[at] as number) - (this.rate * (firsts[at] as number)) / first / root;
    });
  }
}
