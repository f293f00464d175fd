import { runClusterCommand } from './cluster-file';
import type { ClusterCsvTable } from './csv-features';
import { foundCsvFeatures } from './found-csv-features';

const table = (header: string[], rows: string[][]): ClusterCsvTable => ({ header, rows, lineOf: (row) => row + 2 });
const people = table(
  ['CustomerID', 'paid', 'spend', 'age', 'note'],
  [
    ['7', '1', '10', '31', 'a'],
    ['8', '2', '', '32', 'b'],
    ['9', '3', '12', '30', 'c'],
    ['12', '4', 'n/a', '50', 'd'],
  ],
);

describe('features that nobody named', () => {
  it('are the columns of numbers, but for ids; what is not taken is told with its first line', () => {
    const { features, warnings } = foundCsvFeatures(people, ['note']);
    expect(features).toEqual(['paid', 'age']);
    expect(warnings).toEqual([
      'Column "CustomerID" is no feature unless it is named: it is another whole number in every row and is called like an id.',
      'Column "spend" is no feature unless it is named: it holds no number in 2 of 4 rows, the first on line 3.',
    ]);
  });

  it('are told in the report of a clustering, and an id that is named is taken', async () => {
    const { warnings } = await runClusterCommand(people, { k: 2 });
    expect(warnings.filter((one) => one.includes('is no feature'))).toHaveLength(3);
    const named = await runClusterCommand(people, { k: 2, features: ['CustomerID', 'age'] });
    expect(named.params.features).toEqual(['CustomerID', 'age']);
  });

  it('are refused with the reason of each column where there is none', () => {
    const words = table(
      ['id', 'note'],
      people.rows.map(([id = '', , , , note = '']) => [id, note]),
    );
    const refused = (leftOut: string[], message: RegExp, how = {}) =>
      expect(() => foundCsvFeatures(words, leftOut, how)).toThrow(
        expect.objectContaining({ code: 'CLUSTERS_BAD_PARAMETER', message: expect.stringMatching(message) }),
      );
    refused([], /"note": it holds words \(4 different\), which kmedoids and/, { takesWords: true });
    // Not where nothing takes words.
    refused([], /"note": it holds words \(4 different\)\)$/);
    refused(['id', 'note'], /^features must be named: every column is taken otherwise$/);
  });

  it('are no empty columns, and words count as categories do: without the space around them', () => {
    const rows = [
      ['1', '', 'a'],
      ['2', ' ', ' a'],
      ['4', '', 'b '],
    ];
    const told = (how: object) => foundCsvFeatures(table(['x', 'gone', 'plan'], rows), [], how).warnings;
    const expected = [
      'Column "gone" is no feature unless it is named: it is empty.',
      'Column "plan" is no feature unless it is named: it holds words (2 different).',
    ];
    expect(told({})).toEqual(expected);
    expect(told({ blank: 'missing' })).toEqual(expected);
  });

  it('are told of ten at most', () => {
    const header = Array.from({ length: 40 }, (_, j) => `c${j}`);
    const cells = (value: string) => header.map((_, j) => (j === 0 ? value : 'word'));
    const { features, warnings } = foundCsvFeatures(table(header, [cells('1'), cells('2')]), []);
    expect(features).toEqual(['c0']);
    expect(warnings).toHaveLength(11);
    expect(warnings.at(-1)).toBe('29 more columns are no features either.');
  });
});

describe('rows to be explained', () => {
  it('are refused before anything is fitted where no row has the id', async () => {
    const phases: string[] = [];
    const onProgress = ({ phase }: { phase: string }) => void phases.push(phase);
    const attempt = runClusterCommand(people, { features: ['age'], k: 2, explain: ['1', '99'] }, { onProgress });
    await expect(attempt).rejects.toMatchObject({ code: 'CLUSTERS_BAD_PARAMETER', kind: 'invalid-input' });
    expect(phases).toEqual([]);
  });
});
