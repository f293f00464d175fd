import { keyTest } from './pattern';

describe('patterns of keys', () => {
  it.each([
    ['a/*.csv', 'a/b.csv', true],
    ['a/*.csv', 'a/b/c.csv', false],
    ['a/**/*.csv', 'a/c.csv', true],
    ['a/**/*.csv', 'a/b/d/c.csv', true],
    ['**', 'a/b', true],
    ['a?c', 'abc', true],
    ['a?c', 'a/c', false],
    ['a.c', 'abc', false],
    ['a+(b)[c]{d}|e^$', 'a+(b)[c]{d}|e^$', true],
  ])('%s on %s: %s', (pattern, key, expected) => {
    expect(keyTest(pattern)(key)).toBe(expected);
  });

  it('takes everything without a pattern, and no pattern takes long', () => {
    expect(keyTest(undefined)('any')).toBe(true);
    expect(keyTest('*a'.repeat(90))('a'.repeat(1_000) + 'b')).toBe(false);
  });
});
