import { isAppError } from '@kohort/kernel-errors';
import { fuzzedData, fuzzParser } from '@kohort/testing-hostile';
import type { Json } from '@kohort/kernel-contracts';
import { beyond, parsePosition } from './position';

jest.setTimeout(120_000);
const RUNS = 50_000;

it('a stored position is taken or refused, and what is taken can be gone on from: 50,000 inputs', async () => {
  let [taken, left] = [0, 0];
  const good = { v: 1, where: 'b/in', mark: { at: 5, key: 'b' }, seen: [[4, 'a', 'e1'], [5, 'b', 'e2']] }; // prettier-ignore
  await fuzzParser({
    seed: 1,
    runs: RUNS,
    make: (random) => fuzzedData(random, [good]) as Json,
    parse: (stored) => {
      try {
        const position = parsePosition(stored, 'b/in');
        const next = beyond(position, { at: 9, key: 'z', version: 'e9' }, { where: 'b/in', overlapMs: 2 });
        if (parsePosition(next, 'b/in')) taken += 1;
      } catch (thrown) {
        if (!isAppError(thrown) || thrown.code !== 'S3_SOURCE_POSITION') throw thrown;
        left += 1;
      }
    },
  });
  expect(taken + left).toBe(RUNS);
  expect(Math.min(taken, left)).toBeGreaterThan(RUNS / 25);
});
