import fc from 'fast-check';
import type { Json } from '@kohort/kernel-contracts';
import {
  compileRules,
  evaluateRule,
  formatInstant,
  parseFixture,
  parseRule,
  runFixtures,
  type FixtureOutcome,
} from '../src';
import { buildProfiles } from '../src/file/canonical-profiles';
import { now, person, zone } from './history-arbitraries';
import type { RawPerson } from './oracle';
import { countingLeaf, patternLeaf, ruleOf } from './rule-arbitraries';

// More are asked for with KOHORT_TRIPLES, as for the evaluator.
jest.setTimeout(600_000);
const RUNS = Math.ceil(Number(process.env['KOHORT_TRIPLES'] ?? 2000) / 80);
const SEED = 20260521;
const DAY = 86_400_000;

interface Case {
  readonly rule: unknown;
  readonly people: readonly RawPerson[];
  readonly instants: readonly number[];
}

const cases: fc.Arbitrary<Case> = fc.tuple(now, zone).chain(([at, inZone]) => {
  const context = { now: at, zone: inZone };
  return fc.record({
    rule: ruleOf(context, fc.oneof(countingLeaf(context), patternLeaf(context))),
    people: fc.uniqueArray(person(at, inZone), { minLength: 1, maxLength: 3, selector: (one) => one.profileId }),
    instants: fc
      .uniqueArray(fc.constantFrom(-30, -3, -1, 0, 1, 3, 7, 30), { minLength: 1, maxLength: 4 })
      .map((days) => days.map((n) => at + n * DAY)),
  });
});

function messagesOf(people: readonly RawPerson[]): object[] {
  return people.flatMap(({ profileId: user, events, traits }) => [
    { user, at: formatInstant(0), identify: {} },
    ...events.map(({ id, name, time, properties }) => {
      const messageId = `${user} ${id}`;
      return { user, messageId, at: formatInstant(time), track: name, properties };
    }),
    ...traits.map(({ key, value, time, messageId }) => {
      const own = `${user} ${key} ${time} ${messageId}`;
      return { user, messageId: own, at: formatInstant(time), identify: { [key]: value } };
    }),
  ]);
}

interface Answer {
  readonly member: boolean;
  readonly nextChangeAt: number | null;
}

/** What the evaluator says of everybody at an instant, asked directly. */
function answersAt({ rule }: Case, events: readonly object[], at: number): Map<string, Answer> {
  const compiled = compileRules([{ rule: parseRule(rule) }]);
  const file = parseFixture('f', JSON.stringify({ rule, events, expect: [{ at: formatInstant(at), members: [] }] }));
  const histories = buildProfiles(file.cases[0]?.messages ?? []);
  return new Map(histories.map((history) => [history.profileId, evaluateRule(compiled, history, at)]));
}

function run(rule: unknown, events: readonly object[], expected: readonly object[]): FixtureOutcome {
  const file = parseFixture('f', JSON.stringify({ rule, events, expect: expected }));
  return runFixtures({ rule: file.rule as Json, segments: file.segments, cases: file.cases });
}

describe('fixtures whose expectations the evaluator made', () => {
  it('always pass; with one of them turned round they always fail, and name who', () => {
    let members = 0;
    fc.assert(
      fc.property(cases, fc.nat(), (one, salt) => {
        const events = messagesOf(one.people);
        const expected = one.instants.map((at) => {
          const found = answersAt(one, events, at);
          const inside = [...found].filter(([, { member }]) => member).map(([id]) => id);
          members += inside.length;
          return { at: formatInstant(at), members: inside };
        });
        const last = one.instants.at(-1) ?? 0;
        const next = [...answersAt(one, events, last)].map(([profile, { nextChangeAt }]) => ({
          at: formatInstant(last),
          profile,
          nextChangeAt: nextChangeAt === null ? null : formatInstant(nextChangeAt),
        }));
        const passed = run(one.rule, events, [...expected, ...next]);
        expect(passed.cases[0]?.failures).toEqual([]);

        const turned = salt % expected.length;
        const victim = one.people[salt % one.people.length]?.profileId ?? '';
        const flipped = expected.map((expectation, i) => {
          if (i !== turned) return expectation;
          const was = expectation.members.includes(victim);
          return {
            ...expectation,
            members: was ? expectation.members.filter((id) => id !== victim) : [...expectation.members, victim],
          };
        });
        const failed = run(one.rule, events, flipped).cases[0];
        expect(failed?.passed).toBe(false);
        expect(failed?.failures.map(({ at, missing, unexpected }) => [at, [...missing, ...unexpected]])).toEqual([
          [expected[turned]?.at, [victim]],
        ]);
      }),
      { numRuns: RUNS, seed: SEED },
    );
    expect(members).toBeGreaterThan(RUNS / 5);
  });

  it('give the same account whatever the order of the events', () => {
    fc.assert(
      fc.property(cases, fc.nat(), (one, salt) => {
        const events = messagesOf(one.people);
        const expected = one.instants.map((at) => ({ at: formatInstant(at), members: [] }));
        const cut = salt % (events.length + 1);
        const turned = [...events.slice(cut), ...events.slice(0, cut)];
        // Repeats of one message say the same, so that which of them comes first does not matter.
        expect(run(one.rule, turned, expected)).toEqual(run(one.rule, events, expected));
      }),
      { numRuns: Math.ceil(RUNS / 2), seed: SEED + 1 },
    );
  });
});
