import { faultyText, textFault } from './storable-text';

describe('texts that cannot be stored', () => {
  it.each([
    ['nul\u0000', 'NUL'],
    ['\ud83d', 'surrogate'],
    ['a\udc00b', 'surrogate'],
  ])('%j is told why', (text, reason) => {
    expect(textFault(text)).toContain(reason);
  });

  it.each(['', 'plain', '\ud83d\ude00', '\u0001\ufffe\u202e'])('%j is fine', (text) => {
    expect(textFault(text)).toBeUndefined();
  });

  it('are found wherever they stand, keys included, but not in what is skipped', () => {
    const json = { a: ['x', { b: 'fine', c: 'n\u0000' }] };
    expect(faultyText(json)).toMatchObject({ path: ['a', '1', 'c'] });
    expect(faultyText({ a: { '\ud800': 1 } })).toMatchObject({ path: ['a'] });
    expect(faultyText('\u0000')).toMatchObject({ path: [] });
    expect(faultyText(json, (key) => key === 'a')).toBeUndefined();
    expect(faultyText({ a: [1, null, true, 'x'] })).toBeUndefined();
  });

  it('are not looked for without end', () => {
    let deep: unknown = '\u0000';
    for (let i = 0; i < 50_000; i += 1) deep = [deep];
    expect(faultyText(deep)).toBeUndefined();
  });
});
