import { fuzzedData, fuzzParser } from '@kohort/testing-hostile';
import { profilerOf } from '../../test/read-csv';
import { profileFromData } from './table-profile';

jest.setTimeout(120_000);
const RUNS = 50_000;

it('a saved profile is read or refused with its place: 50,000 inputs', async () => {
  const rows = Array.from({ length: 12 }, (_, i) => [String(i % 5)]);
  const saved: unknown = JSON.parse(JSON.stringify(profilerOf([['n'], ...rows]).finish()));
  const { accepted, refused } = await fuzzParser({
    seed: 1,
    runs: RUNS,
    make: (random) => fuzzedData(random, [saved]),
    parse: profileFromData,
  });
  expect(Math.min(accepted, refused)).toBeGreaterThan(RUNS / 25);
});
