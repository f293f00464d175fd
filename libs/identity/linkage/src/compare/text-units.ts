/** Texts as UTF-16 units in one flat array, so that threads share them and loops allocate nothing. */
export interface TextUnits {
  /** Text t occupies units[offsets[t] .. offsets[t + 1]). */
  readonly units: Uint16Array;
  readonly offsets: Uint32Array;
}

/** Packs texts on shared memory. */
export function packTexts(texts: readonly string[]): TextUnits {
  const offsets = new Uint32Array(new SharedArrayBuffer((texts.length + 1) * 4));
  let total = 0;
  texts.forEach((text, i) => {
    total += text.length;
    offsets[i + 1] = total;
  });
  const units = new Uint16Array(new SharedArrayBuffer(Math.max(2, total * 2)));
  texts.forEach((text, i) => {
    const start = offsets[i] as number;
    for (let k = 0; k < text.length; k += 1) units[start + k] = text.charCodeAt(k);
  });
  return { units, offsets };
}

/** Text t back as a string. */
export function textAt({ units, offsets }: TextUnits, t: number): string {
  return String.fromCharCode(...units.subarray(offsets[t], offsets[t + 1]));
}
