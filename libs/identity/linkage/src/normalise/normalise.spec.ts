import { foldText } from './fold-text';
import { normaliseAddress, normaliseHouseNumber } from './normalise-address';
import { isPossibleDate, normaliseDate } from './normalise-date';
import { normalisePhone } from './normalise-phone';

describe('normalisers', () => {
  it.each([
    ['  Müller-Lüdenscheidt ', 'muller ludenscheidt'],
    ["O'Brien", 'obrien'],
    ['D’Angelo', 'dangelo'],
    ['Straße', 'strasse'],
    ['Łódź', 'lodz'],
    ['Ångström & Co.', 'angstrom co'],
    ['Иванов', 'иванов'],
    ['ＦＵＬＬ　ｗｉｄｔｈ', 'full width'],
    ['...', ''],
  ])('text %j is %j', (text, folded) => {
    expect(foldText(text)).toBe(folded);
    expect(foldText(folded)).toBe(folded);
  });

  it.each([
    ['435 S. La Cienega Blv.', '435 south la cienega boulevard'],
    ['435 s. la cienega blvd.', '435 south la cienega boulevard'],
    ['St. Kilda Rd', 'st kilda road'],
    ['9 E. Third St.', '9 east 3 street'],
    ['9 e. 3rd st', '9 east 3 street'],
  ])('address %j is %j', (text, normal) => {
    expect(normaliseAddress(text)).toBe(normal);
  });

  it.each([
    ['012', '12'],
    ['12 A', '12a'],
    ['Unit 3, 45', '3 45'],
    ['3/45', '3 45'],
    ['rose cottage', 'rose cottage'],
  ])('house number %j is %j', (text, normal) => {
    expect(normaliseHouseNumber(text)).toBe(normal);
  });

  it.each([
    ['310/246-1501', undefined, '3102461501'],
    ['310/246-1501', 'US', '13102461501'],
    ['+1 310 246 1501', undefined, '13102461501'],
    ['0171 1234567', 'DE', '491711234567'],
    ['0171 1234567', 'XX', '01711234567'],
    ['call me', 'US', ''],
  ])('phone %j in %s is %j', (text, country, digits) => {
    expect(normalisePhone(text, country)).toBe(digits);
  });

  it.each([
    ['1985-03-09', 'day-first', '19850309'],
    ['09/03/1985', 'day-first', '19850309'],
    ['03/09/1985', 'month-first', '19850309'],
    ['03/29/1985', 'day-first', '19850329'],
    ['29.3.1985', 'month-first', '19850329'],
    ['9 March 1985', 'day-first', '19850309'],
    ['19851709', 'day-first', '19851709'],
    ['unknown', 'day-first', 'unknown'],
  ] as const)('date %j, %s, is %j', (text, order, digits) => {
    expect(normaliseDate(text, order)).toBe(digits);
  });

  it('knows the calendar', () => {
    expect(['20000229', '19000229', '19850431', '19851301', '19850430', '1985'].map(isPossibleDate)).toEqual([
      true,
      false,
      false,
      false,
      true,
      false,
    ]);
  });
});
