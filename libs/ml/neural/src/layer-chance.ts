import type { Random } from '@kohort/kernel-clock-random';
import { dropoutMask } from './dropout-mask';
import { widthOn, type NetworkShape } from './network';

/** What chance does to a layer in one batch of training. */
export interface LayerChance {
  /** rows × units: what dropout multiplies values with. */
  readonly mask?: Float32Array;
  /** rows × half the units: standard normal values that a sampled layer is drawn with. */
  readonly noise?: Float32Array;
}

/**
 * The chance of every layer. Every engine draws through this function, so equal chance drops and draws alike.
 *
 * Shape   one entry a layer; empty ones without `random`
 */
export function drawChance({ layers }: NetworkShape, rows: number, random: Random | undefined): LayerChance[] {
  return layers.map((layer, at): LayerChance => {
    if (!random) return {};
    if (layer.sampled) return { noise: new Float32Array(rows * widthOn(layer)).map(() => random.normal()) };
    const { units, dropout = 0 } = layer;
    return dropout > 0 && at < layers.length - 1 ? { mask: dropoutMask(random, rows * units, dropout) } : {};
  });
}
