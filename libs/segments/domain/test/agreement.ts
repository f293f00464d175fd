import fc from 'fast-check';
import { compileRules, evaluateRule, makeHistory, parseRule } from '../src';
import { workspaceOf, type ColumnWorld } from './column-world';
import { now, person, ZONES } from './history-arbitraries';
import { oracle } from './oracle';
import { teachPatterns } from './oracle-patterns';
import { toInit } from './raw-person';
import { aggregateLeaf, countingLeaf, ruleOf, sequenceNode, setLeaf, type RuleContext } from './rule-arbitraries';

teachPatterns();
export const PEOPLE = 100;
const RULES = 20;

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

/** What is asked, and how random rules of it are made. */
export const SORTS = [
  ['all nodes', everything, 0],
  ['sequences by themselves', sequences, 700_000],
  ['aggregates by themselves', aggregates, 500_000],
] as const;

/**
 * Asks populations of people many random rules, three times each: evaluator = SQL = oracle. Answers of how many pairs
 * a fill could say when time turns them, and of how many it said the very instant that the evaluator names.
 */
export function expectAgreement(
  world: ColumnWorld,
  rulesOf: (context: RuleContext) => fc.Arbitrary<unknown>,
  {
    triples,
    seed,
    people: size = PEOPLE,
  }: { readonly triples: number; readonly seed: number; readonly people?: number },
): { readonly timed: number; readonly exact: number } {
  const populations = Math.ceil(triples / (size * RULES));
  const instants = fc.sample(now, { numRuns: populations, seed });
  const [inSql, inAll] = [new Set<string>(), [] as string[]];
  const timed: boolean[] = [];
  instants.forEach((at, n) => {
    const zone = ZONES[n % ZONES.length] ?? 'UTC';
    const workspaceId = workspaceOf(seed + n);
    const sampled = fc.sample(person(at, zone), { numRuns: size, seed: seed + n });
    const people = [...new Map(sampled.map((raw) => [raw.profileId, raw])).values()];
    world.load(workspaceId, people);
    const rules = fc.sample(rulesOf({ now: at, zone }), { numRuns: RULES, seed: seed + 1000 + n });
    const answers = world.answers(rules, workspaceId, at);
    expect(answers.size).toBe(people.length);
    // Every other population: a fill asks all of it anew.
    const fills = n % 2 === 0 ? world.fills(rules, workspaceId, at) : null;
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
        if (fills === null) continue;
        // A back-fill asks at an instant: what is stamped later is looked at by the evaluator alone.
        const init = toInit(raw);
        const past = makeHistory({
          ...init,
          events: [...(init.events ?? [])].filter(({ time }) => time <= at),
          traits: [...(init.traits ?? [])].filter(({ time }) => time <= at),
        });
        const known = evaluateRule(compiled, past, at);
        const due = fills.due(i, raw.profileId);
        const isLate = !fills.untimed.has(i) && (known.nextChangeAt ?? Infinity) < (due ?? Infinity);
        if (fills.isMember(i, raw.profileId) !== expected || isLate || (due !== null && due <= at)) {
          inAll.push(
            JSON.stringify({ fill: due, next: known.nextChangeAt, expected, now: new Date(at), rule, person: raw }),
          );
        }
        if (!fills.untimed.has(i)) timed.push(due !== null && due === known.nextChangeAt);
      }
    }
  });
  expect(inAll.sort((a, b) => a.length - b.length).slice(0, 3)).toEqual([]);
  expect(inSql.size).toBe(2);
  return { timed: timed.length, exact: timed.filter(Boolean).length };
}
