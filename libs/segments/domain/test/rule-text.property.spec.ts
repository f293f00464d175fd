import fc from 'fast-check';
import { isAppError } from '@kohort/kernel-errors';
import { parseRule, printRule, readRuleText, type ParsedRule } from '../src/index';
import { countingLeaf, patternLeaf, ruleOf, setLeaf, type RuleContext } from './rule-arbitraries';

const context: RuleContext = { now: Date.parse('2026-03-29T01:30:00Z'), zone: 'Europe/Berlin' };
const leaf = fc.oneof(setLeaf(context), countingLeaf(context), patternLeaf(context));

/** What a rule means: all of it but the hash of how it is written. */
function meaningOf(rule: unknown): ParsedRule {
  return { ...parseRule(rule), hash: '' };
}

describe('the text form of random rules', () => {
  it('gives the meaning back, and the same text again', () => {
    fc.assert(
      fc.property(ruleOf(context, leaf), (rule) => {
        const text = printRule(rule);
        const read = readRuleText(text);
        expect(meaningOf(read)).toEqual(meaningOf(rule));
        expect(printRule(read)).toBe(text);
      }),
      { numRuns: Number(process.env['KOHORT_FUZZ'] ?? 1000), seed: 1 },
    );
  });

  it('takes any 50,000 texts: a rule, or an error that names its place', () => {
    const words = fc.constantFrom(
      ...'did all any none not and or in last within first between at least of ( ) , = != >= "A" plan 3 days times where sequence then as without segment top by over sum percentile @ ` " \\ -- \n timezone'.split(
        ' ',
      ),
    );
    const soup = fc.array(words, { maxLength: 25 }).map((list) => list.join(' '));
    const hostile = fc.oneof(
      { weight: 4, arbitrary: soup },
      { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 60 }) },
    );
    let rules = 0;
    fc.assert(
      fc.property(hostile, (text) => {
        try {
          printRule(readRuleText(text));
          rules += 1;
        } catch (thrown) {
          if (!isAppError(thrown) || thrown.kind !== 'invalid-input') throw thrown;
        }
      }),
      { numRuns: 50_000, seed: 2 },
    );
    expect(rules).toBeGreaterThan(0);
  });
});
