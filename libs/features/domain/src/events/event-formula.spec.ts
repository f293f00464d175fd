import fc from 'fast-check';
import { EVERY_AGGREGATE, historyBefore, selection, TEXT_AGGREGATES } from '../../test/arbitrary-aggregates';
import { naiveAggregate } from '../../test/naive-aggregate';
import { computeFeatures } from '../compute-features';
import { featureFormulaSchema } from '../feature-definition.schema';
import { featureDefinitionSchema } from '../edit-feature-set';
import type { HistoryEvent } from '../read-orders';
import { TRAIT_GROUPS, TRAIT_LIBRARY } from '../trait-library';
import { evaluateEventFormula } from './evaluate-event-formula';
import type { EventFormula } from './event-formula';
import { windowRange } from './feature-window';

const DAY_MS = 86_400_000;
const asOf = Date.UTC(2026, 5, 15, 12);
const at = { asOf, timeZone: 'UTC' };

const event = (
  daysAgo: number,
  properties: HistoryEvent['properties'] = {},
  name = 'Order Completed',
): HistoryEvent => ({
  eventId: `00000000-0000-4000-8000-${String(Math.round(daysAgo * 1000)).padStart(12, '0')}`,
  ...{ name, properties, ts: asOf - daysAgo * DAY_MS },
});

describe('a formula over events', () => {
  it('has at least fifteen aggregates, all of which the schema reads as they are', () => {
    const all = [...EVERY_AGGREGATE, ...TEXT_AGGREGATES];
    expect(new Set(all.map(({ aggregate }) => aggregate)).size).toBe(32);
    for (const formula of all) expect(featureFormulaSchema.parse(formula)).toEqual(formula);
    for (const events of fc.sample(selection, { numRuns: 100, seed: 3 })) {
      const formula = { ...events, aggregate: 'count' };
      expect(featureFormulaSchema.parse(formula)).toEqual(formula);
    }
  });

  it.each([
    ['an aggregate that is none', { aggregate: 'mode' }],
    ['one without its property', { aggregate: 'sum' }],
    ['a parameter of another', { aggregate: 'count', p: 50 }],
    ['a percentile above 100', { aggregate: 'percentile', of: 'a', p: 101 }],
    ['a percentile of two decimals', { aggregate: 'percentile', of: 'a', p: 99.99 }],
    ['a path with brackets', { aggregate: 'sum', of: 'a[0]' }],
    ['a comparison of a text with an order', { aggregate: 'count', where: [{ path: 'a', op: 'gt', value: 'b' }] }],
    [
      'a window that ends before it begins',
      {
        aggregate: 'count',
        window: { between: { from: { n: 1, unit: 'day' }, to: { n: 2, unit: 'day' } } },
      },
    ],
    ['rolling months', { aggregate: 'count', window: { last: { n: 1, unit: 'month' } } }],
    ['a ratio of a text', { ratio: [{ aggregate: 'last', of: 'a', as: 'text' }, { aggregate: 'count' }] }],
    ['cut points that fall', { score: { aggregate: 'count' }, cuts: [2, 1] }],
    [
      'a digit above nine',
      {
        cell: [
          { score: { aggregate: 'count' }, quantiles: 10 },
          { score: { aggregate: 'count' }, quantiles: 5 },
        ],
      },
    ],
  ])('is refused: %s', (_what, formula) => {
    expect(featureFormulaSchema.safeParse(formula).success).toBe(false);
  });

  it('is what a plain reading gives, whatever the order of the events and whatever comes later', () => {
    const formulas = [...EVERY_AGGREGATE, ...TEXT_AGGREGATES];
    const drawn = fc.record({
      history: historyBefore(asOf),
      events: selection,
      which: fc.nat({ max: formulas.length - 1 }),
    });
    fc.assert(
      fc.property(drawn, ({ history, events, which }) => {
        const formula = { ...events, ...(formulas[which] as EventFormula) };
        const value = evaluateEventFormula(formula, history, at);
        const plain = naiveAggregate(formula, history, { asOf, zone: 'UTC' });
        if (typeof plain === 'number')
          expect(Number(value) / Math.max(1, Math.abs(plain))).toBeCloseTo(plain / Math.max(1, Math.abs(plain)), 7);
        else expect(value).toBe(plain);
        const known = [...history].reverse().filter(({ ts }) => ts <= asOf);
        expect(evaluateEventFormula(formula, known, at)).toBe(value);
      }),
      { numRuns: 400, seed: 8 },
    );
  });

  it('has the figures that one works out by hand', () => {
    const history = [
      event(10, { total: 10, kind: 'tea' }),
      event(6, { total: 30, kind: 'tea' }),
      event(5, { total: 20, kind: 'cake' }),
      event(1, { total: 40 }),
    ];
    const value = (formula: EventFormula) => evaluateEventFormula(formula, history, at);
    expect(value({ aggregate: 'sum', of: 'total' })).toBe(100);
    expect(value({ aggregate: 'median', of: 'total' })).toBe(25);
    expect(value({ aggregate: 'percentile', of: 'total', p: 75 })).toBe(30);
    expect(value({ aggregate: 'variance', of: 'total' })).toBe(125);
    expect(value({ aggregate: 'gapMean' })).toBe(3);
    expect(value({ aggregate: 'gapVariance' })).toBeCloseTo((1 + 4 + 1) / 3, 12);
    expect(value({ aggregate: 'mostFrequent', of: 'kind', as: 'text' })).toBe('tea');
    expect(value({ aggregate: 'topShare', of: 'kind' })).toBeCloseTo(2 / 3, 12);
    expect(value({ aggregate: 'entropy', of: 'kind' })).toBeCloseTo(0.9182958340544896, 12);
    expect(value({ aggregate: 'decayed', halfLifeDays: 5 })).toBeCloseTo(0.25 + 2 ** -1.2 + 0.5 + 2 ** -0.2, 12);
    expect(value({ aggregate: 'streak', period: 'day', which: 'longest' })).toBe(2);
    expect(value({ aggregate: 'streak', period: 'day', which: 'current' })).toBe(1);
    expect(value({ aggregate: 'lifetime' })).toBe(9);
    expect(value({ aggregate: 'sum', of: 'total', window: { last: { n: 6, unit: 'day' } } })).toBe(60);
  });

  it('keeps money exact, however many cents', () => {
    const history = Array.from({ length: 10 }, (_, i) => event(i + 1, { total: 0.1 }));
    expect(evaluateEventFormula({ aggregate: 'sum', of: 'total' }, history, at)).toBe(1);
  });
});

describe('windows', () => {
  const iso = (ms: number): string => new Date(ms).toISOString();
  const range = (window: Parameters<typeof windowRange>[0], now: string, timeZone: string) => {
    const { from, to } = windowRange(window, { asOf: Date.parse(now), timeZone });
    return [iso(from), iso(to)];
  };

  it('follow the clocks of the zone over their changes', () => {
    const berlin = 'Europe/Berlin';
    const noon = '2026-03-29T10:00:00.000Z';
    const after = '2026-03-29T10:00:00.001Z';
    expect(range({ current: 'day' }, noon, berlin)).toEqual(['2026-03-28T23:00:00.000Z', after]);
    expect(range({ current: 'week' }, noon, berlin)).toEqual(['2026-03-22T23:00:00.000Z', after]);
    expect(range({ previous: 'month' }, noon, berlin)).toEqual([
      '2026-01-31T23:00:00.000Z',
      '2026-02-28T23:00:00.000Z',
    ]);
    expect(range({ last: { n: 1, unit: 'day', calendar: true } }, noon, berlin)).toEqual([
      '2026-03-28T11:00:00.001Z',
      after,
    ]);
    expect(range({ last: { n: 1, unit: 'day' } }, noon, berlin)).toEqual(['2026-03-28T10:00:00.001Z', after]);
    expect(range({ last: { n: 1, unit: 'month', calendar: true } }, '2026-03-31T10:00:00.000Z', 'UTC')[0]).toBe(
      '2026-02-28T10:00:00.001Z',
    );
  });
});

describe('the library of traits', () => {
  it('holds definitions under keys of their own, in every group', () => {
    for (const { group, ...definition } of TRAIT_LIBRARY) {
      expect(featureDefinitionSchema.parse(definition)).toEqual(definition);
      expect(TRAIT_GROUPS).toContain(group);
    }
    expect(new Set(TRAIT_LIBRARY.map(({ key }) => key)).size).toBe(TRAIT_LIBRARY.length);
    expect(new Set(TRAIT_LIBRARY.map(({ group }) => group)).size).toBe(TRAIT_GROUPS.length);
  });

  it('scores and puts them together by fixed cut points', () => {
    const history = [event(10, { revenue: 100 }), event(40, { revenue: 75 })];
    const [cell] = TRAIT_LIBRARY.filter(({ key }) => key === 'rfm_cell_fixed');
    expect(computeFeatures(cell ? [cell] : [], history, at)).toEqual([523]);
  });
});
