import type { ItemEntity } from 'wink-nlp';
import { english } from '../terms/english';
import type { Entity, EntityKind } from './entity';

const KINDS: Readonly<Record<string, EntityKind>> = {
  DATE: 'date',
  TIME: 'time',
  DURATION: 'duration',
  MONEY: 'money',
  PERCENT: 'percent',
  CARDINAL: 'number',
  EMAIL: 'email',
  URL: 'url',
  MENTION: 'mention',
  HASHTAG: 'hashtag',
  EMOJI: 'emoji',
};

/** Where each token begins and ends; tokens stand in the order of the text. */
function placesOf(text: string, tokens: readonly string[]): { readonly start: number; readonly end: number }[] {
  let from = 0;
  return tokens.map((token) => {
    const found = text.indexOf(token, from);
    const start = found < 0 ? from : found;
    from = start + (found < 0 ? 0 : token.length);
    return { start, end: from };
  });
}

/**
 * Dates, amounts of money, e-mail and web addresses, hashtags and other things that have a form; dates and durations in
 * English words alone.
 *
 * Cost    about 0.3 ms a text of 20 words
 * Source  wink-nlp 2.4 with wink-eng-lite-web-model 1.8
 */
export function findPatterns(text: string): Entity[] {
  const { its, readDoc } = english();
  const doc = readDoc(text);
  const values: readonly string[] = doc.tokens().out();
  const places = placesOf(text, values);
  const found: Entity[] = [];
  doc.entities().each((entity: ItemEntity) => {
    const span: unknown = entity.out(its.span);
    const kind = KINDS[String(entity.out(its.type))];
    if (kind === undefined || !Array.isArray(span)) return;
    const [start, end] = [places[Number(span[0])]?.start, places[Number(span[1])]?.end];
    if (start === undefined || end === undefined || end <= start) return;
    found.push({ kind, text: text.slice(start, end), start, end });
  });
  return found;
}
