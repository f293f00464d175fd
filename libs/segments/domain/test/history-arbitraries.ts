import fc from 'fast-check';
import type { RawEvent, RawPerson, RawTrait } from './oracle';
import { move, type OracleDuration } from './oracle-time';

/** Seeded populations that sit where rules go wrong: window edges, month ends, clock changes, ties, repeats, nulls. */

export const ZONES = [
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'Australia/Lord_Howe',
  'Asia/Kathmandu',
  'America/Santiago',
];
const ANCHORS = [
  '2026-03-29T01:00:00.000Z',
  '2026-03-29T07:30:00.000Z',
  '2026-03-31T09:15:00.000Z',
  '2026-03-08T07:00:00.000Z',
  '2026-10-25T01:00:00.000Z',
  '2026-10-25T00:30:00.000Z',
  '2026-11-01T06:30:00.000Z',
  '2026-04-04T15:30:00.000Z',
  '2026-04-05T04:00:00.000Z',
  '2026-09-06T04:00:00.000Z',
  '2028-02-29T12:00:00.000Z',
  '2026-02-28T23:59:59.999Z',
  '2026-05-14T10:00:00.000Z',
];

export const zone = fc.constantFrom(...ZONES);
export const now = fc
  .tuple(fc.constantFrom(...ANCHORS), fc.constantFrom(0, 0, 0, -1, 1, 1_800_000, -3_600_000, 86_400_000, -43_200_000))
  .map(([anchor, jitter]) => Date.parse(anchor) + jitter);

/** The same few durations everywhere, so that events meet the edges of windows. */
export const fixedDuration: fc.Arbitrary<OracleDuration> = fc.constantFrom(
  { n: 30, unit: 'minute' },
  { n: 2, unit: 'hour' },
  { n: 1, unit: 'day' },
  { n: 3, unit: 'day' },
  { n: 1, unit: 'week' },
  { n: 30, unit: 'day' },
);
export const duration: fc.Arbitrary<OracleDuration> = fc.oneof(
  { weight: 2, arbitrary: fixedDuration },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      { n: 1, unit: 'day', calendar: true },
      { n: 2, unit: 'day', calendar: true },
      { n: 1, unit: 'week', calendar: true },
      { n: 1, unit: 'month', calendar: true },
      { n: 1, unit: 'quarter', calendar: true },
      { n: 1, unit: 'year', calendar: true },
    ),
  },
);

/** Arbitraries are dear to build, and a case asks for the same ones in many places: the last one is kept. */
export function lastBuilt<T>(
  build: (base: number, inZone: string) => fc.Arbitrary<T>,
): (base: number, inZone: string) => fc.Arbitrary<T> {
  let last: { readonly base: number; readonly inZone: string; readonly built: fc.Arbitrary<T> } | undefined;
  return (base, inZone) => {
    if (last?.base !== base || last.inZone !== inZone) last = { base, inZone, built: build(base, inZone) };
    return last.built;
  };
}

const beside = fc.constantFrom(0, 0, 0, 1, -1, 3_600_000, -3_600_000, 60_000);
const aDuration = fc.tuple(duration, fc.constantFrom(-1, -1, -1, 1), beside);
const anyOffset = fc.integer({ min: -100 * 86_400_000, max: 3 * 86_400_000 });
const smallOffset = fc.constantFrom(0, 0, -1, 1, -1000, 1_800_000);

/** Instants near `base`: at a duration's end exactly, a millisecond beside it, an hour beside it, or anywhere. */
export const instantNear = lastBuilt((base, inZone) => {
  const edge = aDuration.map(([span, sign, offset]) => move(base, span, sign, inZone) + offset);
  const anywhere = anyOffset.map((offset) => base + offset);
  const close = smallOffset.map((offset) => base + offset);
  return fc.oneof({ weight: 4, arbitrary: edge }, { weight: 2, arbitrary: anywhere }, { weight: 1, arbitrary: close });
});

export const TEXTS = [
  'pro',
  'free',
  'Pro',
  'p',
  '',
  'o',
  'proé',
  '\u{1F600}',
  '\uFF5E',
  'line\nbreak',
  "it's",
  '10.1.2.3',
  '1.2.3',
  '1.10.0',
  '1.4.0-beta.2',
  'The delivery was late; BOX broken.',
  'Late, late de\u00ADlivery! Was the box open?',
  'ΤΕΛΟΣ: Straße, ﬁne ｂｏｘ ❤\uFE0F l’été',
  '配達が遅い 日本',
];
/** What is looked for in texts. */
export const PHRASES = [
  ...['late', 'delivery', 'late delivery', 'LATE', 'deliver*', 'the d*', 'box', 'box broken', 'pro', 'p*', 'it’s'],
  ...['τελος', 'strasse', 'fine box', 'l été', 'ete', '配達', '遅い', '達が', '日', 'was'],
];
export const text = fc.constantFrom(...TEXTS);
export const number = fc.constantFrom(
  0,
  1,
  2,
  3,
  5,
  10,
  -1,
  0.1,
  0.2,
  0.3,
  1.5,
  2.675,
  1e-7,
  1e-10,
  5e-10,
  123456.789,
  50,
);
const isoNear = lastBuilt((base, inZone) => instantNear(base, inZone).map((t) => new Date(t).toISOString()));
const dateNear = (base: number, inZone: string): fc.Arbitrary<string> =>
  fc.oneof(
    isoNear(base, inZone).map((iso) => iso.slice(0, 10)),
    fc.constantFrom('2000-02-29', '1999-02-28', '2026-02-30', '1990-05-14'),
  );

const scalar = fc.oneof(text, number, fc.boolean());
/** What a value can be at any time. */
const TIMELESS = [
  fc.array(fc.oneof(scalar, fc.constant(null)), { maxLength: 3 }),
  fc.record({ a: scalar, b: fc.array(scalar, { maxLength: 2 }) }),
  fc.record(
    { sentiment: fc.constantFrom('positive', 'negative', 7), topics: fc.subarray(['price', 'delivery']) },
    { requiredKeys: [] },
  ),
  fc.constantFrom<unknown>({ lat: 52.5, lon: 13.4 }, { lat: 48.1, lon: 11.6 }, { lat: '52', lon: 13 }, { lat: 52.5 }),
].map((arbitrary) => ({ weight: 1, arbitrary }));

/** Any value a trait or property may hold. */
export const value = lastBuilt<unknown>((base, inZone) =>
  fc.oneof(
    { weight: 4, arbitrary: scalar },
    { weight: 1, arbitrary: fc.constant(null) },
    { weight: 1, arbitrary: isoNear(base, inZone) },
    { weight: 1, arbitrary: dateNear(base, inZone) },
    ...TIMELESS,
  ),
);

export const EVENT_NAMES = ['A', 'B', 'C'];
export const TRAIT_KEYS = ['plan', 'age', 'since', 'tags'];

function events(base: number, inZone: string): fc.Arbitrary<RawEvent[]> {
  const event = fc.record({
    id: fc.integer({ min: 0, max: 40 }).map((n) => `m${n}`),
    name: fc.constantFrom(...EVENT_NAMES),
    time: instantNear(base, inZone),
    properties: fc.record(
      { p: value(base, inZone), q: fc.oneof(number, text), when: isoNear(base, inZone) },
      { requiredKeys: [] },
    ),
  });
  return fc.array(event, { maxLength: 10, size: '+1' }).map((list) => {
    // One id is one event: what a repeat says is what the first said.
    const first = new Map<string, RawEvent>();
    for (const one of list) if (!first.has(one.id)) first.set(one.id, one);
    return list.map((one) => first.get(one.id) ?? one);
  });
}

function traits(base: number, inZone: string): fc.Arbitrary<RawTrait[]> {
  const trait = fc.record({
    key: fc.constantFrom(...TRAIT_KEYS),
    value: value(base, inZone),
    time: fc.oneof(instantNear(base, inZone), fc.constantFrom(base - 1000, base - 86_400_000)),
    messageId: fc.integer({ min: 0, max: 999 }).map((n) => `t${n}`),
  });
  return fc.uniqueArray(trait, {
    maxLength: 7,
    size: '+1',
    selector: (one) => `${one.key} ${one.time} ${one.messageId}`,
  });
}

/** A person around an instant; one of five was two people until they were merged. */
export function person(base: number, inZone: string): fc.Arbitrary<RawPerson> {
  const one = single(base, inZone);
  const merged = fc.tuple(one, one).map(([survivor, absorbed]): RawPerson => {
    const moved = absorbed.events.map((event) => ({ ...event, id: `n${event.id.slice(1)}` }));
    const keys = new Set(survivor.traits.map(({ key, time, messageId }) => `${key} ${time} ${messageId}`));
    const traits = absorbed.traits.filter(({ key, time, messageId }) => !keys.has(`${key} ${time} ${messageId}`));
    return { ...survivor, events: [...moved, ...survivor.events], traits: [...survivor.traits, ...traits] };
  });
  return fc.oneof({ weight: 4, arbitrary: one }, { weight: 1, arbitrary: merged });
}

function single(base: number, inZone: string): fc.Arbitrary<RawPerson> {
  return fc.record<RawPerson>({
    profileId: fc
      .integer({ min: 1, max: 0xffff })
      .map((n) => `00000000-0000-4000-8000-${n.toString(16).padStart(12, '0')}`),
    events: events(base, inZone),
    traits: traits(base, inZone),
    memberships: fc.subarray(['vip', 'gone']),
    consents: fc.subarray(['email', 'advertising']),
    predictions: fc.oneof(
      fc.constant<RawPerson['predictions']>([]),
      fc.constantFrom(0, 0.25, 0.9).map((probability) => [{ model: 'm', probability, percentile: probability * 100 }]),
    ),
    clusters: fc.oneof(
      fc.constant<RawPerson['clusters']>([]),
      fc.constantFrom('loyal', 'new').map((cluster) => [{ model: 'm', cluster, confidence: 0.5 }]),
    ),
  });
}

/** People whose events lie whole half hours, two hours and days apart, a millisecond beside that, or at one instant. */
export function latticePerson(base: number): fc.Arbitrary<RawPerson> {
  const time = fc
    .tuple(
      fc.integer({ min: 0, max: 4 }),
      fc.constantFrom(0, 0, 0, 7_200_000),
      fc.constantFrom(0, 0, 0, 86_400_000),
      fc.constantFrom(0, 0, 0, 0, 1, -1),
    )
    .map(([halfHours, hours, days, beside]) => Math.min(base, base - halfHours * 1_800_000 - hours - days + beside));
  const event = fc.record({
    id: fc.integer({ min: 0, max: 99 }).map((n) => `m${n}`),
    name: fc.constantFrom(...EVENT_NAMES),
    time,
    properties: fc.record(
      {
        q: fc.constantFrom<unknown>('x', 'y', 1, 2, true, 0, -0),
        p: fc.constantFrom<unknown>(1, 2, '2', { a: 1 }, null),
        when: fc.constantFrom('2026-01-01T00:00:00Z', '2026-01-01T01:00:00+01:00', '2026-01-02T00:00:00Z', 'never'),
      },
      { requiredKeys: [] },
    ),
  });
  return fc
    .tuple(single(base, 'UTC'), fc.uniqueArray(event, { minLength: 2, maxLength: 7, selector: (one) => one.id }))
    .map(([raw, events]) => ({ ...raw, events, traits: [] }));
}
