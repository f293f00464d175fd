import { fuzzedText, fuzzParser } from '@kohort/testing-hostile';
import { inferFieldType, parseFieldList } from './infer-fields';

jest.setTimeout(120_000);
const RUNS = 50_000;

it('a list of fields is read or refused, and each column has a type: 50,000 inputs', async () => {
  const { accepted, refused, codes } = await fuzzParser({
    seed: 1,
    runs: RUNS,
    make: (random) => fuzzedText(random, ['given_name:name,postcode:code,city', 'a:b:date,__proto__:text,"x":email']),
    parse: (text) => {
      const fields = parseFieldList(text.split(','));
      for (const { column, type } of fields) expect(type ?? inferFieldType(column, [text, column])).toBeTruthy();
    },
  });
  expect(Math.min(accepted, refused)).toBeGreaterThan(RUNS / 25);
  expect([...codes.keys()]).toEqual(['LINKAGE_BAD_PARAMETER']);
});
