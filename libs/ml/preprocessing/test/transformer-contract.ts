import { seededRandom } from '@kohort/kernel-clock-random';
import { takeRows, type FeatureColumn, type FeatureTable } from '../src/feature-table';
import type { StepMaker } from '../src/pipeline/applied-step';
import type { FitContext } from '../src/transformer/transformer';

/** What the suite must be told of a transformer. */
export interface TransformerSubject {
  readonly params?: Record<string, unknown>;
  /** Rows it is good at, 30 or more; called anew for every test. */
  readonly example: () => FeatureTable;
  /** Parameters outside their limits. */
  readonly badParams: readonly Record<string, unknown>[];
  /** Training rows are scored otherwise than later ones (target encoding). */
  readonly crossFits?: boolean;
}

const cellsOf = (column: FeatureColumn): number[] =>
  Array.from(column.kind === 'numeric' ? column.values : column.codes);

/** Bits, not values: 0 and −0 differ, NaN equals NaN. */
const bitsOf = (table: FeatureTable): string =>
  table.columns
    .map((column) => {
      const levels = column.kind === 'category' ? column.levels.join() : '';
      return `${column.name}:${levels}:${Buffer.from(Float64Array.from(cellsOf(column)).buffer).toString('base64')}`;
    })
    .join('\n');

/** What every transformer is given: a target of classes and a seeded stream. */
export function contractContext(rows: number, seed = 4): FitContext {
  const target = {
    kind: 'classes' as const,
    values: Float64Array.from({ length: rows }, (_, i) => Number(i % 3 === 0)),
  };
  return { random: seededRandom(seed), target };
}

/** The suite every transformer passes. It declares its own `describe`. */
export function transformerContract(maker: StepMaker, subject: TransformerSubject): void {
  const { params = {} } = subject;
  const fit = (table: FeatureTable) => maker.fit(table, params, contractContext(table.rows));
  const stored = async (table: FeatureTable) => JSON.stringify((await fit(table)).step.toJson());

  describe(`${maker.kind} keeps the transformer contract`, () => {
    it('fits alike for the same rows and seed, and leaves the rows as they were', async () => {
      const table = subject.example();
      const before = bitsOf(table);
      const first = await stored(table);
      expect(await stored(table)).toBe(first);
      expect(bitsOf(table)).toBe(before);
    });

    it('transforms bit for bit the same after storing and loading', async () => {
      const table = subject.example();
      const { step } = await fit(table);
      const loaded = maker.fromJson(JSON.parse(JSON.stringify(step.toJson())), step.columns);
      expect(JSON.stringify(loaded.toJson())).toBe(JSON.stringify(step.toJson()));
      expect(bitsOf(loaded.transform(table))).toBe(bitsOf(step.transform(table)));
      expect(bitsOf(loaded.transform(takeRows(table, [3, 0])))).toBe(bitsOf(step.transform(takeRows(table, [3, 0]))));
    });

    it('gives the columns it says, and of the training rows what fitting gave', async () => {
      const table = subject.example();
      const { step, table: made } = await fit(table);
      const later = step.transform(table);
      const names = step.outputs.map(({ name }) => name);
      expect(later.columns.map(({ name }) => name)).toEqual(names);
      expect(made.columns.map(({ name }) => name)).toEqual(names);
      for (const { sources } of step.outputs) {
        expect(sources.length).toBeGreaterThan(0);
        expect(table.columns.map(({ name }) => name)).toEqual(expect.arrayContaining([...sources]));
      }
      if (!subject.crossFits) expect(made.columns.map(cellsOf)).toEqual(later.columns.map(cellsOf));
    });

    it('transforms a row alike alone, in part and in whole, and no row at all', async () => {
      const table = subject.example();
      const { step } = await fit(table);
      const whole = step.transform(table);
      for (const rows of [[0], [5, 1, 2], []]) {
        expect(bitsOf(step.transform(takeRows(table, rows)))).toBe(bitsOf(takeRows(whole, rows)));
      }
    });

    it('finds its columns by name, among others and in any order', async () => {
      const table = subject.example();
      const { step } = await fit(table);
      const extra = { kind: 'numeric' as const, name: 'not asked for', values: new Float64Array(table.rows) };
      const turned = { rows: table.rows, columns: [extra, ...[...table.columns].reverse()] };
      expect(bitsOf(step.transform(turned))).toBe(bitsOf(step.transform(table)));
    });

    it('names the column that is gone, of another kind, or infinite, with its row', async () => {
      const table = subject.example();
      const { step } = await fit(table);
      const first = table.columns.find(({ name }) => step.outputs.some(({ sources }) => sources.includes(name)));
      const name = first?.name ?? '';
      const others = table.columns.filter((column) => column.name !== name);
      expect(() => step.transform({ rows: table.rows, columns: others })).toThrow(
        expect.objectContaining({ code: 'PREPROCESSING_COLUMN_MISSING', details: { column: name } }),
      );
      if (first?.kind !== 'numeric') return;
      const values = first.values.slice();
      values[4] = -Infinity;
      const broken = table.columns.map((column) => (column.name === name ? { ...first, values } : column));
      const wanted = expect.objectContaining({ code: 'PREPROCESSING_NOT_FINITE', details: { column: name, row: 4 } });
      await expect(fit({ rows: table.rows, columns: broken })).rejects.toThrow(wanted);
      expect(() => step.transform({ rows: table.rows, columns: broken })).toThrow(wanted);
    });

    it('says where a missing value is that it does not take', async () => {
      const table = subject.example();
      const [first] = table.columns;
      if (maker.missingValues !== 'refused' || first?.kind !== 'numeric') return;
      const { step } = await fit(table);
      const values = first.values.slice();
      values[2] = NaN;
      const broken = { rows: table.rows, columns: [{ ...first, values }, ...table.columns.slice(1)] };
      const details = expect.objectContaining({ column: first.name, row: 2 });
      const wanted = expect.objectContaining({ code: 'PREPROCESSING_MISSING_VALUE', details });
      await expect(fit(broken)).rejects.toThrow(wanted);
      expect(() => step.transform(broken)).toThrow(wanted);
    });

    it('refuses no rows, no columns and two columns of one name', async () => {
      const table = subject.example();
      const codes = async (bad: FeatureTable) => fit(bad).catch(({ code }: { code: string }) => code);
      expect(await codes(takeRows(table, []))).toBe('PREPROCESSING_NO_ROWS');
      expect(await codes({ rows: 3, columns: [] })).toBe('PREPROCESSING_NO_COLUMNS');
      const twice = { rows: table.rows, columns: [...table.columns, ...table.columns.slice(0, 1)] };
      expect(await codes(twice)).toBe('PREPROCESSING_COLUMN_REPEATED');
    });

    it('refuses to load what it did not store', async () => {
      const good = (await fit(subject.example())).step.toJson();
      const bad = [null, 3, [], {}, { transformer: maker.kind, version: 1, state: {} }];
      const other = { transformer: 'another', version: 1, state: {} };
      const later = { ...(good as Record<string, unknown>), version: 2 };
      for (const json of [...bad, other, later]) {
        expect(() => maker.fromJson(json, [])).toThrow(
          expect.objectContaining({ code: 'PREPROCESSING_STATE_INVALID' }),
        );
      }
    });

    it('refuses parameters outside their limits, and unknown ones', async () => {
      const table = subject.example();
      for (const bad of [...subject.badParams, { ...params, colour: 'red' }]) {
        const attempt = maker.fit(table, bad, contractContext(table.rows));
        await expect(attempt).rejects.toMatchObject({ code: 'PREPROCESSING_PARAM', kind: 'invalid-input' });
      }
    });
  });
}
