import { z } from 'zod';
import type { Json } from '@kohort/kernel-contracts';
import { ACTIVATIONS } from '@kohort/ml-core';
import type { Coder } from './coder';

const layerSchema = z
  .object({
    units: z.number().int().positive(),
    activation: z.enum(ACTIVATIONS),
    kernel: z.array(z.number()),
    bias: z.array(z.number()),
  })
  .refine(({ units, kernel, bias }) => bias.length === units && kernel.length % units === 0, {
    message: 'weights do not fit the units',
  });

/** A coder as it is stored. */
export const coderSchema = z
  .object({
    centre: z.array(z.number()).min(1),
    spread: z.number().positive(),
    layers: z.array(layerSchema).min(1),
  })
  .refine(
    ({ centre, layers }) =>
      layers.every(({ units, kernel }, at) => kernel.length === (layers[at - 1]?.units ?? centre.length) * units),
    { message: 'layers do not fit each other' },
  );

/** Nine digits tell every float32 from its neighbours. */
const short = (values: Float32Array): number[] => Array.from(values, (value) => Number(value.toPrecision(9)));

/** A coder as JSON; numbers keep every bit. */
export function coderToJson({ centre, spread, layers }: Coder): Json {
  return {
    centre: [...centre],
    spread,
    layers: layers.map(({ units, activation, kernel, bias }) => ({
      units,
      activation,
      kernel: short(kernel),
      bias: short(bias),
    })),
  };
}

/** The coder of what was stored. */
export function coderFromJson({ centre, spread, layers }: z.output<typeof coderSchema>): Coder {
  return {
    centre: Float64Array.from(centre),
    spread,
    layers: layers.map(({ kernel, bias, ...layer }) => ({
      ...layer,
      kernel: Float32Array.from(kernel),
      bias: Float32Array.from(bias),
    })),
  };
}
