/** Moves UTF-16 surrogates above the rest of the plane, so that units compare as the code points they stand for. */
const rank = (unit: number): number => (unit < 0xd800 ? unit : unit < 0xe000 ? unit + 0x2000 : unit - 0x800);

/**
 * Compares two strings by Unicode code points (which is also the order of their UTF-8 bytes). JavaScript's `<` compares
 * UTF-16 units and puts U+FF5E after U+1F600.
 *
 * Ties    0 for equal strings only
 */
export function compareCodePoints(a: string, b: string): -1 | 0 | 1 {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i += 1) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) return rank(x) < rank(y) ? -1 : 1;
  }
  return a.length === b.length ? 0 : a.length < b.length ? -1 : 1;
}
