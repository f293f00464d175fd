import { seededRandom, type Random } from '@kohort/kernel-clock-random';

const ONSETS = [
  'b',
  'br',
  'c',
  'ch',
  'd',
  'f',
  'g',
  'gr',
  'h',
  'j',
  'k',
  'l',
  'm',
  'n',
  'p',
  'r',
  's',
  'st',
  't',
  'th',
  'v',
  'w',
];
const VOWELS = ['a', 'e', 'i', 'o', 'u', 'ai', 'ea', 'ie', 'oo'];
const ENDS = ['n', 'r', 's', 't', 'ld', 'm', 'ck', 'll', 'son', 'ton', 'ley', 'man', 'dge', ''];
const STREET_TYPES = ['street', 'road', 'avenue', 'place', 'crescent', 'close', 'court', 'drive', 'circuit', 'way'];
const WORDS_SEED = 20_260_717;

function pick<T>(items: readonly T[], random: Random): T {
  return items[random.int(items.length)] as T;
}

function invented(count: number, random: Random): string[] {
  const words = new Set<string>();
  while (words.size < count) {
    const syllables = 1 + random.int(2);
    let word = '';
    for (let s = 0; s < syllables; s += 1) word += pick(ONSETS, random) + pick(VOWELS, random);
    word += pick(ENDS, random);
    if (word.length >= 3) words.add(word);
  }
  return [...words];
}

/** Words of which the first are far more common than the last (Zipf, exponent 0.8), as names are. */
export interface WordList {
  readonly words: readonly string[];
  draw(random: Random): string;
}

function zipf(words: readonly string[]): WordList {
  const sums = new Float64Array(words.length);
  let total = 0;
  words.forEach((_, rank) => {
    total += (rank + 1) ** -0.8;
    sums[rank] = total;
  });
  return {
    words,
    draw(random) {
      const wanted = random.next() * total;
      let low = 0;
      let high = words.length - 1;
      while (low < high) {
        const middle = (low + high) >>> 1;
        if ((sums[middle] as number) < wanted) low = middle + 1;
        else high = middle;
      }
      return words[low] as string;
    },
  };
}

/** The words of which people are made; the same in every world. */
export interface PeopleWords {
  readonly given: WordList;
  readonly surnames: WordList;
  readonly streets: WordList;
  readonly estates: WordList;
  readonly suburbs: readonly { readonly suburb: string; readonly postcode: string; readonly state: string }[];
}

/** Invents given names, surnames, streets and suburbs. */
export function peopleWords(): PeopleWords {
  const random = seededRandom(WORDS_SEED);
  const streets = invented(6000, random.split('streets')).map((word) => `${word} ${pick(STREET_TYPES, random)}`);
  const states = ['nsw', 'vic', 'qld', 'wa', 'sa', 'tas', 'act', 'nt'];
  const shares = [0.34, 0.6, 0.79, 0.89, 0.96, 0.98, 0.993, 1];
  return {
    given: zipf(invented(1500, random.split('given'))),
    surnames: zipf(invented(9000, random.split('surnames'))),
    streets: zipf(streets),
    estates: zipf(invented(4000, random.split('estates')).map((word) => `${word} park`)),
    suburbs: invented(3000, random.split('suburbs')).map((suburb) => {
      const draw = random.next();
      return {
        suburb,
        postcode: String(2000 + random.int(7000)),
        state: states[shares.findIndex((share) => draw <= share)] ?? 'nsw',
      };
    }),
  };
}
