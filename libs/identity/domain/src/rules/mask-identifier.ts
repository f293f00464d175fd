import type { Identifier } from '@kohort/kernel-contracts';

const hidden = (text: string): string => {
  const letters = [...text];
  if (letters.length <= 4) return '…';
  const kept = letters.length >= 12 ? 2 : 1;
  return `${letters.slice(0, kept).join('')}…${letters.slice(-kept).join('')}`;
};

/** A value that a person who knows it will recognise, and nobody else can read: `an…42`, `a…@example.com`. */
export function maskIdentifier({ type, value }: Identifier): string {
  const at = type === 'email' ? value.lastIndexOf('@') : -1;
  return at > 0 ? `${[...value][0] ?? ''}…${value.slice(at)}` : hidden(value);
}
