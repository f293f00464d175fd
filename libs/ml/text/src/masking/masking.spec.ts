import fc from 'fast-check';
import { findEnglishNames } from '../entities/english-names';
import { findKnownNames, gazetteerOf } from '../entities/gazetteer';
import { maskPersonalData, type MaskOptions } from './mask-personal-data';
import { findCardNumbers, hasLuhnDigit } from './personal-patterns';

const masked = (text: string, options: MaskOptions = {}): string => maskPersonalData(text, options).text;

describe('personal data in texts', () => {
  it.each([
    ['write to maria.lopez+shop@mail.example.co.uk!', 'write to [email]!'],
    ['jürgen@müller.de, (a@b.org) <c@d.io>', '[email], ([email]) <[email]>'],
    ['no @ here, nor a@b', 'no @ here, nor a@b'],
    ['card 4111 1111 1111 1111 exp 12/27', 'card [card] exp 12/27'],
    ['4111 1111 1111 1111 12 27 123', '[card] 12 27 123'],
    ['7 5500000000000004 and 4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1', '7 [card] and [card]'],
    ['5500-0000-0000-0004 and 340000000000009', '[card] and [card]'],
    ['order 4111 1111 1111 1112', 'order 4111 1111 1111 1112'],
    ['0000 0000 0000 0000', '0000 0000 0000 0000'],
    ['call +1 (213) 373-4253 or +49 30 901820', 'call [phone] or [phone]'],
    ['pay DE89 3704 0044 0532 0130 00 at once', 'pay [iban] at once'],
    ['GB82WEST12345698765432.', '[iban].'],
    ['DE89 3704 0044 0532 0130 01 at once', 'DE89 3704 0044 0532 0130 01 at once'],
    ['from 10.1.2.3, 2001:db8::8a2e:370:7334 or ::1!', 'from [ip], [ip] or [ip]!'],
    ['version 1.2.3.4.5 at 10:30:15, 999.1.2.3', 'version 1.2.3.4.5 at 10:30:15, 999.1.2.3'],
    ['2 parcels on 2024-05-01 for 45.20', '2 parcels on 2024-05-01 for 45.20'],
  ])('%s', (text, wanted) => {
    expect(masked(text)).toBe(wanted);
  });

  it('national numbers need a country', () => {
    expect(masked('ruf 030 901820 an', { country: 'de' })).toBe('ruf [phone] an');
    expect(masked('ruf 030 901820 an')).toBe('ruf 030 901820 an');
    expect(masked('ruf 030 901820 an', { country: 'nowhere' })).toBe('ruf 030 901820 an');
  });

  it('people by a finder of names, only when one is given', () => {
    const gazetteer = gazetteerOf([
      { text: 'Kowalczyk', kind: 'person' },
      { text: 'Berlin', kind: 'place' },
    ]);
    const people = (text: string) => [...findKnownNames(gazetteer, text), ...findEnglishNames(text)];
    expect(masked('John Smith met kowalczyk in Berlin', { people })).toBe('[person] met [person] in Berlin');
    expect(masked('John Smith, a@b.org')).toBe('John Smith, [email]');
    expect(masked('a@b.org +49 30 901820', { kinds: ['phone'] })).toBe('a@b.org [phone]');
    expect(maskPersonalData('a@b.org a@b.org +49 30 901820').masked).toEqual({
      email: 2,
      phone: 1,
      card: 0,
      iban: 0,
      ip: 0,
      person: 0,
    });
  });

  it('nothing that was hidden in a text comes through, and masking again changes nothing', () => {
    const hidden = fc.constantFrom(
      'eva@example.org',
      '4111-1111-1111-1111',
      '+4930901820',
      'FR1420041010050500013M02606',
      '192.0.2.77',
    );
    const piece = fc.oneof(hidden, fc.stringMatching(/^[a-z ,.;!?äöü]{0,12}$/));
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        const once = masked(pieces.join(' | '));
        expect(once).not.toMatch(/example\.org|1111|901820|M02606|192\.0\.2/);
        expect(masked(once)).toBe(once);
      }),
      { seed: 7, numRuns: 60 },
    );
  });

  it('long texts cost their length', () => {
    const text = `${'a'.repeat(20_000)}@${'b.'.repeat(20_000)} ${'4 '.repeat(20_000)} ${'AB12 '.repeat(20_000)} ${'1:'.repeat(20_000)} ${'1.'.repeat(20_000)}`;
    expect(masked(text).length).toBeGreaterThan(0);
  });
});

describe('check digits of cards', () => {
  it('are right for one last digit of ten', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[0-9]{11,18}$/), (digits) => {
        expect([...'0123456789'].filter((last) => hasLuhnDigit(digits + last))).toHaveLength(1);
      }),
      { seed: 3, numRuns: 50 },
    );
    expect(hasLuhnDigit('')).toBe(false);
    expect(findCardNumbers('x4111111111111111y 41111111111111112222222').map((entity) => entity.text)).toEqual([
      '4111111111111111',
    ]);
  });
});
