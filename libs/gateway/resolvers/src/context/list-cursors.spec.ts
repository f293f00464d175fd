import { z } from 'zod';
import { cursorIn, placeIn } from './list-cursors';

describe('a cursor of a list that is cut here', () => {
  const cursor = cursorIn(['w1', 'consentHistory', 'p1'], '7');
  const refused = expect.objectContaining({ code: 'GATEWAY_CURSOR_INVALID' });

  it('is a place in the list that made it', () => {
    expect(placeIn(['w1', 'consentHistory', 'p1'], cursor, z.string())).toBe('7');
    expect(placeIn(['w1', 'consentHistory', 'p1'], null, z.string())).toBeNull();
  });

  it.each([
    ['w1', 'consentHistory', 'p2'],
    ['w1', 'computedTraits', 'p1'],
    ['w2', 'consentHistory', 'p1'],
  ] as const)('is refused by the list %s %s %s', (...list) => {
    expect(() => placeIn(list, cursor, z.string())).toThrow(refused);
  });

  it('that nobody made is refused', () => {
    for (const forged of ['7', 'WyJ4Il0', cursorIn(['w1', 'consentHistory', 'p1'], 'seven')])
      expect(() => placeIn(['w1', 'consentHistory', 'p1'], forged, z.string().regex(/^\d+$/))).toThrow(refused);
  });
});
