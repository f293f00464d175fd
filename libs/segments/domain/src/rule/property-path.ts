import type { Json } from '@kohort/kernel-contracts';

/** One step of a property path: an object's key or an array's zero-based index. */
export type PathStep = string | number;

const PATH = /^[^.[\]]+(?:\[\d{1,6}\])*(?:\.[^.[\]]+(?:\[\d{1,6}\])*)*$/;

/**
 * Reads `address.lines[0].city` into its steps; undefined when the text is not a path.
 *
 * Shape   dots separate keys, `[n]` picks the n-th element counted from 0; a key holds no dot and no bracket
 */
export function parsePropertyPath(text: string): readonly PathStep[] | undefined {
  if (text.length > 500 || !PATH.test(text)) return undefined;
  return text.split('.').flatMap((part) => {
    const [key = '', ...indexes] = part.split('[');
    return [key, ...indexes.map((index) => Number.parseInt(index, 10))];
  });
}

/** The value at a path; a missing path, and JSON null, are undefined. Inherited properties are never seen. */
export function readPath(root: Json | undefined, steps: readonly PathStep[]): Json | undefined {
  let value: Json | undefined = root;
  for (const step of steps) {
    if (value === undefined || value === null || typeof value !== 'object') return undefined;
    if (typeof step === 'number') {
      value = isArray(value) ? value[step] : undefined;
    } else {
      value = !isArray(value) && Object.hasOwn(value, step) ? value[step] : undefined;
    }
  }
  return value === null ? undefined : value;
}

function isArray(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}
