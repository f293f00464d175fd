/** One event that is made to break something. */
export interface HostileEvent {
  readonly name: string;
  /** JSON text of the item, under the message id that it was asked for. */
  readonly text: string;
  /**
   * What must become of it. `call`: it takes the whole call with it, as the wire's limits and JSON itself demand; all
   * others leave their neighbours alone.
   */
  readonly verdict: 'stored' | 'rejected' | 'quarantined' | 'call';
  /** Reason of a rejection or quarantine, or code of the refused call. */
  readonly reason: string | null;
}

const EVENT_BYTES = 32_768;

/** A track call whose `properties` are this JSON text. */
const track = (messageId: string, properties: string, more = ''): string =>
  `{"type":"track","event":"Hostile","userId":"u","messageId":${JSON.stringify(messageId)},"properties":${properties}${more}}`;

function ofBytes(messageId: string, bytes: number): string {
  const bare = track(messageId, '{"p":""}').length;
  return track(messageId, `{"p":"${'x'.repeat(bytes - bare)}"}`);
}

type Make = (id: string) => string;
type Kind = readonly [name: string, make: Make, verdict: HostileEvent['verdict'], reason: string | null];

const nested = (levels: number): string => `{"a":${'['.repeat(levels)}${']'.repeat(levels)}}`;
const manyKeys = (count: number): string => `{${Array.from({ length: count }, (_, n) => `"k${n}":1`).join(',')}}`;
const at =
  (timestamp: string): Make =>
  (id) =>
    track(id, '{}', `,"timestamp":${JSON.stringify(timestamp)}`);
const user =
  (userId: string): Make =>
  (id) =>
    `{"type":"track","event":"Hostile","messageId":${JSON.stringify(id)},"userId":${JSON.stringify(userId)}}`;

const KINDS: readonly Kind[] = [
  ['depth 10,000', (id) => track(id, nested(10_000)), 'rejected', 'too_deep'],
  ['100,000 keys', (id) => track(id, manyKeys(100_000)), 'call', 'event_too_large'],
  ['a key of 31 KB', (id) => track(id, `{"${'k'.repeat(31_000)}":1}`), 'rejected', 'key_too_long'],
  ['number 1e400', (id) => track(id, '{"n":1e400}'), 'rejected', 'number_not_finite'],
  ['minus zero', (id) => track(id, '{"n":-0}'), 'stored', null],
  ['NaN as a word', (id) => track(id, '{"n":NaN}'), 'call', 'invalid_json'],
  ['NaN as text', (id) => track(id, '{"n":"NaN"}'), 'stored', null],
  ['a lone surrogate', (id) => track(id, '{"t":"\\ud800"}'), 'quarantined', 'lone_surrogate'],
  ['a lone surrogate in a key', (id) => track(id, '{"\\udfff":1}'), 'quarantined', 'lone_surrogate'],
  ['NUL', (id) => track(id, '{"t":"a\\u0000b"}'), 'quarantined', 'nul_character'],
  ['a byte order mark in text', (id) => track(id, '{"t":"\ufeffx"}'), 'stored', null],
  ['right-to-left override', (id) => track(id, '{"t":"\u202egnp.exe"}'), 'stored', null],
  ['__proto__', (id) => track(id, '{"__proto__":{"polluted":1}}'), 'rejected', 'forbidden_key'],
  [
    'constructor.prototype',
    (id) => track(id, '{"constructor":{"prototype":{"polluted":1}}}'),
    'rejected',
    'forbidden_key',
  ],
  ['a key twice', (id) => track(id, '{"n":1,"n":2}'), 'stored', null],
  ['the year 275760', at('+275760-09-13T00:00:00.000Z'), 'rejected', 'timestamp_out_of_range'],
  ['the year 1969', at('1969-07-20T20:17:40Z'), 'stored', null],
  ['a zone by name', at('2026-11-01T12:00:00 Europe/Berlin'), 'rejected', 'timestamp_invalid'],
  ['a zone that is none', at('2026-11-01T12:00:00+99:99'), 'rejected', 'timestamp_invalid'],
  ['32,767 bytes', (id) => ofBytes(id, EVENT_BYTES - 1), 'stored', null],
  ['32,768 bytes', (id) => ofBytes(id, EVENT_BYTES), 'stored', null],
  ['32,769 bytes', (id) => ofBytes(id, EVENT_BYTES + 1), 'call', 'event_too_large'],
  ['an emoji across the limit of an id', user(`${'u'.repeat(499)}\u{1f600}`), 'rejected', 'id_too_long'],
  ['an emoji at the limit of an id', user(`${'u'.repeat(498)}\u{1f600}`), 'stored', null],
  [
    'an array as traits',
    (id) => `{"type":"identify","userId":"u","messageId":${JSON.stringify(id)},"traits":[1,2]}`,
    ...(['rejected', 'wrong_type'] as const),
  ],
  ['a user id of 10 KB', user('u'.repeat(10_240)), 'rejected', 'id_too_long'],
  ['an id, composed', user('caf\u00e9'), 'stored', null],
  ['the same id, decomposed', user('cafe\u0301'), 'stored', null],
];

/** One of each kind, with ids of this prefix. */
export function hostileEvents(prefix = 'hostile'): readonly HostileEvent[] {
  return KINDS.map(([name, make, verdict, reason], n) => ({ name, text: make(`${prefix}-${n}`), verdict, reason }));
}
