import { seededRandom } from '@kohort/kernel-clock-random';
import { hostileJson } from '@kohort/testing-hostile';
import { isDeeperThan } from './is-deeper-than';
import { isWithinBytes, jsonBytes } from './json-bytes';

describe('jsonBytes', () => {
  it('counts what JSON.stringify writes, for 5,000 seeded values', () => {
    const random = seededRandom(4);
    for (let n = 0; n < 5_000; n += 1) {
      const value = { value: hostileJson(random) };
      if (isDeeperThan(value, 500)) continue;
      expect(jsonBytes(value)).toBe(Buffer.byteLength(JSON.stringify(value)));
    }
  });

  it.each([
    [null, 4],
    ['ä\u{1f600}"\n', 12],
    [-0, 1],
    [1e21, 5],
    [[], 2],
    [{ a: undefined, b: [1, true, false] }, 20],
  ])('counts %p', (value, bytes) => {
    expect(jsonBytes(value)).toBe(bytes);
    expect(Buffer.byteLength(JSON.stringify(value))).toBe(bytes);
  });

  it('counts what is nested deeper than the stack, and stops at its limit', () => {
    let deep: unknown = 1;
    for (let level = 0; level < 200_000; level += 1) deep = [deep];
    expect(jsonBytes(deep)).toBe(400_001);
    expect(jsonBytes(deep, 1_000)).toBeLessThan(1_010);
    expect([isDeeperThan(deep, 199_999), isDeeperThan(deep, 200_000)]).toEqual([true, false]);
    expect([isDeeperThan({ a: [1] }, 1), isDeeperThan({ a: [1] }, 2), isDeeperThan('x', 0)]).toEqual([
      true,
      false,
      false,
    ]);
  });

  it('is within a limit exactly when it is no larger, for 5,000 seeded values', () => {
    const random = seededRandom(6);
    for (let n = 0; n < 5_000; n += 1) {
      const value = { value: hostileJson(random) };
      const bytes = jsonBytes(value);
      expect([bytes - 1, bytes, bytes * 7].map((limit) => isWithinBytes(value, limit))).toEqual([false, true, true]);
    }
    let deep: unknown = 1;
    for (let level = 0; level < 200_000; level += 1) deep = [deep];
    expect([isWithinBytes(deep, 400_000), isWithinBytes(deep, 400_001)]).toEqual([false, true]);
  });
});
