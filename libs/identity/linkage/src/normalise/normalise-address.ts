import { foldText } from './fold-text';

/** Abbreviation to word; the pairs of postal authorities that mean the same in English-speaking countries. */
const WORDS: Readonly<Record<string, string>> = {
  st: 'street',
  str: 'street',
  rd: 'road',
  ave: 'avenue',
  av: 'avenue',
  aven: 'avenue',
  blvd: 'boulevard',
  blv: 'boulevard',
  bvd: 'boulevard',
  boul: 'boulevard',
  dr: 'drive',
  drv: 'drive',
  ln: 'lane',
  la: 'la',
  ct: 'court',
  crt: 'court',
  cres: 'crescent',
  crs: 'crescent',
  cr: 'crescent',
  pl: 'place',
  plc: 'place',
  sq: 'square',
  tce: 'terrace',
  terr: 'terrace',
  ter: 'terrace',
  hwy: 'highway',
  hway: 'highway',
  fwy: 'freeway',
  pkwy: 'parkway',
  pwy: 'parkway',
  cct: 'circuit',
  cir: 'circle',
  circ: 'circle',
  cl: 'close',
  gr: 'grove',
  gdns: 'gardens',
  gdn: 'garden',
  est: 'estate',
  vlge: 'village',
  vlg: 'village',
  apt: 'apartment',
  ste: 'suite',
  fl: 'floor',
  flr: 'floor',
  bldg: 'building',
  mt: 'mount',
  n: 'north',
  s: 'south',
  e: 'east',
  w: 'west',
  ne: 'northeast',
  nw: 'northwest',
  se: 'southeast',
  sw: 'southwest',
};

const ORDINALS = ['first', 'second', 'third', 'fourth', 'fifth', 'sixth', 'seventh', 'eighth', 'ninth', 'tenth'];
const SPELLED = new Map(ORDINALS.map((word, i) => [word, `${i + 1}`]));

function expandWord(word: string, isFirst: boolean): string {
  // "St Kilda Road" is a saint's: as a first word the abbreviation is left alone.
  if (isFirst && word === 'st') return word;
  const ordinal = SPELLED.get(word) ?? /^(\d+)(?:st|nd|rd|th)$/.exec(word)?.[1];
  return ordinal ?? (Object.hasOwn(WORDS, word) ? (WORDS[word] ?? word) : word);
}

/**
 * Folds an address and spells out street types, compass points and ordinals: "435 S. La Cienega Blv." is
 * "435 south la cienega boulevard".
 */
export function normaliseAddress(text: string): string {
  const folded = foldText(text);
  if (folded === '') return folded;
  return folded
    .split(' ')
    .map((word, i) => expandWord(word, i === 0))
    .join(' ');
}

/**
 * A house number: leading zeros dropped, its letter kept ("012 A" is "12a"); of a unit and a house ("3/45", "unit 3, 45")
 * both. Text without a digit is folded as it is.
 */
export function normaliseHouseNumber(text: string): string {
  const parts = foldText(text)
    .replace(/\b(?:no|nr|number|unit|flat|apt|lot|suite)\b/g, ' ')
    .match(/\d+ ?[a-z]?(?![a-z])/g);
  if (!parts) return foldText(text);
  return parts.map((part) => part.replace(' ', '').replace(/^0+(?=\d)/, '')).join(' ');
}
