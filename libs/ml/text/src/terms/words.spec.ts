import { englishTerms } from './english-terms';
import { fitVocabulary } from './vocabulary';
import { wordsOf } from './words';

describe('words of a text', () => {
  it.each([
    ["It's GREAT, really_good: 10/10!", ['it', 'great', 'really_good', '10', '10']],
    ['Größe passt, naïve Übergröße', ['größe', 'passt', 'naïve', 'übergröße']],
    ['Дуже добре', ['дуже', 'добре']],
    ['हिन्दी में', ['हिन्दी', 'में']],
    ['', []],
    ['- ! ? a', []],
  ])('%j', (text, words) => {
    expect(wordsOf(text)).toEqual(words);
  });

  it('cuts scripts without spaces', () => {
    expect(wordsOf('配送が遅い iPhone')).toEqual(expect.arrayContaining(['配送', 'が', 'iphone']));
    expect(wordsOf('สวัสดีครับ').length).toBeGreaterThan(1);
  });

  it('of English: basic forms without stop words', () => {
    expect(englishTerms('The deliveries were arriving late, 3 days after I ordered!')).toEqual([
      'delivery',
      'arrive',
      'late',
      'day',
      'order',
    ]);
    expect(englishTerms("I'm sure they've lost the parcel, it's gone")).toEqual(['sure', 'lose', 'parcel', 'go']);
    expect(englishTerms('   ')).toEqual([]);
  });
});

describe('a vocabulary', () => {
  const texts = [
    ['b', 'a', 'b'],
    ['a', 'c'],
    ['a', 'b'],
  ];

  it('keeps the most frequent terms, of equal ones the first', () => {
    expect(fitVocabulary(texts, { leastDocuments: 1, mostTerms: 2 }).vocabulary).toEqual({
      terms: ['a', 'b'],
      leastWords: 1,
      mostWords: 1,
      documents: 3,
      documentCounts: [3, 2],
    });
  });

  it('refuses texts without terms, and limits that exclude each other', () => {
    expect(() => fitVocabulary([[], []])).toThrow(expect.objectContaining({ code: 'TEXT_NO_TERMS' }));
    expect(() => fitVocabulary(texts, { leastWords: 3, mostWords: 2 })).toThrow(
      expect.objectContaining({ code: 'ML_PARAM' }),
    );
    expect(() => fitVocabulary(texts, { mostShareOfOne: 2 })).toThrow(expect.objectContaining({ code: 'ML_PARAM' }));
  });
});
