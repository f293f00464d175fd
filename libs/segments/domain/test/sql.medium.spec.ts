import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Session } from 'chdb';
import fc from 'fast-check';
import { z } from 'zod';
import {
  compileRules,
  compileRulesToSql,
  compileToSql,
  evaluateRule,
  makeHistory,
  parseRule,
  proofToJson,
} from '../src';
import { now, number, person, ZONES } from './history-arbitraries';
import { oracle, type RawPerson } from './oracle';
import { teachPatterns } from './oracle-patterns';
import { toInit } from './raw-person';
import { aggregateLeaf, countingLeaf, ruleOf, sequenceNode, setLeaf, type RuleContext } from './rule-arbitraries';

/** Evaluator = SQL = oracle, on the embedded column engine: populations of people, each asked many random rules. */

teachPatterns();
const TRIPLES = Number(process.env['KOHORT_TRIPLES'] ?? 4000);
const SEED = Number(process.env['KOHORT_SEED'] ?? 20260514);
const PEOPLE = 100;
const RULES = 25;
const EDGES_AT_ONCE = 60;
jest.setTimeout(1_800_000);

const proofSchema = z.object({ nodes: z.array(z.object({ values: z.array(z.object({ actual: z.unknown() })) })) });
const answer = z.object({ data: z.array(z.object({ profile_id: z.string() })) });
const workspaceOf = (n: number): string => `00000000-0000-4000-9000-${n.toString(16).padStart(12, '0')}`;
const uuidOf = (id: string): string => `00000000-0000-4000-a000-${Buffer.from(id).toString('hex').padEnd(12, '0')}`;
const instant = (ms: number): string => new Date(ms).toISOString().replace('T', ' ').replace('Z', '');

const TABLES = [
  "CREATE TABLE live_events (workspace_id UUID, profile_id UUID, event_id UUID, name String, ts DateTime64(3,'UTC'), properties String) ENGINE = MergeTree ORDER BY (workspace_id, profile_id, ts)",
  'CREATE TABLE profiles (workspace_id UUID, profile_id UUID) ENGINE = MergeTree ORDER BY (workspace_id, profile_id)',
  "CREATE TABLE traits (workspace_id UUID, profile_id UUID, key String, value String, valid_from DateTime64(3,'UTC'), message_id String) ENGINE = MergeTree ORDER BY (workspace_id, profile_id, key)",
  'CREATE TABLE memberships (workspace_id UUID, profile_id UUID, segment_key String) ENGINE = MergeTree ORDER BY (workspace_id, profile_id)',
  'CREATE TABLE scores (workspace_id UUID, profile_id UUID, model_key String, probability Nullable(Float64), percentile Nullable(Float64), cluster_key Nullable(String), confidence Nullable(Float64)) ENGINE = MergeTree ORDER BY (workspace_id, profile_id)',
];

describe('SQL on the column engine', () => {
  let folder: string;
  let session: Session;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'kohort-rules-'));
    session = new Session(folder);
    session.query('CREATE DATABASE rules ENGINE = Atomic');
    session.query('USE rules');
    for (const table of TABLES) session.query(table);
  });
  afterAll(() => {
    session.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const insert = (table: string, rows: readonly object[]): void => {
    if (rows.length > 0)
      session.query(`INSERT INTO ${table} FORMAT JSONEachRow ${rows.map((row) => JSON.stringify(row)).join('\n')}`);
  };

  function load(workspace_id: string, people: readonly RawPerson[]): void {
    const of = (raw: RawPerson) => ({ workspace_id, profile_id: raw.profileId });
    insert('profiles', people.map(of));
    // Repeats never reach the store: it has one row for each event.
    insert(
      'live_events',
      people.flatMap((raw) =>
        [...new Map(raw.events.map((event) => [event.id, event])).values()].map((event) => ({
          ...of(raw),
          event_id: uuidOf(event.id),
          name: event.name,
          ts: instant(event.time),
          properties: JSON.stringify(event.properties),
        })),
      ),
    );
    insert(
      'traits',
      people.flatMap((raw) =>
        raw.traits.map(({ key, value, time, messageId }) => ({
          ...of(raw),
          key,
          value: JSON.stringify(value),
          valid_from: instant(time),
          message_id: messageId,
        })),
      ),
    );
    insert(
      'memberships',
      people.flatMap((raw) => raw.memberships.map((segment_key) => ({ ...of(raw), segment_key }))),
    );
    insert(
      'scores',
      people.flatMap((raw) => [
        ...raw.predictions.map(({ model, probability, percentile }) => ({
          ...of(raw),
          model_key: model,
          probability,
          percentile,
        })),
        ...raw.clusters.map(({ model, cluster, confidence }) => ({
          ...of(raw),
          model_key: model,
          cluster_key: cluster,
          confidence,
        })),
      ]),
    );
  }

  let [seen, untiedPeople] = [0, 0];

  /** Everybody's answers to many rules, by profile, in the order of the rules; now and then the quick way too. */
  function answersBySql(rules: readonly unknown[], workspaceId: string, nowMs: number): Map<string, boolean[]> {
    const asked = (untied: boolean) => {
      const { sql, params } = compileRulesToSql(
        rules.map((rule) => parseRule(rule)),
        { workspaceId, nowMs, untied },
      );
      const rows = z
        .object({ data: z.array(z.record(z.string(), z.unknown())) })
        .parse(JSON.parse(session.queryBind(sql, params, 'JSON'))).data;
      const answers = rows.map((row) => [String(row['profile_id']), rules.map((_, i) => row[`r${i}`] === 1)] as const);
      return { answers: new Map(answers), tied: rows.filter(({ tied }) => tied === 1).map((row) => row['profile_id']) };
    };
    const { answers } = asked(false);
    if (seen++ % 3 > 0) return answers;
    const quick = asked(true);
    untiedPeople += answers.size - quick.tied.length;
    for (const id of quick.tied) quick.answers.set(String(id), answers.get(String(id)) ?? []);
    expect(quick.answers).toEqual(answers);
    return answers;
  }

  const everything = (context: RuleContext) =>
    ruleOf(
      context,
      fc.oneof(
        { weight: 5, arbitrary: setLeaf(context) },
        { weight: 3, arbitrary: aggregateLeaf(context) },
        { weight: 2, arbitrary: sequenceNode(context) },
        countingLeaf(context),
      ),
    );
  const sequences = (context: RuleContext) =>
    sequenceNode(context).map((where) => ({
      version: 1,
      entity: 'profile',
      where,
      options: { timezone: context.zone },
    }));
  const aggregates = (context: RuleContext) =>
    aggregateLeaf(context).map((where) => ({
      version: 1,
      entity: 'profile',
      where,
      options: { timezone: context.zone },
    }));

  it.each([
    ['all leaves', everything, SEED],
    ['sequences by themselves', sequences, SEED + 700_000],
    ['aggregates by themselves', aggregates, SEED + 500_000],
  ])(`agrees with the evaluator and the oracle on ${TRIPLES} triples of %s`, (_what, rulesOf, seed) => {
    const populations = Math.ceil(TRIPLES / (PEOPLE * RULES));
    const instants = fc.sample(now, { numRuns: populations, seed });
    const [inSql, inAll] = [new Set<string>(), [] as string[]];
    instants.forEach((at, n) => {
      const zone = ZONES[n % ZONES.length] ?? 'UTC';
      const workspaceId = workspaceOf(seed + n);
      const sampled = fc.sample(person(at, zone), { numRuns: PEOPLE, seed: seed + n });
      const people = [...new Map(sampled.map((raw) => [raw.profileId, raw])).values()];
      load(workspaceId, people);
      const rules = fc.sample(rulesOf({ now: at, zone }), { numRuns: RULES, seed: seed + 1000 + n });
      const answers = answersBySql(rules, workspaceId, at);
      expect(answers.size).toBe(people.length);
      for (const [i, rule] of rules.entries()) {
        const compiled = compileRules([{ rule: parseRule(rule) }], { otherSegments: 'membership' });
        for (const raw of people) {
          const expected = oracle(rule, raw, at);
          const evaluated = evaluateRule(compiled, makeHistory(toInit(raw)), at).member;
          const found = answers.get(raw.profileId)?.[i];
          if (evaluated !== expected || found !== expected) {
            inAll.push(JSON.stringify({ evaluated, found, expected, now: new Date(at), rule, person: raw }));
          }
          inSql.add(String(expected));
        }
      }
    });
    expect(inAll.sort((a, b) => a.length - b.length).slice(0, 3)).toEqual([]);
    expect(inSql.size).toBe(2);
  });

  it('has asked the quick way of many', () => {
    expect(untiedPeople).toBeGreaterThan(100);
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
    });
    load(workspaceId, [of(1, 'A'), of(2, 'B'), of(3, 'A')]);
    const rule = { version: 1, entity: 'profile', where: { event: { name: 'A' } } };
    const { sql, params } = compileToSql(parseRule(rule), { workspaceId, nowMs: at });
    const found = answer.parse(JSON.parse(session.queryBind(sql, params, 'JSON')));
    expect(found.data.map((row) => row.profile_id).sort()).toEqual([uuidOf('p1'), uuidOf('p3')]);
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
    }));
    const workspaceId = workspaceOf(0xedce);
    load(workspaceId, raws);
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
      const answers = answersBySql(
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
