import fc from 'fast-check';
import type { JsonObject } from '@kohort/kernel-contracts';
import { newSegmentFile, parseSegmentFile, segmentDefinition, updatedSegmentFile } from '../src/index';
import { countingLeaf, patternLeaf, ruleOf, setLeaf, type RuleContext } from './rule-arbitraries';

const context: RuleContext = { now: Date.parse('2026-03-29T01:30:00Z'), zone: 'Europe/Berlin' };
const leaf = fc.oneof(setLeaf(context), countingLeaf(context), patternLeaf(context));

const words = fc.record({
  key: fc.stringMatching(/^[a-z][a-z0-9_]{0,20}$/),
  kind: fc.constantFrom('rule' as const, 'cluster' as const, 'predictive' as const),
  label: fc.string({ minLength: 1, maxLength: 40, unit: 'grapheme' }).filter((text) => text.trim() === text),
  description: fc.string({ maxLength: 200, unit: 'grapheme' }),
  tags: fc.array(
    fc.string({ minLength: 1, maxLength: 10 }).filter((text) => text.trim() === text),
    { maxLength: 5 },
  ),
  purpose: fc.constantFrom(null, 'advertising'),
  refreshMinutes: fc.constant(null),
  isDraft: fc.boolean(),
});

describe('segments kept as files, at random', () => {
  const definition = fc
    .tuple(words, ruleOf(context, leaf))
    .map(([said, rule]) => segmentDefinition(said, rule as JsonObject));

  it('are read back as they were written, and what is brought to another definition says that one', () => {
    fc.assert(
      fc.property(definition, definition, (one, other) => {
        const text = newSegmentFile(one);
        const file = parseSegmentFile('x.yaml', text);
        expect(file.definition).toEqual(one);
        const next = { ...other, key: one.key };
        const updated = updatedSegmentFile(file, next);
        expect(parseSegmentFile('x.yaml', updated).definition).toEqual(next);
        expect(updatedSegmentFile(file, one)).toBe(text);
      }),
      { seed: 4, numRuns: Number(process.env['KOHORT_FUZZ'] ?? 60) },
    );
  });
});
