import type { Json } from '@kohort/kernel-contracts';
import { compareCodePoints } from './code-points';

const isArray = (value: Json): value is readonly Json[] => Array.isArray(value);

/** JSON text with keys in code-point order and no white space: equal values have equal texts. */
export function stableJson(value: Json): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (isArray(value)) return `[${value.map((item) => stableJson(item)).join(',')}]`;
  const fields = Object.keys(value)
    .sort(compareCodePoints)
    .flatMap((key) => {
      const field = value[key];
      return field === undefined ? [] : [`${JSON.stringify(key)}:${stableJson(field)}`];
    });
  return `{${fields.join(',')}}`;
}
