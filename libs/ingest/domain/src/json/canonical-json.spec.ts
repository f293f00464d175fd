import { seededRandom } from '@kohort/kernel-clock-random';
import { hostileJson } from '@kohort/testing-hostile';
import { canonicalJson } from './canonical-json';
import { isDeeperThan } from './is-deeper-than';

/** What it promises, said the plain way. */
function plainly(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  if (Array.isArray(value)) return `[${value.map((item) => plainly(item)).join(',')}]`;
  const members = Object.entries(value)
    .filter(([, inner]) => inner !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([key, inner]) => `${JSON.stringify(key)}:${plainly(inner)}`).join(',')}}`;
}

describe('canonicalJson', () => {
  it('sorts keys by UTF-16 unit, leaves out what is undefined, writes numbers and texts as JSON does', () => {
    const value = { b: 1, a: [undefined, -0, 1e21, null], '\u{1f600}': 'ä"\\\n', ä: { z: true, y: undefined }, A: '' };
    expect(canonicalJson(value)).toBe(
      '{"A":"","a":[null,0,1e+21,null],"b":1,"ä":{"z":true},"\u{1f600}":"ä\\"\\\\\\n"}',
    );
    expect(canonicalJson(JSON.parse('{"__proto__":1,"a":2}'))).toBe('{"__proto__":1,"a":2}');
  });

  it('is what its words say, for 5,000 seeded values', () => {
    const random = seededRandom(5);
    for (let n = 0; n < 5_000; n += 1) {
      const value = hostileJson(random);
      if (isDeeperThan(value, 500)) continue;
      expect(canonicalJson(value)).toBe(plainly(value));
    }
  });
});
