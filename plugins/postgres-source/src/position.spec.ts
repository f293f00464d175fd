import type { Json } from '@kohort/kernel-contracts';
import { isAppError } from '@kohort/kernel-errors';
import { fuzzedData, fuzzParser } from '@kohort/testing-hostile';
import { parsePosition } from './position';

jest.setTimeout(120_000);
const RUNS = 50_000;

it('a stored position is taken or refused: 50,000 inputs', async () => {
  let [taken, left] = [0, 0];
  await fuzzParser({
    seed: 1,
    runs: RUNS,
    make: (random) => fuzzedData(random, [{ v: 1, columns: ['changed', 'id'], at: ['2026-01-01', '7'] }]) as Json,
    parse: (stored) => {
      try {
        const position = parsePosition(stored, ['changed', 'id']);
        if (position === null || position.at.every((value) => typeof value === 'string')) taken += 1;
      } catch (thrown) {
        if (!isAppError(thrown) || thrown.code !== 'POSTGRES_SOURCE_POSITION') throw thrown;
        left += 1;
      }
    },
  });
  expect(taken + left).toBe(RUNS);
  expect(Math.min(taken, left)).toBeGreaterThan(RUNS / 25);
});
