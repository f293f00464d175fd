import { fuzzedData, fuzzParser } from '@kohort/testing-hostile';
import { parseIdentityRules, RECOMMENDED_RULES } from './identity-rules';

jest.setTimeout(120_000);
const RUNS = 50_000;

it('identity rules are read or refused with a path: 50,000 inputs', async () => {
  const small = { identifiers: [{ type: 'email', blockedValues: ['x'], blockedPatterns: ['^a+$'], limit: null }] };
  const { accepted, refused } = await fuzzParser({
    seed: 1,
    runs: RUNS,
    make: (random) => fuzzedData(random, [small, RECOMMENDED_RULES]),
    parse: parseIdentityRules,
  });
  expect(Math.min(accepted, refused)).toBeGreaterThan(RUNS / 25);
});
