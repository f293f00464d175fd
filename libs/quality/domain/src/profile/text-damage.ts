/** UTF-8 that was read as Windows-1252: the bytes of é, ’, € and their like as separate letters; or a lost character. */
const MOJIBAKE =
  /[\u00c2\u00c3][\u0080-\u00bf\u2018-\u201e\u20ac\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u2020-\u2026\u2030\u2039\u203a\u2122\u0192\u02c6\u02dc]|\u00e2\u20ac|\u00ef\u00bb\u00bf|\ufffd/;
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\u200b\u200e\u200f\u2060\ufeff]/;

/** Windows-1252's own letters at 0x80–0x9f; 0 where it has none. */
const CP1252 = [
  0x20ac, 0, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0, 0x017d, 0, 0,
  0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0, 0x017e, 0x0178,
];
const BYTE_OF = new Map(CP1252.flatMap((unit, i): [number, number][] => (unit === 0 ? [] : [[unit, 0x80 + i]])));

/** Whether a text shows that it was decoded wrongly on its way. */
export const isMojibake = (text: string): boolean => MOJIBAKE.test(text);

/** Whether a text holds characters that nobody sees. */
export const hasControl = (text: string): boolean => CONTROL.test(text);

/**
 * The text as it was meant, when undoing one wrong decoding gives valid UTF-8; null otherwise.
 *
 * Source  Windows-1252 as of the WHATWG Encoding Standard
 */
export function repairMojibake(text: string): string | null {
  const bytes: number[] = [];
  for (const letter of text) {
    const unit = letter.codePointAt(0) ?? 0;
    const byte = unit <= 0xff ? unit : BYTE_OF.get(unit);
    if (byte === undefined) return null;
    bytes.push(byte);
  }
  try {
    const repaired = new TextDecoder('utf-8', { fatal: true }).decode(Uint8Array.from(bytes));
    return repaired === text ? null : repaired;
  } catch {
    // Not UTF-8 after all: nothing to repair.
    return null;
  }
}
