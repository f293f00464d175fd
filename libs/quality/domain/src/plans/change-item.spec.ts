import { changeItem } from './change-item';

const item = {
  type: 'track',
  event: 'Ordr',
  messageId: 'm',
  properties: { Total: '12.50', junk: 1, n: '7', ok: 'TRUE' },
};

describe('a change on replay', () => {
  it('drops, renames, casts', () => {
    const change = {
      event: 'Order',
      rename: { Total: 'total' },
      drop: ['junk'],
      cast: { total: 'number', n: 'integer', ok: 'boolean' },
    } as const;
    expect(changeItem(item, { ...change, drop: [...change.drop] })).toEqual({
      type: 'track',
      event: 'Order',
      messageId: 'm',
      properties: { total: 12.5, n: 7, ok: true },
    });
  });

  it('leaves what cannot be cast to the plan', () => {
    const cast = { a: 'number', b: 'integer', c: 'boolean', d: 'string', e: 'number' } as const;
    const properties = { a: 'many', b: '1.5', c: 'maybe', d: { x: 1 }, e: null };
    expect(changeItem({ properties }, { cast })).toEqual({ properties });
    expect(changeItem({ properties: { d: 5, a: true, b: '0x10' } }, { cast })).toEqual({
      properties: { d: '5', a: 1, b: '0x10' },
    });
  });

  it('changes nothing where nothing is asked for', () => {
    expect(changeItem(item, null)).toBe(item);
    expect(changeItem('text', { drop: ['a'] })).toBe('text');
    expect(changeItem({ properties: [1], traits: 'x' }, { drop: ['a'] })).toEqual({ properties: [1], traits: 'x' });
  });
});
