import fc from 'fast-check';
import { alignmentDistance, damerauLevenshtein } from './damerau-levenshtein';
import { jaroWinkler } from './jaro-winkler';
import { doubleMetaphone, soundex } from './phonetic';
import { softCosine } from './token-similarity';

const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c', 'd', ' '), maxLength: 40 });
const RUNS = { numRuns: 500, seed: 7 };

describe('Jaro–Winkler', () => {
  it.each([
    // Winkler 1990 and the tables of Census Bureau report RR94/05; the last is longer than 32 units on purpose.
    ['martha', 'marhta', 0.9611],
    ['dwayne', 'duane', 0.84],
    ['dixon', 'dicksonx', 0.8133],
    ['jones', 'johnson', 0.8323],
    ['abroms', 'abrams', 0.9222],
    ['hardin', 'martinez', 0.7222],
    ['itman', 'smith', 0.4667],
    ['jeraldine', 'geraldine', 0.9259],
    ['michelle', 'michael', 0.9214],
    ['julies', 'julius', 0.9333],
    ['tanya', 'tonya', 0.88],
    ['dwayne', 'duane', 0.84],
    ['sean', 'susan', 0.805],
    ['jon', 'john', 0.9333],
    ['jon', 'jan', 0.8],
    ['abc', 'xyz', 0],
  ])('%s and %s: %d', (a, b, published) => {
    expect(jaroWinkler(a, b)).toBeCloseTo(published, 3);
  });

  it('is symmetric, within 0 and 1, and 1 only for equal texts', () => {
    fc.assert(
      fc.property(word, word, (a, b) => {
        const likeness = jaroWinkler(a, b);
        expect(jaroWinkler(b, a)).toBeCloseTo(likeness, 12);
        expect(likeness).toBeGreaterThanOrEqual(0);
        expect(likeness).toBeLessThanOrEqual(1);
        expect(jaroWinkler(a, a)).toBe(1);
      }),
      RUNS,
    );
  });

  it('long texts are compared as short ones are', () => {
    const tail = 'x'.repeat(29);
    expect(jaroWinkler(`martha${tail}`, `marhta${tail}`)).toBeCloseTo(
      (1 + 1 + 34 / 35) / 3 + 0.3 * (1 / 3) * (1 / 35),
      6,
    );
  });
});

describe('Damerau–Levenshtein', () => {
  it.each([
    ['ca', 'abc', 2, 3],
    ['a cat', 'an abct', 3, 4],
    ['kitten', 'sitting', 3, 3],
    ['smith', 'smtih', 1, 1],
    ['', 'abc', 3, 3],
    ['saturday', 'sunday', 3, 3],
  ])('%s to %s: %i true, %i restricted', (a, b, unrestricted, restricted) => {
    expect(damerauLevenshtein(a, b)).toBe(unrestricted);
    expect(alignmentDistance(a, b)).toBe(restricted);
  });

  it('both are symmetric, 0 for equal texts alone, and the restricted one is never smaller', () => {
    fc.assert(
      fc.property(word, word, (a, b) => {
        const [free, restricted] = [damerauLevenshtein(a, b), alignmentDistance(a, b)];
        expect(damerauLevenshtein(b, a)).toBe(free);
        expect(alignmentDistance(b, a)).toBe(restricted);
        expect(restricted).toBeGreaterThanOrEqual(free);
        expect(free === 0).toBe(a === b);
        expect(restricted).toBeLessThanOrEqual(Math.max(a.length, b.length));
      }),
      RUNS,
    );
  });

  it('the true distance keeps the triangle inequality', () => {
    fc.assert(
      fc.property(word, word, word, (a, b, c) => {
        expect(damerauLevenshtein(a, c)).toBeLessThanOrEqual(damerauLevenshtein(a, b) + damerauLevenshtein(b, c));
      }),
      RUNS,
    );
  });
});

describe('sounds', () => {
  it.each([
    // National Archives, "The Soundex Indexing System".
    ['Washington', 'W252'],
    ['Lee', 'L000'],
    ['Gutierrez', 'G362'],
    ['Pfister', 'P236'],
    ['Jackson', 'J250'],
    ['Tymczak', 'T522'],
    ['VanDeusen', 'V532'],
    ['Ashcraft', 'A261'],
    ['Robert', 'R163'],
    ['Rupert', 'R163'],
    ['Rubin', 'R150'],
    ['Honeyman', 'H555'],
    ['', ''],
  ])('soundex of %s is %s', (name, code) => {
    expect(soundex(name)).toBe(code);
  });

  it.each([
    ['Smith', 'SM0', 'XMT'],
    ['Schmidt', 'XMT', 'SMT'],
    ['Thumb', '0M', 'TM'],
    ['Jose', 'HS', 'HS'],
    ['Wachtler', 'AKTLR', 'FKTLR'],
  ])('double metaphone of %s is %s, %s', (name, primary, alternative) => {
    expect(doubleMetaphone(name)).toEqual([primary, alternative]);
  });
});

describe('soft TF-IDF cosine', () => {
  it('takes words in any order and with slips', () => {
    expect(softCosine('hotel bel air', 'bel air hotel')).toBeCloseTo(1, 12);
    expect(softCosine('arnie mortons of chicago', 'arnie morton of chicago')).toBeGreaterThan(0.9);
    expect(softCosine('smith street', 'jones street')).toBeLessThan(0.6);
    expect(softCosine('', '')).toBe(1);
    expect(softCosine('a', '')).toBe(0);
  });

  it('is symmetric, within 0 and 1, and 1 for equal texts', () => {
    fc.assert(
      fc.property(word, word, (a, b) => {
        const likeness = softCosine(a, b);
        expect(softCosine(b, a)).toBeCloseTo(likeness, 12);
        expect(likeness).toBeGreaterThanOrEqual(0);
        expect(likeness).toBeLessThanOrEqual(1 + 1e-12);
        expect(softCosine(a, a)).toBeCloseTo(1, 12);
      }),
      RUNS,
    );
  });
});
