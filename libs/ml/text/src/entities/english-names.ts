import nlp from 'compromise';
import type { Entity, EntityKind } from './entity';

/** What surrounds a name in the package's answers: punctuation and a possessive. */
const BEFORE = /^[^\p{L}\p{N}]+/u;
const AFTER = /(?:['’]s)?[^\p{L}\p{N}]+$|['’]s$/u;

interface Found {
  readonly text?: unknown;
  readonly offset?: { readonly start?: unknown; readonly length?: unknown };
}

function entityOf(kind: EntityKind, whole: string, { offset }: Found): Entity | undefined {
  const [start, length] = [offset?.start, offset?.length];
  if (typeof start !== 'number' || typeof length !== 'number') return undefined;
  const raw = whole.slice(start, start + length);
  const before = BEFORE.exec(raw)?.[0].length ?? 0;
  const text = raw.slice(before).replace(AFTER, '');
  return text === '' ? undefined : { kind, text, start: start + before, end: start + before + text.length };
}

/**
 * People, places and organisations that an English text names, by word lists and grammar: names that are in no list are
 * often missed, and what begins with a capital is often taken for one. Its F1 on WNUT 2017: `text-data-sets.long.spec.ts`.
 *
 * Cost    5 to 90 ms a text: the dearest step of this library
 * Source  compromise 14.17
 */
export function findEnglishNames(text: string): Entity[] {
  const doc = nlp(text);
  const views = [
    ['person', doc.people()],
    ['organisation', doc.organizations()],
    ['place', doc.places()],
  ] as const;
  return views.flatMap(([kind, view]) => {
    const found: readonly Found[] = view.json({ offset: true });
    return found.flatMap((one) => entityOf(kind, text, one) ?? []);
  });
}
