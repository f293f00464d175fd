import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { workspaceIdSchema } from '@kohort/kernel-contracts';
import { startTestColumns, type TestColumns } from '@kohort/testing-columns';
import { EVERY_AGGREGATE, historyBefore, selection, TEXT_AGGREGATES } from '../../test/arbitrary-aggregates';
import { naiveAggregate } from '../../test/naive-aggregate';
import { computeFeatures, computeTexts } from '../compute-features';
import type { FeatureDefinition, FeatureFormula } from '../feature-definition';
import { featureSet } from '../feature-set';
import { featureStatement, pointFeatureStatement, textFeatureStatement } from '../feature-statement';
import { SEGMENT_ORDERS } from '../order-mapping';
import { populationFormulas, populationKey } from '../population-figures';
import type { HistoryEvent } from '../read-orders';
import type { EventFormula } from './event-formula';

const PEOPLE = 60;
/** The events of these histories as orders. */
const orders = { ...SEGMENT_ORDERS, event: 'Bought', revenue: 'total', products: 'lines', quantity: 'total' };
const DAY_MS = 86_400_000;
const profileId = (person: number): string => `00000000-0000-4000-9000-${String(person).padStart(12, '0')}`;
const define = (formula: FeatureFormula, i: number): FeatureDefinition => ({
  ...{ key: `trait_${i}`, label: 'Trait', unit: 'units' },
  formula,
});

/** Alike, up to what the order of floating-point additions moves. */
function isSame(a: unknown, b: unknown): boolean {
  if (typeof a !== 'number' || typeof b !== 'number') return a === b;
  return Math.abs(a - b) <= 1e-7 * Math.max(1, Math.abs(a));
}

describe('aggregates: evaluator, statement and a plain reading', () => {
  let test: TestColumns;
  beforeAll(async () => {
    test = await startTestColumns();
  });
  afterAll(() => test.stop());

  async function store(histories: readonly (readonly HistoryEvent[])[]) {
    const workspaceId = workspaceIdSchema.parse(randomUUID());
    const owned = histories.map((history, person) =>
      history.map((event) => ({ ...event, eventId: event.eventId.replace('8000', String(1000 + person)) })),
    );
    await test.addEvents(
      owned.flatMap((history, person) =>
        history.map((event) => ({ ...event, workspaceId, profileId: profileId(person) })),
      ),
    );
    return { workspaceId, owned };
  }

  const selected = (seed: number, formulas: readonly EventFormula[]): readonly EventFormula[] =>
    fc
      .sample(selection, { numRuns: formulas.length, seed })
      .map((events, i) => ({ ...events, ...(formulas[i] as EventFormula) }));

  it.each([
    ['Europe/London', Date.UTC(2026, 3, 2, 10, 30)],
    ['Pacific/Auckland', Date.UTC(2026, 3, 30, 13, 0, 0, 1)],
    ['Asia/Kathmandu', Date.UTC(2024, 1, 29, 18, 45)],
  ])('agree for everybody in %s', async (timeZone, asOf) => {
    const { workspaceId, owned } = await store(fc.sample(historyBefore(asOf), { numRuns: PEOPLE, seed: asOf % 997 }));
    const definitions = selected(asOf % 991, EVERY_AGGREGATE).map(define);
    const request = { workspaceId, asOf, timeZone, population: 'everyone' as const };
    const { profileIds, matrix, cols } = await test.columns.store.matrix(featureStatement({ ...request, definitions }));
    const texts = [...TEXT_AGGREGATES, ...selected(asOf % 983, TEXT_AGGREGATES)].map(define);
    const text = textFeatureStatement({ ...request, definitions: texts });
    const named = await test.columns.store.query(text.sql, text.params, (row) => Object.values(Object(row)));
    const short = textFeatureStatement({ ...request, definitions: texts }, 2);
    const cut = await test.columns.store.query(short.sql, short.params, (row) => Object.values(Object(row)));
    const firstOf = (value: unknown) => (typeof value === 'string' ? [...value].slice(0, 2).join('') : value);
    expect(cut).toEqual(named.map(([profile, ...values]) => [profile, ...values.map(firstOf)]));
    expect(cut).not.toEqual(named);
    const rows = new Map(profileIds.map((id, row) => [String(id), row]));
    const wrong: object[] = [];
    let missing = 0;
    owned.forEach((history, person) => {
      const row = rows.get(profileId(person));
      if (row === undefined) return;
      const computed = [
        ...computeFeatures(definitions, history, { asOf, timeZone }),
        ...computeTexts(texts, history, { asOf, timeZone }),
      ];
      const found = [...matrix.subarray(row * cols, (row + 1) * cols)].map((value) =>
        Number.isNaN(value) ? null : value,
      );
      [...definitions, ...texts].forEach(({ formula }, i) => {
        const plain = naiveAggregate(formula as EventFormula, history, { asOf, zone: timeZone });
        const stored = i < cols ? found[i] : named[row]?.[1 + i - cols];
        missing += plain === null ? 1 : 0;
        if (isSame(plain, computed[i]) && isSame(plain, stored)) return;
        wrong.push({ formula, plain, computed: computed[i], stored, history: JSON.stringify(history) });
      });
    });
    expect(wrong.slice(0, 3)).toEqual([]);
    expect(rows.size).toBeGreaterThan(PEOPLE * 0.8);
    // Most figures must be there, or the three agree on nothing.
    expect(missing / (rows.size * cols)).toBeLessThan(0.7);
  });

  it('tells scores and affinities by what everybody has, and cells by the digits of scores', async () => {
    const [timeZone, asOf] = ['Europe/Berlin', Date.UTC(2026, 4, 1)];
    const { workspaceId, owned } = await store(fc.sample(historyBefore(asOf), { numRuns: PEOPLE, seed: 77 }));
    const recency: EventFormula = { aggregate: 'daysSince', since: 'last', event: 'Bought' };
    const spent: EventFormula = { aggregate: 'sum', of: 'total', event: 'Bought' };
    const count: EventFormula = { aggregate: 'count' };
    const scores = [
      { score: recency, quantiles: 5, reverse: true },
      { score: spent, quantiles: 4, above: 0 },
      { score: count, cuts: [2, 5, 9] },
    ];
    const definitions = [
      ...scores,
      { cell: scores },
      { affinity: [spent, count] as const },
      { ratio: [spent, count] as const },
      { score: recency, quantiles: 5 },
    ].map(define);
    const request = { workspaceId, asOf, timeZone, definitions, population: 'everyone' as const };
    const { profileIds, matrix, cols } = await test.columns.store.matrix(
      featureStatement({ ...request, withFigures: true }),
    );
    const figures = [...matrix.subarray(definitions.length, cols)];
    const keys = populationFormulas(definitions).map(populationKey);
    expect(keys.length).toBe(3);
    const population = {
      [keys[0] as string]: figures.slice(0, 4),
      [keys[1] as string]: figures.slice(4, 7),
      [keys[2] as string]: figures.slice(7),
    };
    const people = profileIds.map((id) => owned[Number(String(id).slice(-12))] as readonly HistoryEvent[]);
    // The cut points are those of the figures, as linear interpolation has them.
    const known = people
      .map((history) => naiveAggregate(recency, history, { asOf, zone: timeZone }))
      .filter((value) => typeof value === 'number')
      .sort((a, b) => a - b);
    [0.2, 0.4, 0.6, 0.8].forEach((level, i) => {
      const at = level * (known.length - 1);
      const [low, high] = [known[Math.floor(at)] as number, known[Math.ceil(at)] as number];
      expect(figures[i]).toBeCloseTo(low + (high - low) * (at - Math.floor(at)), 9);
    });
    const found = profileIds.map((_, row) =>
      [...matrix.subarray(row * cols, row * cols + definitions.length)].map((value) =>
        Number.isNaN(value) ? null : value,
      ),
    );
    people.forEach((history, row) => {
      const computed = computeFeatures(definitions, history, { asOf, timeZone, population });
      expect({
        row,
        same: found[row]?.every((value, i) => isSame(value, computed[i])),
        found: found[row],
        computed,
      }).toMatchObject({ same: true });
    });
    expect([...new Set(found.map(([score]) => score))]).toEqual(expect.arrayContaining([null, 1, 3, 5]));
    // What everybody has puts everybody together at 1.
    const weights = people.map((history) => Number(naiveAggregate(count, history, { asOf, zone: timeZone })));
    const weighted = found.reduce((sum, row, i) => sum + (row[4] ?? 0) * (weights[i] as number), 0);
    expect(weighted / weights.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 9);
    expect(() => pointFeatureStatement({ workspaceId, timeZone, definitions, rows: [] })).toThrow(
      expect.objectContaining({ code: 'FEATURES_NEEDS_EVERYBODY' }),
    );
  });

  it('give rows of their own instants what was known then: the future, shuffled, changes nothing', async () => {
    const [timeZone, end] = ['Europe/Berlin', Date.UTC(2026, 4, 1)];
    const histories = fc.sample(historyBefore(end), { numRuns: PEOPLE, seed: 5 });
    const rows = histories.flatMap((_, person) =>
      [0, 3, 30 + (person % 7)].map((days) => ({
        profileId: profileId(person),
        asOf: end - days * DAY_MS - (person % 3),
      })),
    );
    const definitions = selected(11, EVERY_AGGREGATE)
      .filter((_, i) => i % 2 === 0)
      .map(define)
      .concat(featureSet());
    // Every person's earliest row decides what is the future: whatever comes later is dealt to others, at other times.
    const firstOf = (person: number): number => end - (30 + (person % 7)) * DAY_MS - (person % 3);
    const later = histories.flatMap((history, person) => history.filter(({ ts }) => ts > firstOf(person)));
    const shuffled = histories.map((history, person) => [
      ...history.filter(({ ts }) => ts <= firstOf(person)),
      ...later
        .filter((_, i) => i % PEOPLE === person)
        .map((event, i) => ({
          ...event,
          ts: firstOf(person) + 1 + (event.ts % (40 * DAY_MS)),
          eventId: `${event.eventId.slice(0, -3)}9${String(i).padStart(2, '0')}`,
        })),
    ]);
    const answers = [];
    for (const some of [histories, shuffled]) {
      const { workspaceId, owned } = await store(some);
      const {
        matrix,
        rows: n,
        cols,
      } = await test.columns.store.matrix(pointFeatureStatement({ workspaceId, timeZone, definitions, rows, orders }));
      const byPlace = new Map(
        Array.from({ length: n }, (_, row) => [
          matrix[row * cols],
          [...matrix.subarray(row * cols + 1, (row + 1) * cols)],
        ]),
      );
      answers.push(byPlace);
      rows.forEach(({ profileId: id, asOf }, i) => {
        const history = owned[Number(id.slice(-12))] as readonly HistoryEvent[];
        const computed = computeFeatures(definitions, history, { asOf, timeZone, orders });
        const found =
          byPlace.get(i + 1)?.map((value) => (Number.isNaN(value) ? null : value)) ??
          computeFeatures(definitions, [], { asOf, timeZone, orders });
        expect({ i, same: found.every((value, col) => isSame(value, computed[col])), found, computed }).toMatchObject({
          same: true,
        });
      });
    }
    const [before, after] = answers;
    const isFirst = (place: number): boolean => place % 3 === 0;
    const firsts = (answer: typeof before) => [...(answer ?? [])].filter(([place]) => isFirst(place as number));
    expect(firsts(before).length).toBeGreaterThan(PEOPLE / 2);
    expect(firsts(after)).toEqual(firsts(before));
    const others = (answer: typeof before) => [...(answer ?? [])].filter(([place]) => !isFirst(place as number));
    expect(others(after)).not.toEqual(others(before));
  });
});
