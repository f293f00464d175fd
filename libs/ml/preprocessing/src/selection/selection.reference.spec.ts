import { seededRandom, type Random } from '@kohort/kernel-clock-random';
import { expectCells, goldenTable } from '../../test/golden-table';
import { categoryColumn, featureTable } from '../feature-table';
import { correlationFilter, correlations } from './correlation-filter';
import { discreteInformation } from './discrete-information';
import { mutualInformation } from './mutual-information';
import { permutationImportance } from './permutation-importance';
import golden from './reference/selection.golden.json';
import { varianceThreshold } from './variance-threshold';

const table = goldenTable(golden.columns);
const groups = featureTable(golden.groups.length, [categoryColumn('group', golden.groups.map(String))]);
const classes = { kind: 'classes' as const, values: Float64Array.from(golden.classes) };
const number = { kind: 'number' as const, values: Float64Array.from(golden.number) };

/** A stream that gives back recorded numbers, and fails when there are no more. */
function replay(recorded: readonly number[]): Random & { left(): number } {
  let at = 0;
  const next = (): number => {
    const value = recorded[at];
    if (value === undefined) throw new Error(`only ${recorded.length} numbers were recorded`);
    at += 1;
    return value;
  };
  return { ...seededRandom(1), normal: next, int: next, left: () => recorded.length - at };
}

describe('selection against scikit-learn', () => {
  it('variance threshold', async () => {
    const all = await varianceThreshold.fit(table, {});
    expectCells([all.columns.map(({ score }) => score)], [golden.variances], golden.tolerance);
    expect(all.columns.map(({ kept }) => kept)).toEqual([true, true, true, false, true]);
    const some = await varianceThreshold.fit(table, { threshold: 0.001 });
    expect(some.columns.map(({ kept }) => kept)).toEqual(golden.varying);
  });

  it('correlations, and of a strong pair the later column goes', async () => {
    const { columns } = { columns: [0, 1, 2, 4].map((at) => Float64Array.from(golden.columns[at] ?? [])) };
    expectCells([[...correlations(columns, table.rows)]], [golden.correlations], golden.tolerance);
    const fitted = await correlationFilter.fit(table, { threshold: 0.9 });
    expect(fitted.columns.filter(({ kept }) => !kept).map(({ name }) => name)).toEqual(['c1']);
    expect(fitted.columns[1]?.score).toBeCloseTo(golden.correlations[1] ?? NaN, 9);
  });

  it('mutual information of discrete variables', () => {
    const found = discreteInformation(golden.groups, golden.classes);
    expect(Math.abs(found - golden.discrete)).toBeLessThan(golden.tolerance);
    expect(Math.abs(found - golden.discreteClassif)).toBeLessThan(golden.tolerance);
  });

  it('mutual information of continuous columns and classes', async () => {
    const random = replay(golden.classifNoise);
    const { columns } = await mutualInformation.fit(table, { keep: 2 }, { target: classes, random });
    expectCells([columns.map(({ score }) => score)], [golden.classif], golden.tolerance);
    expect(columns.filter(({ kept }) => kept).map(({ name }) => name)).toEqual(['c0', 'c1']);
    expect(random.left()).toBe(0);
  });

  it('mutual information of continuous columns and a number', async () => {
    const random = replay(golden.regressionNoise);
    const { columns } = await mutualInformation.fit(table, { keep: 2 }, { target: number, random });
    expectCells([columns.map(({ score }) => score)], [golden.regression], golden.tolerance);
    expect(random.left()).toBe(0);
  });

  it('mutual information of a category and a number', async () => {
    const random = replay(golden.groupRegressionNoise);
    const { columns } = await mutualInformation.fit(groups, { keep: 1 }, { target: number, random });
    expectCells([[columns[0]?.score ?? null]], [[golden.groupRegression]], golden.tolerance);
  });

  it('permutation importance, with the shuffles that were drawn there', async () => {
    const { columns, target, coefficients, intercept, repeats, draws, falls, means, spreads } = golden.importance;
    const middle = target.reduce((sum, value) => sum + value, 0) / target.length;
    const whole = target.reduce((sum, value) => sum + (value - middle) ** 2, 0);
    const random = replay(draws);
    const found = await permutationImportance(
      (changed) => {
        const rest = target.map((wanted, row) =>
          changed.columns.reduce(
            (sum, column, j) =>
              column.kind === 'numeric' ? sum - (coefficients[j] ?? NaN) * (column.values[row] ?? NaN) : NaN,
            wanted - intercept,
          ),
        );
        return 1 - rest.reduce((sum, value) => sum + value * value, 0) / whole;
      },
      goldenTable(columns),
      { random, repeats },
    );
    expectCells(
      found.map((one) => [...one.falls]),
      falls,
      golden.tolerance,
    );
    expectCells([found.map(({ mean }) => mean)], [means], golden.tolerance);
    expectCells([found.map(({ spread }) => spread)], [spreads], golden.tolerance);
    expect(random.left()).toBe(0);
  });
});
