import { seededRandom } from '@kohort/kernel-clock-random';
import { expectCells, tableCells } from '../../test/golden-table';
import { categoryColumn, featureTable, takeRows } from '../feature-table';
import { denseMatrix } from '../transformer/dense-matrix';
import { pipeline, type PipelineParams } from './pipeline';

const table = featureTable(6, [
  { kind: 'numeric', name: 'age', values: Float64Array.of(20, 40, NaN, 30, 25, 60) },
  categoryColumn('plan', ['free', 'paid', 'free', null, 'paid', 'free']),
  { kind: 'numeric', name: 'spent', values: Float64Array.of(1, 0, 0, 9, 2, 3) },
]);
const steps: PipelineParams['steps'] = [
  { use: 'missing-indicator', columns: ['age'], keep: true },
  { use: 'simple-imputer', columns: ['age'], params: { strategy: 'median' } },
  { use: 'log-transformer', columns: ['spent'] },
  { use: 'standard-scaler', columns: ['age', 'spent'] },
  { use: 'one-hot-encoder', columns: 'category' },
];
const refused = (code: string, details: object = {}) =>
  expect.objectContaining({ code, details: expect.objectContaining(details) });

describe('pipeline', () => {
  it('puts outputs where their source stood, and traces each to the columns it was fitted on', async () => {
    const { fitted, table: made } = await pipeline.fitTransform(table, { steps });
    expect(pipeline.outputs(fitted)).toEqual([
      { name: 'age', sources: ['age'] },
      { name: 'age is missing', sources: ['age'], level: null },
      { name: 'plan=free', sources: ['plan'], level: 'free' },
      { name: 'plan=paid', sources: ['plan'], level: 'paid' },
      { name: 'plan is missing', sources: ['plan'], level: null },
      { name: 'spent', sources: ['spent'] },
    ]);
    expect(made.columns.map(({ name }) => name)).toEqual(pipeline.outputs(fitted).map(({ name }) => name));
    expect(tableCells(made)[1]).toEqual([0, 0, 1, 0, 0, 0]);
    expect(denseMatrix(made)).toMatchObject({ rows: 6, cols: 6 });
  });

  it('traces components and scaled levels through several steps', async () => {
    const more: PipelineParams['steps'] = [
      ...steps,
      { use: 'standard-scaler', columns: ['plan=free', 'plan=paid'] },
      { use: 'pca', columns: ['age', 'plan=free'], params: { components: 1 } },
    ];
    const fitted = await pipeline.fit(table, { steps: more });
    expect(pipeline.outputs(fitted)).toContainEqual({ name: 'pca1', sources: ['age', 'plan'] });
    expect(pipeline.outputs(fitted)).toContainEqual({ name: 'plan=paid', sources: ['plan'], level: 'paid' });
  });

  it('applies to later rows what it learned, from a stored text too', async () => {
    const { fitted, table: made } = await pipeline.fitTransform(table, { steps });
    const again = pipeline.parse(pipeline.serialise(fitted));
    expect(again).toEqual(fitted);
    expect(structuredClone(fitted)).toEqual(fitted);
    expect(pipeline.transform(again, takeRows(table, [4, 2]))).toEqual(takeRows(made, [4, 2]));
    expect(pipeline.outputs(again)).toEqual(pipeline.outputs(fitted));
    const later = featureTable(1, [
      categoryColumn('plan', ['gold']),
      { kind: 'numeric', name: 'spent', values: Float64Array.of(NaN) },
      { kind: 'numeric', name: 'age', values: Float64Array.of(NaN) },
    ]);
    const [age, missing, ...rest] = tableCells(pipeline.transform(again, later)).flat();
    expect([missing, ...rest]).toEqual([1, 0, 0, 0, null]);
    expect(age).toBe(tableCells(made)[0]?.[2]);
  });

  it('draws of one step do not depend on the steps before it', async () => {
    const numeric = { rows: 6, columns: table.columns.filter(({ name }) => name === 'spent') };
    const forest = { use: 'isolation-forest', params: { trees: 3 } };
    const text = async (list: PipelineParams['steps']) => {
      const { steps: made } = await pipeline.fit(numeric, { steps: list }, { random: seededRandom(5) });
      return JSON.stringify(made[made.length - 1]?.fitted);
    };
    const capped = { use: 'outlier-capper', params: { method: 'z', reach: 9 } };
    expect(await text([capped, forest])).toBe(await text([capped, forest]));
    expect(await text([{ ...capped, params: { method: 'z', reach: 8 } }, forest])).toBe(await text([capped, forest]));
  });

  it('leaves out a step for a kind of column there is none of', async () => {
    const spent = { rows: 6, columns: table.columns.slice(2) };
    const fitted = await pipeline.fit(spent, { steps: [{ use: 'one-hot-encoder', columns: 'category' }] });
    expect(fitted.steps).toEqual([]);
    expect(pipeline.transform(fitted, spent)).toEqual(spent);
  });

  it('turns outputs back into what they were made of, where there is a way', async () => {
    const numeric = { rows: 6, columns: table.columns.filter(({ kind }) => kind === 'numeric') };
    for (const use of ['min-max-scaler', 'robust-scaler', 'power-transformer', 'standard-scaler']) {
      const params: PipelineParams = {
        steps: [
          { use: 'simple-imputer', columns: ['age'], params: { strategy: 'mean' } },
          { use: 'log-transformer', columns: ['spent'] },
          { use },
        ],
      };
      const { fitted, table: made } = await pipeline.fitTransform(numeric, params);
      const back = pipeline.invert?.(fitted, made) ?? made;
      const cells = new Map(back.columns.map(({ name }, at) => [name, tableCells(back)[at]]));
      expectCells(
        [cells.get('age') ?? [], cells.get('spent') ?? []],
        [
          [20, 40, 35, 30, 25, 60],
          [1, 0, 0, 9, 2, 3],
        ],
        1e-9,
      );
    }
    const fitted = await pipeline.fit(table, { steps });
    expect(() => pipeline.invert?.(fitted, pipeline.transform(fitted, table))).toThrow(
      refused('PREPROCESSING_NO_WAY_BACK', { transformer: 'one-hot-encoder' }),
    );
  });

  it('says what is wrong with its steps', async () => {
    const attempt = (step: object) => pipeline.fit(table, pipeline.readParams({ steps: [step] }));
    await expect(attempt({ use: 'magic' })).rejects.toThrow(refused('PREPROCESSING_UNKNOWN_TRANSFORMER'));
    await expect(attempt({ use: 'pca', columns: ['height'] })).rejects.toThrow(
      refused('PREPROCESSING_COLUMN_MISSING', { column: 'height' }),
    );
    await expect(attempt({ use: 'standard-scaler' })).rejects.toThrow(
      refused('PREPROCESSING_COLUMN_KIND', { column: 'plan' }),
    );
    await expect(attempt({ use: 'standard-scaler', columns: ['age'], keep: true })).rejects.toThrow(
      refused('PREPROCESSING_COLUMN_REPEATED', { column: 'age' }),
    );
    expect(() => pipeline.readParams({ steps: [{ use: 3 }] })).toThrow(
      refused('PREPROCESSING_PARAM', { parameter: 'steps.0.use' }),
    );
    for (const text of ['{', '{}', '{"transformer":"pipeline","version":2,"inputs":[],"steps":[]}']) {
      expect(() => pipeline.parse(text)).toThrow(refused('PREPROCESSING_STATE_INVALID'));
    }
  });

  it('refuses later rows of another kind', async () => {
    const fitted = await pipeline.fit(table, { steps });
    const turned = featureTable(1, [
      categoryColumn('age', ['old']),
      categoryColumn('plan', ['free']),
      { kind: 'numeric', name: 'spent', values: Float64Array.of(0) },
    ]);
    expect(() => pipeline.transform(fitted, turned)).toThrow(refused('PREPROCESSING_COLUMN_KIND', { column: 'age' }));
  });
});
