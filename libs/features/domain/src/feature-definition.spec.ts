import { featureFormulaSchema } from './feature-definition.schema';
import { featureSet } from './feature-set';

describe('the schema of formulas', () => {
  it.each(featureSet().map(({ key, formula }) => [key, formula] as const))(
    'takes that of %s as it is',
    (_key, formula) => {
      expect(featureFormulaSchema.parse(formula)).toEqual(formula);
    },
  );

  it.each([
    { measure: 'orders', window: { days: 0 } },
    { measure: 'events', name: 'A' },
    { ratio: [{ measure: 'orders' }] },
    { measure: 'median' },
  ])('refuses %j', (formula) => {
    expect(featureFormulaSchema.safeParse(formula).success).toBe(false);
  });
});
