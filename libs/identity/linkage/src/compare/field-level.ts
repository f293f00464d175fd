import { AlignmentDistance } from './damerau-levenshtein';
import { JaroWinkler } from './jaro-winkler';
import { SoftCosine } from './token-similarity';
import { textAt } from './text-units';
import type { Vocabulary } from '../encode/vocabulary';
import { LEVEL } from '../field-types';

const { abs, floor, max, min } = Math;

/** Level of two different values of one vocabulary. Symmetric. */
export type ValueComparison = (a: number, b: number) => number;

/** Bounds between levels; Jaro–Winkler ones as Winkler and Splink's documentation use them for names. */
const CLOSE_NAME = 0.92;
const ALIKE_NAME = 0.82;
const CLOSE_WORDS = 0.8;
const ALIKE_WORDS = 0.45;

function wordy(vocabulary: Vocabulary): ValueComparison {
  const jaro = new JaroWinkler(vocabulary.texts);
  const edits = new AlignmentDistance(vocabulary.texts);
  const { words, sounds, houses } = vocabulary;
  const cosine = words ? new SoftCosine(words) : null;
  const starts = words?.starts;
  return (a, b) => {
    const isOtherHouse =
      houses !== null && houses[a] !== houses[b] && (houses[a] as number) >= 0 && (houses[b] as number) >= 0;
    const likeness = jaro.similarity(a, b);
    const hasWords =
      starts !== undefined &&
      ((starts[a + 1] as number) - (starts[a] as number) > 1 || (starts[b + 1] as number) - (starts[b] as number) > 1);
    if (!isOtherHouse && (likeness >= CLOSE_NAME || edits.within(a, b, 1) <= 1)) return LEVEL.close;
    const inWords = hasWords && cosine ? cosine.similarity(a, b) : 0;
    if (!isOtherHouse && inWords >= CLOSE_WORDS) return LEVEL.close;
    // Another house of the same street is not the same address with a slip.
    if (isOtherHouse) return likeness >= CLOSE_NAME || inWords >= CLOSE_WORDS ? LEVEL.alike : LEVEL.differs;
    if (likeness >= ALIKE_NAME || inWords >= ALIKE_WORDS) return LEVEL.alike;
    if (!hasWords && sounds && sounds[a] === sounds[b] && (sounds[a] as number) >= 0) return LEVEL.alike;
    return LEVEL.differs;
  };
}

function digits(vocabulary: Vocabulary): ValueComparison {
  const edits = new AlignmentDistance(vocabulary.texts);
  const { offsets } = vocabulary.texts;
  return (a, b) => {
    const shorter = min(
      (offsets[a + 1] as number) - (offsets[a] as number),
      (offsets[b + 1] as number) - (offsets[b] as number),
    );
    const apart = edits.within(a, b, 2);
    if (apart <= 1 && shorter >= 2) return LEVEL.close;
    return apart <= 2 && shorter >= 6 ? LEVEL.alike : LEVEL.differs;
  };
}

/** Day and month exchanged is one slip; two of year, month and day right is near. */
function dates(vocabulary: Vocabulary): ValueComparison {
  const edits = new AlignmentDistance(vocabulary.texts);
  const packed = Float64Array.from({ length: vocabulary.size }, (_, v) => {
    const text = textAt(vocabulary.texts, v);
    return /^\d{8}$/.test(text) ? Number(text) : -1;
  });
  return (a, b) => {
    if (edits.within(a, b, 1) <= 1) return LEVEL.close;
    const x = packed[a] as number;
    const y = packed[b] as number;
    if (x < 0 || y < 0) return edits.within(a, b, 2) <= 2 ? LEVEL.alike : LEVEL.differs;
    const [yearX, yearY] = [floor(x / 10_000), floor(y / 10_000)];
    const [monthX, monthY] = [floor(x / 100) % 100, floor(y / 100) % 100];
    const [dayX, dayY] = [x % 100, y % 100];
    if (yearX === yearY && monthX === dayY && dayX === monthY) return LEVEL.close;
    const right = Number(yearX === yearY) + Number(monthX === monthY) + Number(dayX === dayY);
    return right >= 2 ? LEVEL.alike : LEVEL.differs;
  };
}

/** Numbers with and without country or area code end alike. */
function phones(vocabulary: Vocabulary): ValueComparison {
  const edits = new AlignmentDistance(vocabulary.texts);
  const { units, offsets } = vocabulary.texts;
  return (a, b) => {
    const endA = offsets[a + 1] as number;
    const endB = offsets[b + 1] as number;
    const shorter = min(endA - (offsets[a] as number), endB - (offsets[b] as number));
    let same = 0;
    while (same < shorter && units[endA - 1 - same] === units[endB - 1 - same]) same += 1;
    if (same >= 9 || (same === shorter && shorter >= 7)) return LEVEL.close;
    if (shorter >= 7 && edits.within(a, b, 1) <= 1) return LEVEL.close;
    return same >= 7 || (shorter >= 7 && edits.within(a, b, 2) <= 2) ? LEVEL.alike : LEVEL.differs;
  };
}

function emails(vocabulary: Vocabulary): ValueComparison {
  const edits = new AlignmentDistance(vocabulary.texts);
  const jaro = new JaroWinkler(vocabulary.texts);
  const mailboxes = new Map<string, number>();
  const mailbox = Int32Array.from({ length: vocabulary.size }, (_, v) => {
    const name = textAt(vocabulary.texts, v).split('@')[0] ?? '';
    const id = mailboxes.get(name) ?? mailboxes.size;
    mailboxes.set(name, id);
    return id;
  });
  return (a, b) => {
    if (mailbox[a] === mailbox[b] || edits.within(a, b, 1) <= 1) return LEVEL.close;
    return jaro.similarity(a, b) >= CLOSE_NAME ? LEVEL.alike : LEVEL.differs;
  };
}

function amounts(vocabulary: Vocabulary): ValueComparison {
  const numbers = Float64Array.from({ length: vocabulary.size }, (_, v) => Number(textAt(vocabulary.texts, v)));
  return (a, b) => {
    const x = numbers[a] as number;
    const y = numbers[b] as number;
    const apart = abs(x - y) / max(abs(x), abs(y));
    if (x === y || apart <= 0.01) return LEVEL.close;
    return apart <= 0.1 ? LEVEL.alike : LEVEL.differs;
  };
}

/** How different values of a vocabulary compare, by its type. */
export function valueComparison(vocabulary: Vocabulary): ValueComparison {
  switch (vocabulary.type) {
    case 'name':
    case 'text':
    case 'address':
      return wordy(vocabulary);
    case 'house':
    case 'code':
      return digits(vocabulary);
    case 'date':
      return dates(vocabulary);
    case 'phone':
      return phones(vocabulary);
    case 'email':
      return emails(vocabulary);
    case 'amount':
      return amounts(vocabulary);
    case 'category':
      return () => LEVEL.differs;
  }
}
