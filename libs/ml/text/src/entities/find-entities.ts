import { findCardNumbers, findEmails, findPhones } from '../masking/personal-patterns';
import { findEnglishNames } from './english-names';
import { withoutOverlaps, type Entity } from './entity';
import { findKnownNames, type Gazetteer } from './gazetteer';
import { findPatterns } from './patterns';

/** What is looked for beside the forms. */
export interface EntityOptions {
  /** Names of the workspace; they count before all others. */
  readonly gazetteer?: Gazetteer;
  /** Whether people, places and organisations are looked for: by far the dearest step. */
  readonly names?: boolean;
  /** ISO 3166-1 country of national telephone numbers; without it international ones alone are found. */
  readonly country?: string;
}

/**
 * What a text names: known names of the workspace, people, places, organisations, e-mail addresses, telephone and card
 * numbers, money, dates and more. English alone for names, and for dates in words; the rest works in any language.
 *
 * Ties    of overlapping finds that of the earlier group counts: known names, addresses and numbers, forms, names
 */
export function findEntities(text: string, { gazetteer, names = true, country }: EntityOptions = {}): Entity[] {
  return withoutOverlaps([
    gazetteer ? findKnownNames(gazetteer, text) : [],
    findEmails(text),
    findCardNumbers(text),
    findPhones(text, country),
    findPatterns(text),
    names ? findEnglishNames(text) : [],
  ]);
}
