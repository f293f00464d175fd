import { expectCells, tableCells } from '../../test/golden-table';
import { categoryColumn, featureTable } from '../feature-table';
import { transformerNamed } from '../pipeline/transformers';
import { hashingEncoder } from './hashing-encoder';
import { murmur3 } from './murmur3';
import { ordinalEncoder } from './ordinal-encoder';
import golden from './reference/encoders.golden.json';
import { targetEncoder } from './target-encoder';

const city = categoryColumn('city', golden.city);
const plan = categoryColumn('plan', golden.plan);
const rows = golden.city.length;
const table = featureTable(rows, [city, plan]);
const tableOf = ([cities = [], plans = []]: readonly string[][]) =>
  featureTable(cities.length, [categoryColumn('city', cities), categoryColumn('plan', plans)]);

describe('encoders against scikit-learn', () => {
  it.each(golden.oneHot.map((one) => [JSON.stringify(one.params), one] as const))('one-hot %s', async (_title, one) => {
    const { step, table: made } = await transformerNamed('one-hot-encoder').fit(table, one.params, {});
    expect(tableCells(made)).toEqual(one.fitted);
    expect(tableCells(step.transform(tableOf(one.cells)))).toEqual(one.later);
    expect(made.columns.map(({ name }) => name)).toEqual(step.outputs.map(({ name }) => name));
  });

  it('ordinal', async () => {
    const { fitted, table: made } = await ordinalEncoder.fitTransform(table, { unseen: 'value' });
    expect(tableCells(made)).toEqual(golden.ordinal.fitted);
    expect(tableCells(ordinalEncoder.transform(fitted, tableOf(golden.ordinal.cells)))).toEqual(golden.ordinal.later);
  });

  it('hashing, signed and not, and the hash itself', async () => {
    const amount = { kind: 'numeric' as const, name: 'amount', values: Float64Array.from(golden.amounts) };
    const mixed = featureTable(rows, [city, plan, amount]);
    const signed = await hashingEncoder.fitTransform(mixed, { width: 8 });
    expectCells(tableCells(signed.table), golden.hashed, golden.tolerance);
    const unsigned = await hashingEncoder.fitTransform(mixed, { width: 5, signed: false });
    expectCells(tableCells(unsigned.table), golden.unsigned, golden.tolerance);
    expect(golden.tokens.map((token) => murmur3(new TextEncoder().encode(token)))).toEqual(golden.hashes);
  });
});

describe('target encoding against the published formula', () => {
  const folds = Int32Array.from(golden.folds);
  const later = featureTable(4, [categoryColumn('city', golden.laterCity)]);
  const cases = [
    ...golden.target.classes.map((one) => ({ ...one, kind: 'classes' as const, values: golden.yes })),
    ...golden.target.number.map((one) => ({ ...one, kind: 'number' as const, values: golden.number })),
  ];

  it.each(cases.map((one) => [one.kind, String(one.smooth), one] as const))('%s, smooth %s', async (_k, _s, one) => {
    const target = { kind: one.kind, values: Float64Array.from(one.values) };
    const smooth = one.smooth === 'auto' ? 'auto' : Number(one.smooth);
    const learned = await targetEncoder.fitTransform(featureTable(rows, [city]), { smooth }, { target, folds });
    expectCells(tableCells(learned.table), [one.crossFitted], golden.tolerance);
    expectCells(tableCells(targetEncoder.transform(learned.fitted, later)), [one.later], golden.tolerance);
  });
});
