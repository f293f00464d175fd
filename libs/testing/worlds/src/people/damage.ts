import type { Random } from '@kohort/kernel-clock-random';

const LETTERS = 'abcdefghijklmnopqrstuvwxyz';
const DIGITS = '0123456789';

/** One slip of the keyboard: a character too many, missing, wrong, two exchanged, or a word's gap moved. */
export function withSlip(text: string, random: Random): string {
  if (text === '') return text;
  const at = random.int(text.length);
  const alphabet = /\d/.test(text.charAt(at)) ? DIGITS : LETTERS;
  const other = alphabet.charAt(random.int(alphabet.length));
  switch (random.int(5)) {
    case 0:
      return text.slice(0, at) + other + text.slice(at);
    case 1:
      return text.length > 1 ? text.slice(0, at) + text.slice(at + 1) : text;
    case 2:
      return text.slice(0, at) + other + text.slice(at + 1);
    case 3:
      return text.slice(0, at) + text.slice(at + 1, at + 2) + text.charAt(at) + text.slice(at + 2);
    default:
      return /\d/.test(text) ? text : `${text.slice(0, at)} ${text.slice(at)}`.trim();
  }
}
