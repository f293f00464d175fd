import fc from 'fast-check';
import { z } from 'zod';
import { compileRules, evaluateRule, evaluateRules, makeHistory, parseRule, proofToJson } from '../src';
import { expectAgreement, PEOPLE, SORTS } from './agreement';
import { ColumnWorld, uuidOf, workspaceOf } from './column-world';
import { latticePerson, number, person, PHRASES, TEXTS } from './history-arbitraries';
import { oracle, type RawPerson } from './oracle';
import { toInit } from './raw-person';
import { SEQUENCE_EDGES } from './sequence-edges';

/** Evaluator = SQL = oracle, on the embedded column engine: populations of people, each asked many random rules. */

const TRIPLES = Number(process.env['KOHORT_TRIPLES'] ?? 4000);
const SEED = Number(process.env['KOHORT_SEED'] ?? 20260514);
const EDGES_AT_ONCE = 60;
jest.setTimeout(1_800_000);

const proofSchema = z.object({ nodes: z.array(z.object({ values: z.array(z.object({ actual: z.unknown() })) })) });

describe('SQL on the column engine', () => {
  let world: ColumnWorld;
  const turns: { timed: number; exact: number }[] = [];
  beforeAll(() => {
    world = new ColumnWorld();
  });
  afterAll(() => world.close());

  it.each(SORTS)(`agrees with the evaluator and the oracle on ${TRIPLES} triples of %s`, (_what, rulesOf, more) => {
    const { timed, exact } = expectAgreement(world, rulesOf, { triples: TRIPLES, seed: SEED + more });
    turns.push({ timed, exact });
  });

  it('has said of many by when time alone turns them, and of some the very instant', () => {
    const [timed, exact] = [turns.reduce((sum, of) => sum + of.timed, 0), turns.reduce((sum, of) => sum + of.exact, 0)];
    expect(timed).toBeGreaterThan(TRIPLES / 8);
    expect(exact).toBeGreaterThan(timed / 100);
  });

  it('has asked the quick way of many', () => {
    expect(world.untiedPeople).toBeGreaterThan(TRIPLES / 40);
  });

  it('counts a preview of more tests than one mask holds, and leaves out who is excluded', () => {
    const at = Date.parse('2026-03-29T12:00:00Z');
    const workspaceId = workspaceOf(0x592);
    const sampled = fc.sample(person(at, 'UTC'), { numRuns: PEOPLE, seed: SEED + 6 });
    const people = [...new Map(sampled.map((raw) => [raw.profileId, raw])).values()];
    world.load(workspaceId, people);
    const tests = Array.from({ length: 70 }, (_, i) => ({
      event: {
        name: 'ABC'.charAt(i % 3),
        count: { op: 'gte', n: 1 + (i % 4) },
        window: { last: { n: 1 + i, unit: 'day' } },
      },
    }));
    const wheres = [{ any: tests }, ...tests];
    const rules = wheres.map((where) => ({ version: 1, entity: 'profile', where }));
    const answers = world.answers(rules, workspaceId, at);
    const excluded = people.slice(0, 3).map(({ profileId }) => profileId);
    const left = (i: number): string[] =>
      people.flatMap(({ profileId: id }) => (answers.get(id)?.[i] === true && !excluded.includes(id) ? [id] : []));
    const counted = world.preview(rules[0], { workspaceId, nowMs: at, excluded, sample: people.length });
    expect(counted.people).toBe(people.length - excluded.length);
    expect(counted.counts).toEqual(wheres.map((_, i) => left(i).length));
    expect(new Set(counted.counts).size).toBeGreaterThan(5);
    expect([...counted.sample].sort()).toEqual(left(0).sort());
  });

  it('fills rules over more selections than one word tells apart, with events on the edges of their windows', () => {
    const at = Date.parse('2026-03-29T12:00:00Z');
    const workspaceId = workspaceOf(0x593);
    const sampled = fc.sample(latticePerson(at), { numRuns: PEOPLE, seed: SEED + 12 });
    const people = [...new Map(sampled.map((raw) => [raw.profileId, raw])).values()];
    world.load(workspaceId, people);
    const values = ['x', 'y', 1, 2, true].map((value) => [{ path: 'q', op: 'eq', value }]);
    const exist = ['p', 'q', 'when'].map((path) => [{ path, op: 'exists' }]);
    const wheres = [[], [{ path: 'p', op: 'gt', value: 1 }], ...values, ...exist];
    const windows = [
      ...[1, 30, 60, 120].map((n) => ({ last: { n, unit: 'minute' } })),
      { last: { n: 1, unit: 'day' } },
      undefined,
    ];
    const ops = ['gte', 'gt', 'lte', 'lt', 'eq'];
    const rules = Array.from({ length: 4 * 3 * wheres.length }, (_, i) => {
      const [name, where] = ['ABC'.charAt(i % 3), wheres[Math.floor(i / 3) % wheres.length] ?? []];
      const count = { op: ops[i % ops.length], n: i % 4 };
      return { version: 1, entity: 'profile', where: { event: { name, where, count, window: windows[(i * 7) % 6] } } };
    });
    const fills = world.fills(rules, workspaceId, at);
    const [wrong, dues]: [object[], string[]] = [[], []];
    for (const [i, rule] of rules.entries()) {
      const compiled = compileRules([{ rule: parseRule(rule) }]);
      for (const raw of people) {
        const { member, nextChangeAt } = evaluateRule(compiled, makeHistory(toInit(raw)), at);
        const due = fills.due(i, raw.profileId);
        const isLate = (nextChangeAt ?? Infinity) < (due ?? Infinity);
        if (fills.isMember(i, raw.profileId) !== member || isLate) wrong.push({ rule, raw, member, nextChangeAt, due });
        if (due !== null) dues.push(due === nextChangeAt ? 'exact' : 'early');
      }
    }
    expect(wrong.slice(0, 2)).toEqual([]);
    expect(fills.untimed.size).toBe(0);
    expect(dues.filter((due) => due === 'exact').length).toBeGreaterThan(100);
  });

  it('runs predicates of sql nodes over the events up to now', () => {
    const at = Date.parse('2026-03-29T12:00:00Z');
    const workspaceId = workspaceOf(0x591);
    const sampled = fc.sample(person(at, 'UTC'), { numRuns: PEOPLE, seed: SEED + 5 });
    const people = [...new Map(sampled.map((raw) => [raw.profileId, raw])).values()];
    world.load(workspaceId, people);
    const past = (raw: RawPerson): RawPerson['events'] =>
      [...new Map(raw.events.map((event) => [event.id, event])).values()].filter(({ time }) => time <= at);
    const total = (raw: RawPerson): number =>
      past(raw).reduce((sum, { properties: { q } }) => sum + (typeof q === 'number' && q < 1e3 ? q : 0), 0);
    const cases: [string, (raw: RawPerson) => boolean][] = [
      ["countIf(name = 'A') > 1", (raw) => past(raw).filter(({ name }) => name === 'A').length > 1],
      [
        "count() = 2 OR countIf(name IN ('B', 'C')) >= 3",
        (raw) => {
          const known = past(raw);
          return known.length === 2 || known.filter(({ name }) => name !== 'A').length >= 3;
        },
      ],
      [
        "sumIf(JSONExtractFloat(properties, 'q'), JSONExtractFloat(properties, 'q') < 1000) > 4.05",
        (raw) => total(raw) > 4.05,
      ],
      ['max(ts) >= now - toIntervalDay(3)', (raw) => past(raw).some(({ time }) => time >= at - 3 * 86_400_000)],
      [
        'NOT uniqExact(name) BETWEEN 2 AND 3',
        (raw) => {
          const names = new Set(past(raw).map(({ name }) => name)).size;
          return past(raw).length > 0 && !(names >= 2 && names <= 3);
        },
      ],
    ];
    const rules = cases.map(([predicate]) => ({ version: 1, entity: 'profile', where: { sql: { predicate } } }));
    const answers = world.answers(rules, workspaceId, at);
    for (const raw of people) {
      expect({ id: raw.profileId, is: answers.get(raw.profileId) }).toEqual({
        id: raw.profileId,
        is: cases.map(([, expected]) => expected(raw)),
      });
    }
  });

  it('ranks everybody for a top, lets members stay a little longer, and breaks ties by profile id', () => {
    const at = Date.parse('2026-03-29T12:00:00Z');
    const workspaceId = workspaceOf(0x709);
    const sampled = fc.sample(latticePerson(at), { numRuns: PEOPLE, seed: SEED + 11 });
    const people = [...new Map(sampled.map((raw) => [raw.profileId, raw])).values()];
    world.load(workspaceId, people);
    const numbers = (raw: RawPerson, property: 'q' | 'p'): number[] =>
      raw.events.flatMap(({ properties: { [property]: value } }) => (typeof value === 'number' ? [value] : []));
    const sum = (list: readonly number[]): number => list.reduce((a, b) => a + b, 0);
    const measures: [object, (raw: RawPerson) => number | null][] = [
      [{ fn: 'sum', property: 'q' }, (raw) => sum(numbers(raw, 'q'))],
      [
        { fn: 'avg', property: 'p' },
        (raw) => (numbers(raw, 'p').length === 0 ? null : sum(numbers(raw, 'p')) / numbers(raw, 'p').length),
      ],
      [{ fn: 'max', property: 'q' }, (raw) => (numbers(raw, 'q').length === 0 ? null : Math.max(...numbers(raw, 'q')))],
      [{ fn: 'distinctDays' }, (raw) => new Set(raw.events.map(({ time }) => Math.floor(time / 86_400_000))).size],
    ];
    const sizes: { n?: number; percent?: number; exact?: boolean }[] = [
      { n: 3 },
      { n: 40 },
      { n: 40, exact: true },
      { percent: 12.5 },
      { percent: 100 },
    ];
    const asked = measures.flatMap(([by, value]) => sizes.map((size) => ({ by, value, size })));
    for (const { by, value, size } of asked) {
      const rule = {
        version: 1,
        entity: 'profile',
        where: { top: { by: { aggregate: { event: {}, ...by } }, ...size } },
      };
      const ranked = people
        .flatMap((raw) => {
          const amount = value(raw);
          return amount === null ? [] : [{ id: raw.profileId, amount }];
        })
        .sort((a, b) => b.amount - a.amount || (a.id < b.id ? -1 : 1));
      const last = size.percent === undefined ? (size.n ?? 0) : Math.ceil((ranked.length * size.percent) / 100);
      const stays = size.exact ? last : Math.floor(last * 1.05);
      const isVip = (id: string): boolean =>
        people.find(({ profileId }) => profileId === id)?.memberships.includes('vip') === true;
      const expected = ranked.filter(({ id }, i) => i < last || (i < stays && isVip(id))).map(({ id }) => id);
      const found = world.members(rule, workspaceId, { nowMs: at, key: 'vip' });
      expect({ by, size, members: [...found].sort() }).toEqual({ by, size, members: expected.sort() });
    }
    const [plain] = asked;
    const alone = { top: { by: { aggregate: { event: {}, ...plain?.by } }, n: 40 } };
    const entering = world.members({ version: 1, entity: 'profile', where: alone }, workspaceId, { nowMs: at });
    expect(entering).toHaveLength(40);
  });

  it('finds words in texts as the evaluator and the oracle do', () => {
    const at = Date.parse('2026-03-29T12:00:00Z');
    const workspaceId = workspaceOf(0x70d);
    const sentence = fc
      .array(fc.constantFrom(...TEXTS, ...PHRASES, 'ﬀ', '\u200B', 'İ', 'ß', '...', '\u0301'), { maxLength: 6 })
      .map((parts) => parts.join(' '));
    const people = fc
      .sample(fc.tuple(sentence, sentence), { numRuns: 60, seed: SEED + 13 })
      .map(([review, body], n): RawPerson => ({
        profileId: uuidOf(`w${n}`),
        events: [{ id: `e${n}`, name: 'A', time: at - 5, properties: { body } }],
        traits: [{ key: 'review', value: review, time: at - 10, messageId: 't' }],
        ...{ memberships: [], predictions: [], clusters: [], consents: [] },
      }));
    world.load(workspaceId, people);
    const phrases = fc.array(fc.constantFrom(...PHRASES), { minLength: 2, maxLength: 3 });
    const asked = fc.sample(
      fc.tuple(
        fc.constantFrom('wordsAny', 'wordsAll', 'wordsNone', 'wordsNear'),
        phrases,
        fc.integer({ min: 2, max: 8 }),
      ),
      { numRuns: 40, seed: SEED + 14 },
    );
    const rules = asked.map(([op, words, within], i) => {
      const value = op === 'wordsNear' ? { words, within } : words;
      const where =
        i % 2 === 0
          ? { trait: { path: 'review', op, value } }
          : { event: { name: 'A', where: [{ path: 'body', op, value }] } };
      return { version: 1, entity: 'profile', where };
    });
    const answers = world.answers(rules, workspaceId, at);
    const compiled = compileRules(rules.map((rule) => ({ rule: parseRule(rule) })));
    const wrong: string[] = [];
    const held = new Map<string, number>();
    for (const raw of people) {
      evaluateRules(compiled, makeHistory(toInit(raw)), at).forEach(({ member }, i) => {
        const op = asked[i]?.[0] ?? '';
        held.set(`${op} ${member}`, (held.get(`${op} ${member}`) ?? 0) + 1);
        const found = answers.get(raw.profileId)?.[i];
        if (found === member && oracle(rules[i], raw, at) === member) return;
        wrong.push(JSON.stringify({ found, member, rule: rules[i], raw }));
      });
    }
    expect(wrong.sort((a, b) => a.length - b.length).slice(0, 3)).toEqual([]);
    // Each operator is met and missed.
    expect(held.size).toBe(8);
    expect(Math.min(...held.values())).toBeGreaterThan(2);
  });

  it('gives the members of one rule', () => {
    const at = Date.parse('2026-03-29T12:00:00Z');
    const workspaceId = workspaceOf(0xabc);
    const of = (n: number, name: string): RawPerson => ({
      profileId: uuidOf(`p${n}`),
      events: [{ id: `e${n}`, name, time: at - n, properties: {} }],
      traits: [],
      memberships: [],
      predictions: [],
      clusters: [],
      consents: [],
    });
    world.load(workspaceId, [of(1, 'A'), of(2, 'B'), of(3, 'A')]);
    const rule = { version: 1, entity: 'profile', where: { event: { name: 'A' } } };
    expect([...world.members(rule, workspaceId, { nowMs: at })].sort()).toEqual([uuidOf('p1'), uuidOf('p3')]);
  });

  it('stands on the edges of sequences as the evaluator and the oracle do', () => {
    const at = Date.parse('2026-03-29T12:00:00Z');
    const workspaceId = workspaceOf(0x5e9);
    const sampled = fc.sample(latticePerson(at), { numRuns: 400, seed: SEED + 9 });
    const people = [...new Map(sampled.map((raw) => [raw.profileId, raw])).values()];
    world.load(workspaceId, people);
    const rules = SEQUENCE_EDGES.map((sequence) => ({ version: 1, entity: 'profile', where: { sequence } }));
    const answers = world.answers(rules, workspaceId, at);
    const compiled = compileRules(rules.map((rule) => ({ rule: parseRule(rule) })));
    const wrong: string[] = [];
    const members = rules.map(() => 0);
    for (const raw of people) {
      evaluateRules(compiled, makeHistory(toInit(raw)), at).forEach(({ member }, i) => {
        const found = answers.get(raw.profileId)?.[i];
        members[i] = (members[i] ?? 0) + (member ? 1 : 0);
        if (found === member && oracle(rules[i], raw, at) === member) return;
        wrong.push(JSON.stringify({ found, member, i, sequence: SEQUENCE_EDGES[i], events: raw.events }));
      });
    }
    expect(wrong.sort((a, b) => a.length - b.length).slice(0, 3)).toEqual([]);
    // Each is met by some and missed by some.
    expect(members.filter((n) => n < 3 || n > people.length - 3)).toEqual([]);
  });

  it('stands on the edge of each aggregate as the evaluator does', () => {
    const at = Date.parse('2026-03-29T12:00:00Z');
    const [people, rules] = [12, [] as { raw: RawPerson; rule: unknown; expected: boolean }[]];
    const crowd = fc.sample(
      fc.array(fc.tuple(number, fc.integer({ min: 0, max: 9 }), fc.integer({ min: 0, max: 40 })), {
        minLength: 7,
        maxLength: 25,
      }),
      { numRuns: people, seed: SEED },
    );
    const raws = crowd.map((events, n): RawPerson => ({
      profileId: uuidOf(`p${n}`),
      events: events.map(([p, step, hours], i) => ({
        id: `e${n}-${i}`,
        name: 'A',
        time: at - hours * 3_600_000 - step,
        properties: { p },
      })),
      traits: [],
      memberships: [],
      predictions: [],
      clusters: [],
      consents: [],
    }));
    const workspaceId = workspaceOf(0xedce);
    world.load(workspaceId, raws);
    const fns = ['sum', 'avg', 'min', 'max', 'distinct', 'distinctDays', 'first', 'last', 'percentile', 'slope'];
    const windows = [undefined, { last: { n: 1, unit: 'day' } }, { withinFirst: { n: 6, unit: 'hour' } }];
    const ask = (raw: RawPerson, where: object) => {
      const rule = { version: 1, entity: 'profile', where, options: { timezone: 'Europe/Berlin' } };
      const compiled = compileRules([{ rule: parseRule(rule) }], { otherSegments: 'membership' });
      return { rule, outcome: evaluateRule(compiled, makeHistory(toInit(raw)), at) };
    };
    raws.forEach((raw, n) =>
      fns.forEach((fn, f) => {
        const measure = {
          event: { name: 'A' },
          fn,
          property: 'p',
          ...(fn === 'percentile' ? { p: [12.5, 33.3, 66.7, 99][n % 4] } : {}),
          window: windows[(n + f) % windows.length],
        };
        const { proof } = ask(raw, { aggregate: { ...measure, op: 'neq', value: 1e9 } }).outcome;
        const [shown] = proofSchema.parse(proofToJson(proof)).nodes.flatMap((node) => node.values);
        if (typeof shown?.actual !== 'number') return;
        for (const op of ['eq', 'gt', 'gte', 'lt']) {
          const { rule, outcome } = ask(raw, { aggregate: { ...measure, op, value: shown.actual } });
          rules.push({ raw, rule, expected: outcome.member });
        }
      }),
    );
    const wrong: object[] = [];
    for (let from = 0; from < rules.length; from += EDGES_AT_ONCE) {
      const some = rules.slice(from, from + EDGES_AT_ONCE);
      const answers = world.answers(
        some.map(({ rule }) => rule),
        workspaceId,
        at,
      );
      wrong.push(...some.filter(({ raw, expected }, i) => answers.get(raw.profileId)?.[i] !== expected));
    }
    expect(wrong.slice(0, 2)).toEqual([]);
    expect(rules.length).toBeGreaterThan(300);
  });
});
