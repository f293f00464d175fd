import { featureSet } from '@kohort/features-domain';
import { newTraitFile, parseTraitFile, updatedTraitFile } from './trait-file';

describe('files of computed traits', () => {
  const all = featureSet();

  it('are read back as they were written', () => {
    const files = all.map((one) => parseTraitFile(`${one.key}.yaml`, newTraitFile(one)));
    expect(files.map(({ definition }) => definition)).toEqual(all);
  });

  it.each([
    ['a shape that is none', 'trait: a\nlabel: A\nunit: u\nformula: { measure: median }\n', 4, 10],
    [
      'a window that is none',
      'trait: a\nlabel: A\nunit: u\nformula: { measure: orders, window: { days: 0 } }\n',
      4,
      10,
    ],
    ['a key that is none', 'label: A\ntrait: A b\nunit: u\nformula: { measure: orders }\n', 2, 8],
    ['what is no field', 'trait: a\nlabel: A\nunit: u\nsize: 3\nformula: { measure: orders }\n', 4, 7],
    [
      'a parameter out of its bounds',
      'trait: a\nlabel: A\nunit: u\nformula:\n  aggregate: percentile\n  of: total\n  p: 120\n',
      ...[7, 6],
    ],
    [
      'a filter that is none, deep in a ratio',
      'trait: a\nlabel: A\nunit: u\nformula:\n  ratio:\n    - aggregate: count\n      where: [{ path: a, op: like, value: b }]\n    - aggregate: count\n',
      ...[7, 30],
    ],
    [
      'a field of another aggregate',
      'trait: a\nlabel: A\nunit: u\nformula:\n  aggregate: count\n  of: total\n',
      ...[6, 7],
    ],
  ] as const)('refuse %s at its place', (_what, text, line, column) => {
    const read = () => parseTraitFile('t.yaml', text);
    expect(read).toThrow(expect.objectContaining({ code: 'DEFINITION_INVALID' }));
    expect(read).toThrow(`t.yaml, line ${line}, column ${column}`);
  });

  it('are brought up to date where they differ, with their comments', () => {
    const text = '# ours\ntrait: frequency\nunit: orders # of money\nlabel: Orders\nformula: { measure: orders }\n';
    const file = parseTraitFile('t.yaml', text);
    expect(updatedTraitFile(file, file.definition)).toBe(text);
    const wanted = { ...file.definition, label: 'Often', formula: { measure: 'largestOrder' } as const };
    const updated = updatedTraitFile(file, wanted);
    expect(updated).toContain('# ours\ntrait: frequency\nunit: orders # of money\nlabel: Often\n');
    expect(parseTraitFile('t.yaml', updated).definition).toEqual(wanted);
  });
});
