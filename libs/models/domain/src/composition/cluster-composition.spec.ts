import * as fc from 'fast-check';
import { REST_GROUP, clusterComposition, type LabelledCount } from './cluster-composition';
import { hiddenCells } from './hidden-cells';

const countsOf = (table: Readonly<Record<string, Readonly<Record<string, number>>>>): LabelledCount[] =>
  Object.entries(table).flatMap(([cluster, groups]) =>
    Object.entries(groups).map(([group, people]) => ({ cluster, group, people })),
  );

describe('whom clusters hold by group', () => {
  it('tells shares, ratios, intervals and tests as SciPy does', () => {
    const counts = countsOf({ a: { x: 120, y: 40, z: 40 }, b: { x: 150, y: 120, z: 130 } });
    const { people, groups, clusters } = clusterComposition([...counts, { cluster: 'a', group: null, people: 7 }], 10);
    expect([people, groups.map(({ group, people: of }) => [group, of])]).toEqual([
      600,
      [
        ['x', 270],
        ['z', 170],
        ['y', 160],
      ],
    ]);
    const a = clusters.find(({ cluster }) => cluster === 'a');
    const cell = (group: string) => a?.cells.find((one) => one.group === group);
    // chi2_contingency without correction (times the rank of Holm's step), proportion_ci('wilson'), relative_risk.
    const wanted = [
      [
        'x',
        0.6,
        0.5308367203926201,
        0.6653942143319267,
        1.6,
        1.3502176060594022,
        1.895990682177028,
        6 * 1.7668604421878403e-7,
      ],
      [
        'y',
        0.2,
        0.15045200926098115,
        0.26085518656537876,
        2 / 3,
        0.48651611950272994,
        0.9135246020187635,
        2 * 0.009023438818080327,
      ],
      [
        'z',
        0.2,
        0.15045200926098115,
        0.26085518656537876,
        8 / 13,
        0.4508615540567402,
        0.8399434847452362,
        4 * 0.0013595172851307363,
      ],
    ] as const;
    for (const [group, ...values] of wanted) {
      const { share, low, high, ratio, ratioLow, ratioHigh, pValue } = cell(group) ?? {};
      [share, low, high, ratio, ratioLow, ratioHigh, pValue].forEach((value, at) => {
        const of = values[at] ?? NaN;
        expect(Math.abs((value ?? NaN) - of)).toBeLessThan(1e-8 * of);
      });
    }
    expect(a?.cells.map(({ representation }) => representation)).toEqual(['over', 'under', 'under']);
  });

  it('says of one world in all clusters that it is as expected', () => {
    const { clusters } = clusterComposition(countsOf({ a: { x: 51, y: 49 }, b: { x: 198, y: 202 } }), 10);
    const said = clusters.flatMap(({ cells }) => cells.map(({ representation }) => representation));
    expect(said).toEqual(['as_expected', 'as_expected', 'as_expected', 'as_expected']);
  });

  it('shows no cell of too few people, and pools groups that are too small; who is left is unknown', () => {
    const told = clusterComposition(
      countsOf({ a: { x: 90, y: 4, p: 6, q: 4 }, b: { x: 60, y: 50, p: 3, q: 4 }, c: { x: 70, y: 40, p: 0, q: 0 } }),
      10,
    );
    expect(told.groups.map(({ group, people }) => [group, people])).toEqual([
      ['x', 220],
      ['y', 94],
      [REST_GROUP, 17],
    ]);
    for (const { cells } of told.clusters)
      for (const { people, share, low, ratio, pValue } of cells)
        if (people === null) expect([share, low, ratio, pValue]).toEqual([null, null, null, null]);
        else expect(people).toBeGreaterThanOrEqual(10);
    const small = clusterComposition(countsOf({ a: { x: 30, p: 2 }, b: { x: 40, p: 3 } }), 10);
    expect(small).toMatchObject({ people: 70, unknown: 5, groups: [{ group: 'x', share: 1 }] });
    const single = clusterComposition(countsOf({ a: { x: 30, y: 20 } }), 10);
    expect(single.clusters[0]?.cells[0]).toMatchObject({ share: 0.6, shareElsewhere: null, pValue: null, ratio: null });
    expect(clusterComposition([], 10)).toEqual({ people: 0, unknown: 0, groups: [], clusters: [] });
  });

  it('hides enough that no total tells a hidden cell', () => {
    const table = fc
      .record({ rows: fc.integer({ min: 1, max: 5 }), cols: fc.integer({ min: 1, max: 5 }) })
      .chain(({ rows, cols }) => {
        const row = fc.array(fc.integer({ min: 0, max: 40 }), { minLength: cols, maxLength: cols });
        return fc.array(row, { minLength: rows, maxLength: rows });
      });
    fc.assert(
      fc.property(table, (counts) => {
        const hidden = hiddenCells(counts, 10);
        counts.forEach((row, r) => row.forEach((value, c) => value < 10 && expect(hidden[r]?.[c]).toBe(true)));
        const lines = [...hidden, ...(counts[0] ?? []).map((_, c) => hidden.map((row) => row[c] ?? false))];
        for (const line of lines) if (line.length > 1) expect(line.filter(Boolean).length).not.toBe(1);
      }),
      { seed: 4, numRuns: 150 },
    );
  });
});
