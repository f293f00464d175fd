import type { Random } from '@kohort/kernel-clock-random';
import { fuzzParser, fuzzedData, fuzzedJson, fuzzedText, type Fuzzing } from '@kohort/testing-hostile';
import { parseFixture, parseMessageLine, parseRule, parseSegmentFile, readMessage, readRuleText } from '../src';

jest.setTimeout(120_000);

/** So many inputs each parser is given. */
const RUNS = 50_000;
/** YAML is slow to read: so many of a parser's texts are written as YAML, the others as JSON, which is YAML too. */
const YAML_ONE_IN = 10;

const TEXTS: [string, ...string[]] = [
  'plan = "pro" and did "Order Completed" at least 2 times in last 30 days',
  'not (did "A" where total > 10 in last 3 days) or in segment "vip"',
  'a says any of ("late box", "brok*") or (b says none of "x" and c says ("d", "e") within 5 words)',
  'all(email matches "^a+$", tags contains "x") timezone "Europe/Berlin"',
];
const RULES: [unknown, ...unknown[]] = [
  { version: 1, entity: 'profile', where: { trait: { path: 'plan', op: 'eq', value: 'pro' } } },
  {
    version: 1,
    entity: 'profile',
    where: {
      all: [
        { event: { name: 'Order', where: [{ path: 'p[0].q', op: 'gt', value: 1 }] }, id: 'a', label: 'x' },
        {
          atLeast: { n: 1, of: [{ segment: { key: 'vip' } }, { trait: { path: 'a', op: 'matches', value: '^a+$' } }] },
        },
        { trait: { path: 'b', op: 'wordsNear', value: { words: ['late', 'bo*'], within: 5 } } },
        { none: [{ bucket: { seed: 's', from: 0, to: 10 } }, { sql: { predicate: "traits['a'] = 'b'" } }] },
      ],
    },
    options: { timezone: 'Europe/Berlin' },
  },
];
const at = '2026-05-14T10:00:00Z';
const EVENT = { user: 'a', at, track: 'O' };
interface Good {
  readonly data: [unknown, ...unknown[]];
  readonly yaml: [string, ...string[]];
}
const FIXTURES: Good = {
  data: [
    { rule: 'a = 1', eventsFile: 'e', expect: [{ at, members: [] }] },
    { rule: 'a = 1', ruleFile: 'r' },
    {
      rule: 'in segment "vip"',
      segments: { vip: 'plan = "pro"' },
      cases: [{ name: 'a', events: [EVENT], expect: [{ at, in: [7] }] }],
    },
  ],
  yaml: [
    `rule: plan = "pro"\nevents:\n  - { user: a, at: ${at}, track: O }\nexpect:\n  - { at: ${at}, members: [] }\n`,
  ],
};
const SEGMENTS: Good = {
  data: [
    { segment: 'b', label: 'B', tags: ['v'], rule: 'a = 1' },
    { segment: 'b', label: 'B', kind: 'rule', purpose: 'email', draft: true, rule: RULES[0] },
  ],
  yaml: ['# Growth\nsegment: b\nlabel: "Buyers" # shown\ntags: [vip]\nrule: |\n  plan = "pro"\n    and did "A"\n'],
};
const MESSAGES: [unknown, ...unknown[]] = [
  { type: 'track', userId: 'u', event: 'X', properties: { a: [1] }, timestamp: at },
  { type: 'alias', userId: 1, previousId: 'p', sentAt: at, receivedAt: at, originalTimestamp: at },
  { type: 'page', anonymousId: 'a', name: 'Home', timestamp: at, context: {} },
];

const textOf = (random: Random, { data, yaml }: Good): string =>
  random.int(YAML_ONE_IN) === 0 ? fuzzedText(random, yaml) : fuzzedJson(random, data);

function messageOf(text: string): unknown {
  const line = parseMessageLine(text, 1);
  return line && readMessage(line);
}

async function holds<Input>(fuzzing: Omit<Fuzzing<Input>, 'runs'>): Promise<void> {
  const { accepted, refused, codes } = await fuzzParser({ ...fuzzing, runs: RUNS });
  expect(Math.min(accepted, refused)).toBeGreaterThan(RUNS / 25);
  expect([...codes.keys()].filter((code) => !code.startsWith('SEGMENTS_'))).toEqual([]);
}

describe('50,000 hostile inputs are read or refused by name', () => {
  it('rules as data', () =>
    holds({ seed: 1, make: (random) => fuzzedData(random, RULES), parse: (rule) => parseRule(rule) }));
  it('rules in text form', () => holds({ seed: 2, make: (random) => fuzzedText(random, TEXTS), parse: readRuleText }));
  it('message lines', () => holds({ seed: 3, make: (random) => fuzzedJson(random, MESSAGES), parse: messageOf }));
  it('fixtures', () =>
    holds({
      seed: 4,
      make: (random) => textOf(random, FIXTURES),
      parse: (text) => parseFixture('f.yaml', text),
    }));
  it('segment files', () =>
    holds({
      seed: 5,
      make: (random) => textOf(random, SEGMENTS),
      parse: (text) => parseSegmentFile('s.yaml', text),
    }));
});
