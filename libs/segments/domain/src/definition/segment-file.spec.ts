import { z } from 'zod';
import type { JsonObject } from '@kohort/kernel-contracts';
import {
  differingFields,
  newSegmentFile,
  parseSegmentFile,
  segmentDefinition,
  segmentFileForEditors,
  updatedSegmentFile,
} from '../index';

const FILE = `# Owned by growth
segment: repeat_buyers
label: "Repeat buyers" # shown in the console
tags: [vip, growth]
rule: |
  plan = "pro"
    and did "Order Completed" at least 2 times in last 30 days
`;

describe('a segment kept as a file', () => {
  const { definition } = parseSegmentFile('a.yaml', FILE);

  it('is read with its defaults, and says whom it names', () => {
    expect(definition).toMatchObject({ key: 'repeat_buyers', kind: 'rule', description: '', tags: ['growth', 'vip'] });
    expect(definition).toMatchObject({ purpose: null, isDraft: false, names: [] });
    const other = parseSegmentFile('b.yaml', 'segment: b\nlabel: B\nrule: in segment "z" and in segment "a"\n');
    expect(other.definition.names).toEqual(['a', 'z']);
  });

  it.each([
    ['rule: did "A" in last 3 dyas', 3, 25],
    ['rule: \'did "A" in last 3 dyas\'', 3, 26],
    ['rule: |\n    did "A"\n      in last 3 dyas', 5, 17],
    ['rule: { version: 1, entity: profile, where: { all: [{ evnt: { name: A } }] } }', 3, 53],
    ['rule: did "A"\nlabl: x', 4, 7],
    ['rule: did "A"\ndraft: maybe', 4, 8],
    ['rule: did "A"\nrefreshMinutes: 60', 4, 17],
    ['rule: did "A"\nrefreshMinutes: 0', 4, 17],
    ['rule: did "A"\nlabel: again', 4, 1],
  ])('names line and column of a slip: %s', (rest, line, column) => {
    const read = () => parseSegmentFile('dir/s.yaml', `segment: s\nlabel: S\n${rest}\n`);
    expect(read).toThrow(expect.objectContaining({ code: 'SEGMENTS_FILE_INVALID' }));
    try {
      read();
    } catch (thrown) {
      expect(thrown).toMatchObject({ details: { file: 'dir/s.yaml', line, column } });
    }
    expect.assertions(2);
  });

  it('is one document, and where another begins is said', () => {
    const two = 'segment: s\nlabel: S\nrule: did "A"\n---\nsegment: t\nlabel: T\nrule: did "B"\n';
    expect(() => parseSegmentFile('s.yaml', two)).toThrow(
      's.yaml, line 4, column 1, another document begins here ("---"); a file holds one, so keep each in a file of its own',
    );
    expect(parseSegmentFile('s.yaml', `---\n${two.split('---')[0] ?? ''}`).definition.key).toBe('s');
  });

  it('is left as it is when nothing differs, byte for byte', () => {
    expect(updatedSegmentFile(parseSegmentFile('a.yaml', FILE), definition)).toBe(FILE);
  });

  it('keeps comments, order and the form of the rule when something does', () => {
    const rule = { ...definition.rule, where: { trait: { path: 'plan', op: 'eq', value: 'pro' } } };
    const next = segmentDefinition({ ...definition, label: 'Buyers', tags: [], isDraft: true }, rule);
    const text = updatedSegmentFile(parseSegmentFile('a.yaml', FILE), next);
    expect(text).toBe(`# Owned by growth
segment: repeat_buyers
label: "Buyers" # shown in the console
rule: |
  plan = "pro"
draft: true
`);
    expect(parseSegmentFile('a.yaml', text).definition).toEqual(next);
    expect(updatedSegmentFile(parseSegmentFile('a.yaml', text), next)).toBe(text);
  });

  it('keeps a rule in JSON as JSON, and two spellings of one rule apart', () => {
    const json = `segment: a\nlabel: A\nrule:\n  version: 1\n  entity: profile\n  where: { event: { name: X } }\n`;
    const next = segmentDefinition(definition, { ...definition.rule, where: { event: { name: 'Y' } } });
    expect(updatedSegmentFile(parseSegmentFile('a.yaml', json), next)).toContain('name: Y');
    const named: readonly JsonObject[] = [{ key: 'a' }, { key: 'a', is: true }];
    const spellings = named.map((segment): JsonObject => ({ ...definition.rule, where: { segment } }));
    const made = spellings.map((spelt) => newSegmentFile(segmentDefinition(definition, spelt)));
    expect(made.map((text) => parseSegmentFile('a.yaml', text).definition.rule)).toEqual(spellings);
  });

  it('says how often a ranking is counted anew', () => {
    const file = `segment: best\nlabel: Best\nrefreshMinutes: 60\nrule:\n  version: 1\n  entity: profile\n  where: { sql: { predicate: count() > 3 } }\n`;
    const best = parseSegmentFile('a.yaml', file);
    expect(best.definition.refreshMinutes).toBe(60);
    const seldom = { ...best.definition, refreshMinutes: 1_440 };
    const text = updatedSegmentFile(best, seldom);
    expect(text).toBe(file.replace('60', '1440'));
    expect(parseSegmentFile('a.yaml', newSegmentFile(seldom)).definition).toEqual(seldom);
    expect(updatedSegmentFile(best, { ...seldom, refreshMinutes: null })).not.toContain('refresh');
    expect(differingFields(best.definition, seldom)).toEqual(['refreshMinutes']);
  });

  it('has a JSON Schema for editors, in which the rule is whole', () => {
    const schema = z.toJSONSchema(segmentFileForEditors, { io: 'input' });
    expect(schema).toMatchObject({ type: 'object', required: ['segment', 'label', 'rule'] });
    expect(JSON.stringify(schema)).toContain('"withinFirst"');
  });
});
