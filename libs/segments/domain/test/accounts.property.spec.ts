import fc from 'fast-check';
import {
  addCrowds,
  compileRules,
  countCrowd,
  evaluateRule,
  parseRule,
  printRule,
  readRuleText,
  recordsNeeded,
  type CrowdTally,
} from '../src';
import { historyOf, relationRule, world } from './account-arbitraries';
import { now, zone } from './history-arbitraries';
import { oracle } from './oracle';
import { teachPatterns } from './oracle-patterns';

teachPatterns();

const RUNS = Number(process.env['KOHORT_TRIPLES'] ?? 60);
const SEED = Number(process.env['KOHORT_SEED'] ?? 20260514);
const SIZE = { people: 5, accounts: 3 };

const ENTITIES = ['profile', 'account'] as const;

const caseOf = (entity: (typeof ENTITIES)[number]) =>
  fc.tuple(now, zone).chain(([at, inZone]) =>
    fc.record({
      rule: relationRule({ now: at, zone: inZone }, entity),
      world: world(at, inZone, SIZE),
      at: fc.constant(at),
    }),
  );

// Sampled, not shrunk: people and accounts name each other, and such a case cannot be printed.
describe.each(ENTITIES)('rules over %s that lead to others', (entity) => {
  it('agree with the oracle, and give the exact next change', () => {
    let [members, changes, judged] = [0, 0, 0];
    const shares = [0, 0.1, 0.4, 0.8];
    for (const { rule, at, world: all } of fc.sample(caseOf(entity), { numRuns: RUNS, seed: SEED })) {
      const compiled = compileRules([{ rule: parseRule(rule) }], { otherSegments: 'membership', entity });
      for (const raw of entity === 'profile' ? all.people : all.accounts) {
        const { member, nextChangeAt, proof } = evaluateRule(compiled, historyOf(raw), at);
        const end = nextChangeAt ?? at + 500 * 86_400_000;
        const probes = [...shares.map((share) => Math.floor(at + share * (end - at))), end - 1].filter((t) => t < end);
        const said = probes.map((t) => ({ t, member: oracle(rule, raw, t) }));
        const then = nextChangeAt === null ? null : oracle(rule, raw, nextChangeAt);
        expect({ rule, said, then }).toEqual({
          rule,
          said: probes.map((t) => ({ t, member })),
          then: nextChangeAt === null ? null : !member,
        });
        expect(proof.nodes[0]?.result).toBe(member);
        judged += 1;
        members += member ? 1 : 0;
        changes += nextChangeAt === null ? 0 : 1;
      }
    }
    expect(members).toBeGreaterThan(judged / 5);
    expect(members).toBeLessThan((judged * 4) / 5);
    expect(changes).toBeGreaterThan(judged / 40);
  });

  it('print as text that reads back as the same rule', () => {
    for (const { rule } of fc.sample(caseOf(entity), { numRuns: 60, seed: SEED + 1 })) {
      const text = printRule(rule);
      expect(printRule(readRuleText(text))).toBe(text);
    }
  });
});

describe('a crowd of an account', () => {
  it('counted page by page gives the same answer as its people, and no later instant at which to look again', () => {
    let [judged, members, turning] = [0, 0, 0];
    for (const { rule, at, world: all } of fc.sample(caseOf('account'), { numRuns: RUNS, seed: SEED + 2 })) {
      const compiled = compileRules([{ rule: parseRule(rule) }], { otherSegments: 'membership', entity: 'account' });
      for (const raw of all.accounts) {
        const history = historyOf(raw);
        const exact = evaluateRule(compiled, history, at);
        let crowd: ReadonlyMap<string, CrowdTally> = new Map(countCrowd(compiled.crowds, [], at));
        for (let from = 0; from < history.related.length; from += 2)
          crowd = addCrowds(crowd, countCrowd(compiled.crowds, history.related.slice(from, from + 2), at));
        const counted = evaluateRule(compiled, { ...history, related: [], crowd }, at);
        expect({ rule, member: counted.member }).toEqual({ rule, member: exact.member });
        const again = Math.min(
          counted.nextChangeAt ?? Infinity,
          ...[...crowd.values()].map((of) => of.soonest ?? Infinity),
        );
        expect(again).toBeLessThanOrEqual(exact.nextChangeAt ?? Infinity);
        judged += 1;
        members += counted.member ? 1 : 0;
        turning += again === Infinity ? 0 : 1;
      }
    }
    expect(members).toBeGreaterThan(judged / 5);
    expect(turning).toBeGreaterThan(judged / 40);
  });
});

describe('relations', () => {
  const gold = { trait: { path: 'tier', op: 'eq', value: 'gold' } };
  const rule = (entity: string, where: unknown) => ({ version: 1, entity, where });
  const to = (other: string, inner: unknown, more: object = { quantifier: 'any' }) => ({
    relation: { to: other, ...more, where: inner },
  });
  const refused = (json: unknown) => () => parseRule(json);

  it('lead from people to accounts and back, no further than two steps, and ask what can be asked', () => {
    expect(refused(rule('profile', to('profile', gold)))).toThrow('leads from profile to profile');
    expect(refused(rule('account', to('account', gold)))).toThrow('where: leads from account to account');
    const deep = to('account', to('profile', to('account', gold)));
    expect(refused(rule('profile', deep))).toThrow('nested 2 deep');
    expect(refused(rule('account', { consent: { purpose: 'email' } }))).toThrow('an account has no "consent"');
    const scored = { prediction: { model: 'm', measure: 'percentile', op: 'gt', value: 1 } };
    expect(refused(rule('profile', to('account', scored)))).toThrow('node where.relation.where: an account has no');
    expect(parseRule(rule('account', to('profile', scored))).entity).toBe('account');
    expect(refused(rule('profile', to('account', { sql: { predicate: 'count() > 1' } })))).toThrow('inside a relation');
    expect(refused(rule('profile', to('account', gold, { quantifier: 'count' })))).toThrow('"count" is needed');
    expect(() => compileRules([{ rule: parseRule(rule('account', gold)) }])).toThrow(
      'cannot be evaluated for one profile',
    );
  });

  it('say what has to be read of whom', () => {
    const asked = (entity: string, where: unknown) => recordsNeeded([parseRule(rule(entity, where))]);
    const rest = { purposes: [], models: false, reach: new Map(), detailedReach: new Map() };
    expect(asked('profile', gold)).toEqual({ eventNames: [], detailedNames: [], traitKeys: ['tier'], ...rest });
    const both = to('account', { all: [gold, to('profile', { event: { name: 'A' } })] });
    expect(asked('profile', both)).toEqual({
      ...{ eventNames: ['A'], detailedNames: [], traitKeys: [], ...rest },
      accounts: { eventNames: [], traitKeys: ['tier'], steps: { profile: 2, account: 1 } },
    });
    expect(asked('account', gold).accounts?.steps).toEqual({ profile: 0, account: 0 });
  });

  it('are proved by how many of how many, and by what would turn them', () => {
    const at = Date.parse('2026-03-29T12:00:00Z');
    const blank = { memberships: [], predictions: [], clusters: [], consents: [], events: [], traits: [] };
    const account = (id: string, tier: string) => ({
      ...{ ...blank, profileId: id },
      traits: [{ key: 'tier', value: tier, time: 0, messageId: 'm' }],
    });
    const raw = {
      ...blank,
      profileId: 'p',
      related: ['gold', 'tin'].map((tier) => ({ since: 0, of: account(`a-${tier}`, tier) })),
    };
    const ask = (more: object) => {
      const compiled = compileRules([{ rule: parseRule(rule('profile', to('account', gold, more))) }]);
      const { proof, member } = evaluateRule(compiled, historyOf(raw), at);
      return { member, values: proof.nodes[0]?.values[0], flip: proof.flip?.text };
    };
    expect(ask({ quantifier: 'any' })).toEqual({
      member: true,
      values: { to: 'account', quantifier: 'any', matching: 1, of: 2, ids: ['a-gold'] },
      flip: 'of account a-gold: trait tier no longer eq "gold"',
    });
    expect(ask({ quantifier: 'all' })).toMatchObject({
      member: false,
      flip: 'of account a-tin: trait tier becoming eq "gold"',
    });
    expect(ask({ quantifier: 'count', count: { op: 'gte', n: 2 } })).toMatchObject({
      ...{ member: false, flip: 'one more account that meets it' },
      values: { op: 'gte', n: 2, matching: 1, of: 2 },
    });
  });
});
