/** The words of a text, found letter by letter. */
export function spoken(text: string): string[] {
  const words: string[] = [];
  let word = '';
  const end = (): void => {
    if (word !== '') words.push(word);
    word = '';
  };
  const shape = text.normalize('NFKC').toUpperCase().toLowerCase().replace(/ς/g, 'σ').normalize('NFKC');
  for (const char of shape) {
    if (/[\u00AD\u200C-\u200F\uFE0F]/.test(char)) continue;
    if (/\p{Script=Han}|\p{Script=Hiragana}|\p{Script=Katakana}|\p{Script=Thai}/u.test(char)) {
      end();
      words.push(char);
    } else if (/[\p{L}\p{M}\p{N}_]/u.test(char)) word += char;
    else end();
  }
  end();
  return words;
}

/** Whether a phrase stands in words; one that ends in `*` is the beginning of its last word. */
export function says(words: string[], phrase: string): boolean {
  const wanted = spoken(phrase);
  return words.some((_word, at) =>
    wanted.every((word, i) => {
      const found = words[at + i] ?? '';
      return i === wanted.length - 1 && /[^ ]\*$/.test(phrase) ? found.startsWith(word) : found === word;
    }),
  );
}
