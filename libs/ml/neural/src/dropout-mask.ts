import type { Random } from '@kohort/kernel-clock-random';

/**
 * What each value is multiplied with in training: 0 for the dropped share, 1 / (1 − share) for the others. Every engine draws
 * through this function, layer by layer, so equal chance drops equal values.
 *
 * Shape   rows × units
 */
export function dropoutMask(random: Random, length: number, share: number): Float32Array {
  const kept = 1 / (1 - share);
  const bound = share * 2 ** 32;
  return new Float32Array(length).map(() => (random.uint32() < bound ? 0 : kept));
}
