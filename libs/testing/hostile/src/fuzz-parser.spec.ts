import { defineErrors } from '@kohort/kernel-errors';
import { seededRandom } from '@kohort/kernel-clock-random';
import { damageData } from './damage-data';
import { fuzzedJson } from './fuzz-inputs';
import { fuzzParser } from './fuzz-parser';

const errors = defineErrors({
  PARSER_REFUSES: { kind: 'invalid-input', message: () => 'no' },
  PARSER_FAILS: { kind: 'bug', message: () => 'broken' },
});
const numbers = { seed: 1, runs: 100, make: (_: unknown, run: number) => run };

describe('a parser that is fuzzed', () => {
  it('accepts or refuses, and both are counted', async () => {
    const parse = (n: number): void => {
      if (n % 4 === 0) throw errors.PARSER_REFUSES();
    };
    const { accepted, refused, codes } = await fuzzParser({ ...numbers, parse });
    expect([accepted, refused, codes.get('PARSER_REFUSES')]).toEqual([75, 25, 25]);
  });

  it.each([
    ['a TypeError', () => Reflect.get(Object(undefined), 'x', Reflect.ownKeys(7 as never))],
    ['an error of another kind', () => Promise.reject(errors.PARSER_FAILS())],
    ['something on a prototype', () => Object.defineProperty(Object.prototype, 'p', { value: 1, configurable: true })],
  ])('has crashed with %s', async (_, parse) => {
    try {
      await expect(fuzzParser({ ...numbers, parse })).rejects.toThrow(TypeError);
    } finally {
      Reflect.deleteProperty(Object.prototype, 'p');
    }
  });
});

describe('what is damaged', () => {
  const good = { a: [{ b: 1, c: 'x' }], d: { e: null } };

  it('differs mostly, leaves the original alone, and is the same for a seed', () => {
    const made = (seed: number): string[] => {
      const random = seededRandom(seed);
      return Array.from({ length: 300 }, () => JSON.stringify(damageData(random, good)) ?? '');
    };
    expect(made(3)).toEqual(made(3));
    expect(new Set(made(3)).size).toBeGreaterThan(100);
    expect(JSON.stringify(good)).toBe('{"a":[{"b":1,"c":"x"}],"d":{"e":null}}');
  });

  it('is JSON in part', () => {
    const random = seededRandom(4);
    let parsed = 0;
    for (let n = 0; n < 1_000; n += 1) {
      try {
        JSON.parse(fuzzedJson(random, [good]));
        parsed += 1;
      } catch {
        // Counted by what is left.
      }
    }
    expect(parsed).toBeGreaterThan(400);
    expect(parsed).toBeLessThan(950);
  });
});
