import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { compileRules, evaluateRule, makeHistory, parseRule, recordsNeeded, type ProvenOutcome } from '../src';
import { now, person, zone } from './history-arbitraries';
import { oracle, type RawPerson } from './oracle';
import { teachPatterns } from './oracle-patterns';
import { patternLeaf, ruleOf, setLeaf } from './rule-arbitraries';
import { toInit } from './raw-person';

teachPatterns();
// A long run is asked for with KOHORT_TRIPLES=10000 or more.
jest.setTimeout(600_000);

const RUNS = Number(process.env['KOHORT_TRIPLES'] ?? 2000);
const SEED = Number(process.env['KOHORT_SEED'] ?? 20260514);

interface Case {
  readonly rule: unknown;
  readonly person: RawPerson;
  readonly now: number;
}

const caseOf = (leaf: typeof setLeaf): fc.Arbitrary<Case> =>
  fc.tuple(now, zone).chain(([at, inZone]) =>
    fc.record({
      rule: ruleOf({ now: at, zone: inZone }, leaf({ now: at, zone: inZone })),
      person: person(at, inZone),
      now: fc.constant(at),
    }),
  );

function evaluate({ rule, person: raw, now: at }: Case): ProvenOutcome {
  const compiled = compileRules([{ rule: parseRule(rule) }], { otherSegments: 'membership' });
  return evaluateRule(compiled, makeHistory(toInit(raw)), at);
}

/** `toEqual` for thousands of pairs, which is dear: it is asked where they differ. */
function expectEqual(found: unknown, wanted: unknown): void {
  if (!isDeepStrictEqual(found, wanted)) expect(found).toEqual(wanted);
}

describe.each([
  ['first nodes', setLeaf],
  ['patterns of events', patternLeaf],
])('the evaluator on random rules over %s', (_name, leaf) => {
  it(`agrees with the oracle on ${RUNS} triples`, () => {
    let members = 0;
    fc.assert(
      fc.property(caseOf(leaf), (one) => {
        const found = evaluate(one).member;
        members += found ? 1 : 0;
        expectEqual(found, oracle(one.rule, one.person, one.now));
      }),
      { numRuns: RUNS, seed: SEED },
    );
    // Both answers are common, or agreement would mean little.
    expect(members).toBeGreaterThan(RUNS / 5);
    expect(members).toBeLessThan((RUNS * 4) / 5);
  });

  it('looks into the events that it says it looks into, and at the names and instants of the others', () => {
    let bare = 0;
    fc.assert(
      fc.property(caseOf(leaf), (one) => {
        const { detailedNames } = recordsNeeded([parseRule(one.rule)]);
        const isDetailed = (name: string): boolean => detailedNames === null || detailedNames.includes(name);
        const events = one.person.events.map((event) =>
          isDetailed(event.name) ? event : { ...event, properties: {} },
        );
        bare += events.some((event, i) => event !== one.person.events[i]) ? 1 : 0;
        expectEqual(evaluate({ ...one, person: { ...one.person, events } }), evaluate(one));
      }),
      { numRuns: Math.min(RUNS, 500), seed: SEED },
    );
    expect(bare).toBeGreaterThan(50);
  });

  it('needs no event, and no properties, from further back than it says', () => {
    let cut = 0;
    fc.assert(
      fc.property(caseOf(leaf), (one) => {
        const { reach, detailedReach } = recordsNeeded([parseRule(one.rule)]);
        const isFurther = (time: number, ms: number | undefined): boolean => ms !== undefined && time < one.now - ms;
        const near = one.person.events.filter(({ name, time }) => !isFurther(time, reach?.get(name)));
        const events = near.map((event) =>
          isFurther(event.time, detailedReach?.get(event.name)) ? { ...event, properties: {} } : event,
        );
        cut += one.person.events.length - near.length;
        expectEqual(evaluate({ ...one, person: { ...one.person, events } }), evaluate(one));
      }),
      { numRuns: Math.min(RUNS, 500), seed: SEED },
    );
    expect(cut).toBeGreaterThan(50);
  });

  it('gives the exact next change: constant before it, different at it', () => {
    const probe = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 12, maxLength: 12 });
    const spans = [0, 1_800_000, 7_200_000, 86_400_000, 259_200_000, 604_800_000, 2_592_000_000];
    let changes = 0;
    fc.assert(
      fc.property(caseOf(leaf), probe, (one, shares) => {
        const { member, nextChangeAt } = evaluate(one);
        const end = nextChangeAt ?? one.now + 500 * 86_400_000;
        changes += nextChangeAt === null ? 0 : 1;
        const records = [...one.person.events, ...one.person.traits].map((record) => record.time);
        const edges = shares.map((share, i) => {
          const record = records[Math.floor(share * records.length)] ?? one.now;
          return record + (spans[i % spans.length] ?? 0);
        });
        const probes = [
          ...shares.map((share) => Math.floor(one.now + share * share * (end - one.now))),
          ...edges,
          end - 1,
        ];
        for (const at of probes) {
          if (at <= one.now || at >= end) continue;
          if (oracle(one.rule, one.person, at) !== member)
            throw new Error(`differs already at ${new Date(at).toISOString()}`);
        }
        if (nextChangeAt !== null) expectEqual(oracle(one.rule, one.person, nextChangeAt), !member);
      }),
      { numRuns: Math.ceil(RUNS / 2), seed: SEED + 1 },
    );
    expect(changes).toBeGreaterThan(RUNS / 40);
  });

  it('does not depend on the order of arrival or on repeats', () => {
    fc.assert(
      fc.property(caseOf(leaf), fc.integer(), (one, salt) => {
        const turn = <T>(list: T[]): T[] => [...list.slice(salt % (list.length + 1)), ...list].reverse();
        const { events, traits } = one.person;
        const shuffled = { ...one.person, events: turn(events), traits: turn(traits) };
        expectEqual(evaluate({ ...one, person: shuffled }), evaluate(one));
      }),
      { numRuns: 300, seed: SEED + 2 },
    );
  });
});
