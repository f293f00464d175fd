import { z } from 'zod';
import {
  eventIdSchema,
  profileIdSchema,
  type EventId,
  type HistoryEvent,
  type Identifier,
  type Json,
  type ProfileId,
} from '@kohort/kernel-contracts';
import type { CompiledRules } from '../rules/compile-rules';
import { identifierKey } from '../rules/event-identifiers';
import { History } from './history';

const text = z.string();
const number = z.number();

/** What a stretch of the history says, in short rows: it may be told of twice, and in any order. */
const sliceSchema = z.object({
  mentions: z.array(z.tuple([text, text, number])),
  links: z.array(z.tuple([text, text, text, text, number, text, eventIdSchema, z.enum(['link', 'alias'])])),
  spans: z.array(z.tuple([text, text, number, number, number, z.boolean()])),
  contacts: z.array(z.tuple([profileIdSchema, text, text, number])),
  unowned: z.array(z.tuple([eventIdSchema, text, text])),
});

type Slice = z.infer<typeof sliceSchema>;

/** Through which identifiers the events of a profile count: the number of events of each. */
export type ContactBook = Map<ProfileId, Map<string, { readonly identifier: Identifier; events: number }>>;

/** Adds events of a profile. */
export function touch(
  book: ContactBook,
  profileId: ProfileId,
  of: { readonly identifier: Identifier; readonly events: number },
): void {
  const own = book.get(profileId) ?? new Map<string, { readonly identifier: Identifier; events: number }>();
  const key = identifierKey(of.identifier);
  const known = own.get(key);
  if (known) known.events += of.events;
  else own.set(key, { identifier: of.identifier, events: of.events });
  book.set(profileId, own);
}

/** What a slice is put into. */
export interface SliceTarget {
  readonly history: History;
  readonly contacts: ContactBook;
  /** Events that count for nobody, with the identifier that they would count by. */
  readonly unowned: Map<EventId, Identifier>;
}

/**
 * A stretch of the history as rows. An event that counts for known people alone counts as it does now.
 *
 * Cost    one row a distinct identifier and one a distinct link of the stretch
 */
export function sliceOf(events: readonly HistoryEvent[], rules: CompiledRules): Json {
  const history = new History(rules, []);
  const contacts: ContactBook = new Map();
  const unowned: Slice['unowned'] = [];
  for (const event of events) {
    if (event.knownOnly === true && event.profileId === null) continue;
    const identifier = history.observe(event);
    if (event.profileId === null) {
      if (identifier) unowned.push([event.eventId, identifier.type, identifier.value]);
      continue;
    }
    const counted = identifier ?? { type: '', value: '' };
    touch(contacts, event.profileId, { identifier: counted, events: 1 });
  }
  const { book } = history;
  return {
    mentions: book.identifiers().map(({ identifier: { type, value }, at }) => [type, value, at]),
    links: book
      .said()
      .flatMap(({ a, b, at, messageId, eventId, cause }) =>
        eventId === null ? [] : [[a.type, a.value, b.type, b.value, at, messageId, eventId, cause]],
      ),
    spans: [...history.counted()].map(({ identifier: { type, value }, span: { first, last, events: n, makes } }) => [
      type,
      value,
      first,
      last,
      n,
      makes,
    ]),
    contacts: [...contacts].flatMap(([profileId, own]) =>
      [...own.values()].map(({ identifier: { type, value }, events: n }) => [profileId, type, value, n]),
    ),
    unowned,
  };
}

/** Puts a stretch with what is known. Contacts are counted as often as they are told of. */
export function absorbSlice(slice: Json, { history, contacts, unowned }: SliceTarget): void {
  const rows = sliceSchema.parse(slice);
  for (const [type, value, at] of rows.mentions) history.book.mention({ type, value }, at);
  for (const [aType, aValue, bType, bValue, at, messageId, eventId, cause] of rows.links) {
    const [a, b] = [
      { type: aType, value: aValue },
      { type: bType, value: bValue },
    ];
    history.book.say({ a, b, at, messageId, eventId, cause, state: 'applied', reason: null });
  }
  for (const [type, value, first, last, events, makes] of rows.spans) {
    history.span({ type, value }, { first, last, events, makes });
  }
  for (const [profileId, type, value, events] of rows.contacts) {
    touch(contacts, profileId, { identifier: { type, value }, events });
  }
  for (const [eventId, type, value] of rows.unowned) unowned.set(eventId, { type, value });
}
