import { packTexts, type TextUnits } from './text-units';

const { max, min } = Math;

/** Winkler's constants: weight of a common prefix, its longest length, and the similarity from which it counts. */
const PREFIX_WEIGHT = 0.1;
const LONGEST_PREFIX = 4;
const PREFIX_FROM = 0.7;

/**
 * Jaro–Winkler similarity of packed texts.
 *
 * Units   1 for equal texts (two empty ones too), 0 for nothing in common; symmetric
 * Cost    O(a·b / longest) in practice; no allocation for texts up to 32 units
 * Source  Jaro 1989; Winkler 1990 (prefix of 4, weight 0.1, from 0.7 on), held to the published examples
 */
export class JaroWinkler {
  private readonly units: Uint16Array;
  private readonly offsets: Uint32Array;

  constructor(texts: TextUnits) {
    this.units = texts.units;
    this.offsets = texts.offsets;
  }

  similarity(a: number, b: number): number {
    const { offsets, units } = this;
    const startA = offsets[a] as number;
    const startB = offsets[b] as number;
    const lengthA = (offsets[a + 1] as number) - startA;
    const lengthB = (offsets[b + 1] as number) - startB;
    if (lengthA === 0 || lengthB === 0) return lengthA === lengthB ? 1 : 0;
    const jaro =
      lengthA <= 32 && lengthB <= 32
        ? this.short(startA, lengthA, startB, lengthB)
        : this.long(startA, lengthA, startB, lengthB);
    if (jaro <= PREFIX_FROM) return jaro;
    const most = min(LONGEST_PREFIX, lengthA, lengthB);
    let prefix = 0;
    while (prefix < most && units[startA + prefix] === units[startB + prefix]) prefix += 1;
    return jaro + prefix * PREFIX_WEIGHT * (1 - jaro);
  }

  /** Matched places as the bits of two words. */
  private short(startA: number, lengthA: number, startB: number, lengthB: number): number {
    const units = this.units;
    const reach = max(0, (max(lengthA, lengthB) >> 1) - 1);
    let takenA = 0;
    let takenB = 0;
    let matches = 0;
    for (let i = 0; i < lengthA; i += 1) {
      const unit = units[startA + i];
      const last = min(lengthB - 1, i + reach);
      for (let j = i > reach ? i - reach : 0; j <= last; j += 1) {
        if (units[startB + j] === unit && (takenB & (1 << j)) === 0) {
          takenA |= 1 << i;
          takenB |= 1 << j;
          matches += 1;
          break;
        }
      }
    }
    if (matches === 0) return 0;
    let moved = 0;
    let j = 0;
    for (let i = 0; i < lengthA; i += 1) {
      if ((takenA & (1 << i)) === 0) continue;
      while ((takenB & (1 << j)) === 0) j += 1;
      if (units[startA + i] !== units[startB + j]) moved += 1;
      j += 1;
    }
    return (matches / lengthA + matches / lengthB + (matches - (moved >> 1)) / matches) / 3;
  }

  private long(startA: number, lengthA: number, startB: number, lengthB: number): number {
    const units = this.units;
    const reach = max(0, (max(lengthA, lengthB) >> 1) - 1);
    const takenB = new Uint8Array(lengthB);
    const matched: number[] = [];
    for (let i = 0; i < lengthA; i += 1) {
      const unit = units[startA + i] as number;
      const last = min(lengthB - 1, i + reach);
      for (let j = i > reach ? i - reach : 0; j <= last; j += 1) {
        if (units[startB + j] === unit && takenB[j] === 0) {
          takenB[j] = 1;
          matched.push(unit);
          break;
        }
      }
    }
    const matches = matched.length;
    if (matches === 0) return 0;
    let moved = 0;
    let k = 0;
    for (let j = 0; j < lengthB; j += 1) {
      if (takenB[j] === 0) continue;
      if (units[startB + j] !== matched[k]) moved += 1;
      k += 1;
    }
    return (matches / lengthA + matches / lengthB + (matches - (moved >> 1)) / matches) / 3;
  }
}

/** Jaro–Winkler similarity of two strings; see JaroWinkler. */
export function jaroWinkler(a: string, b: string): number {
  return new JaroWinkler(packTexts([a, b])).similarity(0, 1);
}
