import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { workspaceIdSchema } from '@kohort/kernel-contracts';
import { startTestColumns, type TestColumns } from '@kohort/testing-columns';
import { arbitraryHistory } from '../test/arbitrary-history';
import { computeFeatures } from './compute-features';
import { featureChangeStatement } from './feature-change-statement';
import { featureSet } from './feature-set';
import { featureStatement } from './feature-statement';
import { doersStatement, extentStatement } from './label-statements';
import { SEGMENT_ORDERS } from './order-mapping';
import type { HistoryEvent } from './read-orders';

const PEOPLE = 600;
const definitions = featureSet();
const DAY_MS = 86_400_000;

const profileId = (person: number): string => `00000000-0000-4000-9000-${String(person).padStart(12, '0')}`;

describe('the statement against the evaluator', () => {
  let test: TestColumns;

  beforeAll(async () => {
    test = await startTestColumns();
  });

  afterAll(() => test.stop());

  async function store(histories: readonly (readonly HistoryEvent[])[]) {
    const workspaceId = workspaceIdSchema.parse(randomUUID());
    await test.addEvents(
      histories.flatMap((history, person) =>
        history.map((event) => ({
          ...event,
          workspaceId,
          profileId: profileId(person),
          eventId: event.eventId.replace('8000', String(1000 + (person % 9000))),
        })),
      ),
    );
    return workspaceId;
  }

  /** The ids that the store knows the events by: they stand in for missing order ids. */
  const stored = (history: readonly HistoryEvent[], person: number): readonly HistoryEvent[] =>
    history.map((event) => ({ ...event, eventId: event.eventId.replace('8000', String(1000 + (person % 9000))) }));

  it.each([
    ['UTC', Date.UTC(2026, 5, 15)],
    ['Europe/London', Date.UTC(2026, 2, 29, 0, 30)],
    ['America/New_York', Date.UTC(2025, 10, 2, 5, 30)],
    ['Pacific/Auckland', Date.UTC(2026, 3, 4, 13, 0, 0, 1)],
    ['Asia/Kathmandu', Date.UTC(2024, 1, 29, 18, 15)],
  ])('gives everybody the same features in %s', async (timeZone, asOf) => {
    const histories = fc.sample(arbitraryHistory(asOf), { numRuns: PEOPLE, seed: asOf % 1000 });
    const workspaceId = await store(histories);
    const { sql, params, cols } = featureStatement({ workspaceId, asOf, timeZone, definitions });
    const { profileIds, matrix } = await test.columns.store.matrix({ sql, params, cols });
    const expected = histories
      .map((history, person) => ({ id: profileId(person), history: stored(history, person) }))
      .filter(({ history }) => history.some(({ name, ts }) => name === SEGMENT_ORDERS.event && ts <= asOf));
    expect(profileIds).toEqual(expected.map(({ id }) => id));
    expect(expected.length).toBeGreaterThan(PEOPLE / 2);
    expected.forEach(({ history }, row) => {
      const values = computeFeatures(definitions, history, { asOf, timeZone });
      values.forEach((value, col) => {
        const found = matrix[row * cols + col] as number;
        const tolerance = 1e-9 * Math.max(1, Math.abs(value ?? 0));
        const same = value === null ? Number.isNaN(found) : Math.abs(found - value) <= tolerance;
        if (!same)
          expect({ key: definitions[col]?.key, history, found }).toEqual({
            key: definitions[col]?.key,
            history,
            found: value,
          });
      });
    });
    // Two people beside each other that agree by chance prove nothing: the matrix must not be constant.
    expect(new Set(matrix).size).toBeGreaterThan(PEOPLE);
  });

  it('is not moved by what comes after asOf, and keeps workspaces apart', async () => {
    const asOf = Date.UTC(2026, 0, 1);
    const histories = fc.sample(arbitraryHistory(asOf), { numRuns: 50, seed: 5 });
    const known = await store(histories.map((history) => history.filter(({ ts }) => ts <= asOf)));
    const withFuture = await store(histories);
    const read = async (workspaceId: typeof known) => {
      const { sql, params, cols } = featureStatement({
        workspaceId,
        asOf,
        timeZone: 'UTC',
        definitions,
        population: 'everyone',
      });
      return test.columns.store.matrix({ sql, params, cols });
    };
    const [a, b] = [await read(known), await read(withFuture)];
    expect(a.rows).toBeGreaterThan(30);
    expect(b).toEqual(a);
  });

  it('counts whose value another formula would change, by the features of both', async () => {
    const asOf = Date.UTC(2026, 5, 15);
    const timeZone = 'UTC';
    const histories = fc.sample(arbitraryHistory(asOf), { numRuns: 200, seed: 12 });
    const workspaceId = await store(histories);
    const [before, after] = [
      definitions.find(({ key }) => key === 'avg_order_value'),
      featureSet(1, ['max_order_value'])[0],
    ];
    if (before === undefined || after === undefined) throw new TypeError('both are built in');
    const wanted = { ...after, key: before.key };
    const people = histories
      .map((history, person) => stored(history, person))
      .filter((history) => history.some(({ name, ts }) => name === SEGMENT_ORDERS.event && ts <= asOf))
      .map((history) => computeFeatures([before, wanted], history, { asOf, timeZone }));
    const counts = async (standing: typeof before | null) => {
      const { sql, params } = featureChangeStatement({ workspaceId, asOf, timeZone, before: standing, after: wanted });
      const [row] = await test.columns.store.query(sql, params, (one) => Object.values(Object(one)).map(Number));
      return row;
    };
    const known = people.filter(([, value]) => value !== null).length;
    const changed = people.filter(([was, value]) => was !== value).length;
    expect(changed).toBeGreaterThan(10);
    expect(changed).toBeLessThan(known);
    expect(await counts(before)).toEqual([people.length, known, changed]);
    expect(await counts(null)).toEqual([people.length, known, known]);
    expect(await counts(wanted)).toEqual([people.length, known, 0]);
  });

  it('labels who did the event in (asOf, asOf + horizon]', async () => {
    const asOf = Date.UTC(2026, 0, 1);
    const at = (ts: number, name = 'Order Completed'): HistoryEvent => ({
      eventId: randomUUID(),
      name,
      ts,
      properties: {},
    });
    const end = asOf + 30 * DAY_MS;
    const histories = [
      [at(asOf)],
      [at(asOf + 1)],
      [at(end)],
      [at(end + 1)],
      [at(end, 'Page Viewed')],
      [at(asOf - 5), at(asOf + 5), at(asOf + 6)],
    ];
    const workspaceId = await store(histories);
    const { sql, params } = doersStatement({ workspaceId, asOf, horizonDays: 30, event: 'Order Completed' });
    const doers = await test.columns.store.members(sql, params);
    expect([...doers].sort()).toEqual([1, 2, 5].map(profileId));
    const extent = extentStatement({ workspaceId, event: 'Order Completed' });
    const rows = await test.columns.store.query(extent.sql, extent.params, (row) => row);
    expect(rows).toEqual([{ first: String(asOf - 5), last: String(end + 1), n: '7' }]);
  });
});
