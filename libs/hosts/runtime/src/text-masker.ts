import type { MaskKind } from '@kohort/kernel-contracts';
import type { MaskText } from '@kohort/ingest-flow';

/** How often something was masked, by what it was; never what it was. */
export type MaskCounts = Map<MaskKind, number>;

/**
 * What masks texts, counting what it masks. The library is loaded when a source is to be masked for the first time: it
 * brings word lists along that nobody else needs.
 */
export async function textMasker(counts: MaskCounts): Promise<MaskText> {
  const { MASKED_KINDS, findEnglishNames, maskPersonalData } = await import('@kohort/ml-text');
  return (text, { kinds, country }) => {
    const { text: left, masked } = maskPersonalData(text, {
      kinds: MASKED_KINDS.filter((kind) => kinds.includes(kind)),
      ...(country === null ? {} : { country }),
      ...(kinds.includes('person') ? { people: findEnglishNames } : {}),
    });
    if (left === text) return text;
    for (const kind of [...MASKED_KINDS, 'person'] as const) {
      if (masked[kind] > 0) counts.set(kind, (counts.get(kind) ?? 0) + masked[kind]);
    }
    return left;
  };
}
