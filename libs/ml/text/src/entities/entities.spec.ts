import { findEntities, type EntityOptions } from './find-entities';
import { findKnownNames, gazetteerOf } from './gazetteer';
import { withoutOverlaps } from './entity';

const named = (text: string, options?: EntityOptions): string[] =>
  findEntities(text, options).map((entity) => {
    expect(text.slice(entity.start, entity.end)).toBe(entity.text);
    return `${entity.kind}: ${entity.text}`;
  });

describe('entities of a text', () => {
  it('finds people, places, organisations and what has a form, each at its place', () => {
    const text =
      'John Smith from Berlin wrote on 12/03/2024: paid $45.20 to Acme Corp., card 4111 1111 1111 1111, ' +
      'call +49 30 901820 or mail maria@example.com 😀 #fail';
    expect(named(text)).toEqual([
      'person: John Smith',
      'place: Berlin',
      'date: 12/03/2024',
      'money: $45.20',
      'organisation: Acme Corp',
      'card: 4111 1111 1111 1111',
      'phone: +49 30 901820',
      'email: maria@example.com',
      'emoji: 😀',
      'hashtag: #fail',
    ]);
  });

  it('known names count before all others, whatever their case', () => {
    const gazetteer = gazetteerOf([
      { text: 'Paris Dress', kind: 'product' },
      { text: 'DHL', kind: 'organisation' },
    ]);
    expect(named('The paris-dress came by dhl from Paris.', { gazetteer })).toEqual([
      'product: paris-dress',
      'organisation: dhl',
      'place: Paris',
    ]);
  });

  it('names are left out when they are not asked for; line ends and repeats keep their places', () => {
    expect(named('John Smith\npaid\t$5\r\nand $5', { names: false })).toEqual(['money: $5', 'money: $5']);
    expect(named('')).toEqual([]);
  });

  it('takes the longest known name, and the first kind given', () => {
    const gazetteer = gazetteerOf([
      { text: 'New', kind: 'product' },
      { text: 'New York', kind: 'place' },
      { text: 'new york', kind: 'organisation' },
      { text: '—', kind: 'product' },
    ]);
    expect(findKnownNames(gazetteer, 'In New York, new. Newer.').map(({ kind, text }) => [kind, text])).toEqual([
      ['place', 'New York'],
      ['product', 'new'],
    ]);
  });

  it('of overlapping finds keeps the earlier list, then the longer', () => {
    const at = (start: number, end: number) => ({ kind: 'number' as const, text: '', start, end });
    expect(withoutOverlaps([[at(4, 6)], [at(0, 3), at(0, 5), at(1, 3), at(7, 7)]])).toEqual([at(0, 3), at(4, 6)]);
  });
});
