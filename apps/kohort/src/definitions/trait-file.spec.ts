import { featureSet } from '@kohort/features-domain';
import { checkTraits, newTraitFile, parseTraitFile } from './trait-file';

describe('files of computed traits', () => {
  const all = featureSet();

  it('are read back as they were written', () => {
    const files = all.map((one) => parseTraitFile(`${one.key}.yaml`, newTraitFile(one)));
    expect(files.map(({ definition }) => definition)).toEqual(all);
    expect(() => checkTraits(files, all)).not.toThrow();
  });

  it.each([
    ['a shape that is none', 'trait: a\nlabel: A\nunit: u\nformula: { measure: median }\n', 4, 10],
    ['a key that is not computed', 'label: A\ntrait: a\nunit: u\nformula: { measure: orders }\n', 2, 8],
    ['another label', 'trait: frequency\nunit: orders\nlabel: Often\nformula: { measure: orders }\n', 3, 8],
    ['another formula', 'trait: frequency\nunit: orders\nlabel: Orders\nformula: { measure: largestOrder }\n', 4, 10],
  ])('refuse %s at its place', (_what, text, line, column) => {
    const check = () => checkTraits([parseTraitFile('t.yaml', text)], all);
    expect(check).toThrow(expect.objectContaining({ code: 'DEFINITION_INVALID' }));
    expect(check).toThrow(`t.yaml, line ${line}, column ${column}`);
  });
});
