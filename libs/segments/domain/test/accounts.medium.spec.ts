import fc from 'fast-check';
import { compileRules, evaluateRule, parseRule } from '../src';
import { historyOf, relationRule, world } from './account-arbitraries';
import { ColumnWorld, workspaceOf } from './column-world';
import { now, ZONES } from './history-arbitraries';
import { oracle } from './oracle';
import { teachPatterns } from './oracle-patterns';

teachPatterns();

/** Evaluator = SQL = oracle for rules over accounts, and for rules that lead from people to accounts and back. */

const TRIPLES = Number(process.env['KOHORT_TRIPLES'] ?? 700);
const SEED = Number(process.env['KOHORT_SEED'] ?? 20260514);
const SIZE = { people: 60, accounts: 30 };
const RULES = 6;
jest.setTimeout(1_800_000);

describe('SQL over people and their accounts', () => {
  let columns: ColumnWorld;
  beforeAll(() => {
    columns = new ColumnWorld();
  });
  afterAll(() => columns.close());

  it.each(['profile', 'account'] as const)('agrees with the evaluator and the oracle on rules over %s', (entity) => {
    const worlds = Math.ceil(TRIPLES / (RULES * (entity === 'profile' ? SIZE.people : SIZE.accounts)));
    const [seed, answersSeen, wrong] = [SEED + (entity === 'profile' ? 0 : 40_000), new Set<boolean>(), [] as string[]];
    fc.sample(now, { numRuns: worlds, seed }).forEach((at, n) => {
      const inZone = ZONES[n % ZONES.length] ?? 'UTC';
      const workspaceId = workspaceOf(seed + n);
      const [all] = fc.sample(world(at, inZone, SIZE), { numRuns: 1, seed: seed + n });
      if (all === undefined) return;
      columns.load(workspaceId, all.people);
      columns.loadAccounts(workspaceId, all);
      const rules = fc.sample(relationRule({ now: at, zone: inZone }, entity), {
        numRuns: RULES,
        seed: seed + 1000 + n,
      });
      const answers = columns.answers(rules, workspaceId, at);
      const judged = entity === 'profile' ? all.people : all.accounts;
      expect(answers.size).toBe(judged.length);
      const compiled = rules.map((rule) =>
        compileRules([{ rule: parseRule(rule) }], { otherSegments: 'membership', entity }),
      );
      for (const raw of judged) {
        const history = historyOf(raw);
        rules.forEach((rule, i) => {
          const expected = oracle(rule, raw, at);
          const found = answers.get(raw.profileId)?.[i];
          const one = compiled[i];
          const evaluated = one === undefined ? undefined : evaluateRule(one, history, at).member;
          answersSeen.add(expected);
          if (found === expected && evaluated === expected) return;
          wrong.push(JSON.stringify({ found, evaluated, expected, rule, id: raw.profileId, at: new Date(at) }));
        });
      }
    });
    expect(wrong.sort((a, b) => a.length - b.length).slice(0, 3)).toEqual([]);
    expect(answersSeen.size).toBe(2);
  });
});
