import fc from 'fast-check';
import type { EventCondition, EventFormula, EventSelection } from '../src/events/event-formula';
import type { FeatureWindow } from '../src/events/feature-window';
import type { HistoryEvent } from '../src/read-orders';

const DAY_MS = 86_400_000;

const of = 'total';
const kind = 'kind';

/** Every aggregate with every parameter that changes what it does, over any events. */
export const EVERY_AGGREGATE: readonly EventFormula[] = [
  ...(['count', 'did', 'lifetime', 'gapMean', 'gapVariance', 'gapDeviation', 'gapMax'] as const).map((aggregate) => ({
    aggregate,
  })),
  ...(['preferredHour', 'preferredWeekday'] as const).map((aggregate) => ({ aggregate })),
  ...(['sum', 'mean', 'min', 'max', 'median', 'variance', 'deviation', 'slope'] as const).map((aggregate) => ({
    aggregate,
    of,
  })),
  ...[0.1, 25, 50, 90.5, 100].map((p) => ({ aggregate: 'percentile' as const, of, p })),
  ...(['distinct', 'entropy', 'topShare'] as const).map((aggregate) => ({ aggregate, of: kind })),
  { aggregate: 'share', of: kind, is: 'a' },
  { aggregate: 'share', of: kind, is: ['b', '7', 'true'], weight: of },
  ...(['first', 'last', 'mostFrequent'] as const).map((aggregate) => ({ aggregate, of, as: 'number' as const })),
  { aggregate: 'decayed', halfLifeDays: 30 },
  { aggregate: 'decayed', of, halfLifeDays: 7.5 },
  ...(['hour', 'day', 'week', 'month'] as const).flatMap((period) => [
    { aggregate: 'distinctPeriods' as const, period },
    { aggregate: 'streak' as const, period, which: 'longest' as const },
    { aggregate: 'streak' as const, period, which: 'current' as const },
  ]),
  { aggregate: 'daysSince', since: 'first' },
  { aggregate: 'daysSince', since: 'last' },
  { aggregate: 'hourShare', hours: { from: 9, to: 17 } },
  { aggregate: 'hourShare', hours: { from: 22, to: 6 } },
  { aggregate: 'weekdayShare', weekdays: [6, 7] },
  ...(['count', 'meanMinutes', 'meanEvents', 'longestMinutes'] as const).map((measure) => ({
    ...{ aggregate: 'sessions' as const, gapMinutes: 30, measure },
  })),
];

/** The aggregates whose values are texts. */
export const TEXT_AGGREGATES: readonly EventFormula[] = (['first', 'last', 'mostFrequent'] as const).map(
  (aggregate) => ({ aggregate, of: kind, as: 'text' }),
);

const rolling = fc.record({
  n: fc.constantFrom(1, 7, 30, 0.5),
  unit: fc.constantFrom('hour' as const, 'day' as const, 'week' as const),
});
const calendarUnit = fc.constantFrom(
  'day' as const,
  'week' as const,
  'month' as const,
  'quarter' as const,
  'year' as const,
);

const window: fc.Arbitrary<FeatureWindow> = fc.oneof(
  rolling.map((last) => ({ last })),
  fc
    .record({ n: fc.constantFrom(1, 2, 3), unit: calendarUnit, calendar: fc.constant(true as const) })
    .map((last) => ({ last })),
  fc.constant<FeatureWindow>({ between: { from: { n: 60, unit: 'day' }, to: { n: 30, unit: 'day' } } }),
  calendarUnit.map((current) => ({ current })),
  calendarUnit.map((previous) => ({ previous })),
  fc.constant<FeatureWindow>({ since: '2025-12-01T00:00:00+01:00' }),
);

const condition: fc.Arbitrary<EventCondition> = fc.oneof(
  fc.constantFrom<EventCondition>(
    { path: 'kind', op: 'exists' },
    { path: 'kind', op: 'notExists' },
    { path: 'total', op: 'gt', value: 10 },
    { path: 'total', op: 'lte', value: 10 },
    { path: 'kind', op: 'in', value: ['a', 7, true] },
    { path: 'kind', op: 'notIn', value: ['a', 'ü"\\', 7] },
    { path: 'kind', op: 'contains', value: '"' },
    { path: 'kind', op: 'startsWith', value: 'b' },
    { path: 'deep.flag', op: 'eq', value: true },
    { path: 'deep.flag', op: 'neq', value: false },
    { path: 'total', op: 'eq', value: 0 },
  ),
);

/** Which events: names, tests of properties, entries of a list, a window. */
export const selection: fc.Arbitrary<EventSelection> = fc
  .record({
    event: fc.option(fc.constantFrom<string | string[]>('Bought', ['Bought', 'Seen'], 'Never'), { nil: undefined }),
    where: fc.option(fc.array(condition, { minLength: 1, maxLength: 2 }), { nil: undefined, freq: 1 }),
    each: fc.option(fc.constantFrom('lines'), { nil: undefined, freq: 1 }),
    window: fc.option(window, { nil: undefined, freq: 3 }),
  })
  .map((all) => Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)));

const total = fc.oneof(
  fc.integer({ min: -200, max: 5_000 }).map((cents) => cents / 100),
  fc.constantFrom<unknown>(0, -0, 0.1, 0.2, 1e-7, 2.5e-9, 3.5e-9, '12', null, true, 4e5),
);
const value = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom<unknown>('a', 'b', 'ba', 'ü"\\') },
  { weight: 1, arbitrary: fc.constantFrom<unknown>('', 7, 7.5, true, false, null, '7', [1], {}) },
);
const entry = fc.record({ total, kind: value }, { requiredKeys: [] });
const properties = fc.record(
  {
    total,
    kind: value,
    deep: fc.oneof(fc.record({ flag: fc.constantFrom(true, false, 'true', 1) }), fc.constantFrom('none', [])),
    lines: fc.oneof(
      fc.array(fc.oneof({ weight: 5, arbitrary: entry }, fc.constantFrom<unknown>(null, 3, 'x', [])), { maxLength: 4 }),
      fc.constant('none'),
    ),
  },
  { requiredKeys: [] },
);

/** Histories with events beside the edges of windows and of days, several at one instant, and some after `asOf`. */
export function historyBefore(asOf: number): fc.Arbitrary<readonly HistoryEvent[]> {
  const beside = fc.constantFrom(-1, 0, 1);
  const ts = fc.oneof(
    fc.integer({ min: asOf - 400 * DAY_MS, max: asOf + 5 * DAY_MS }),
    fc.integer({ min: asOf - 3 * DAY_MS, max: asOf }),
    fc.tuple(fc.constantFrom(0, 0.5, 1, 7, 30, 60), beside).map(([days, ms]) => asOf - days * DAY_MS + ms),
    fc
      .tuple(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 0, max: 3 }))
      .map(([days, n]) => asOf - days * DAY_MS - n * 1_500_000),
  );
  const event = fc.record({ name: fc.constantFrom('Bought', 'Bought', 'Seen', 'Other'), ts, properties });
  return fc.array(event, { maxLength: 16 }).chain((events) =>
    fc.shuffledSubarray([...events.keys()], { minLength: events.length }).map((ids) =>
      events.map((one, i) => ({
        ...one,
        // As they stand in the store: JSON knows no −0.
        properties: JSON.parse(JSON.stringify(one.properties)),
        eventId: `00000000-0000-4000-8000-${String(ids[i]).padStart(12, '0')}`,
      })),
    ),
  );
}
