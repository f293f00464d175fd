import { seededRandom } from '@kohort/kernel-clock-random';
import type { JsonObject, ScreenedMessage } from '@kohort/kernel-contracts';
import { emailForm, matchForms, phoneForms } from './match-forms';
import { namesNobody } from '@kohort/kernel-contracts';
import { namesOfMessage } from './names-of-message';
import { SuppressionKeys, keyGeneration } from './suppression-keys';

const ws = '5b6f1a52-3a0b-4b7e-8f43-0a3f5f6c9d10';
const key = Buffer.alloc(32, 7);
const old = Buffer.alloc(32, 9);
const keys = new SuppressionKeys([key]);

const person = [
  { type: 'user_id', value: 'kunde-42-é' },
  { type: 'anonymous_id', value: '8F14E45F-CEEA-467A-9575-2A6BA3D6C1AA' },
  { type: 'email', value: 'Jörg.Meier@Example.ORG' },
  { type: 'email', value: 'jo.erg.meier@gmail.com' },
  { type: 'phone', value: '+49 30 1234567' },
];
const listed = new Set(person.flatMap((one) => keys.toEnter(ws, one)).map(({ kind, hash }) => `${kind} ${hash}`));

const isListed = (message: Partial<ScreenedMessage>): boolean =>
  keys
    .ofMessage(ws, { type: 'track', userId: null, anonymousId: null, previousId: null, traits: {}, ...message })
    .some(({ kind, hash }) => listed.has(`${kind} ${hash}`));
const traits = (own: JsonObject): Partial<ScreenedMessage> => ({ type: 'identify', userId: 'new', traits: own });

/** Ways in which the same person comes back. */
const WAYS: readonly (readonly [string, Partial<ScreenedMessage>])[] = [
  ['the id', { userId: 'kunde-42-é' }],
  ['the id in decomposed characters', { userId: 'kunde-42-e\u0301' }],
  ['the id with a space', { userId: ' kunde-42-é ' }],
  ['the anonymous id in lower case', { anonymousId: '8f14e45f-ceea-467a-9575-2a6ba3d6c1aa' }],
  ['a new id beside the old anonymous id', { userId: 'new', anonymousId: '8F14E45F-CEEA-467A-9575-2A6BA3D6C1AA' }],
  ['an alias of the old id', { type: 'alias', userId: 'new', previousId: 'kunde-42-é' }],
  ['the address in capitals', traits({ email: 'JÖRG.MEIER@EXAMPLE.ORG' })],
  ['the address with a plus tag', traits({ email: 'jörg.meier+shop@example.org' })],
  ['the address with a name around it', traits({ Email: 'Jörg Meier <jörg.meier@example.org>' })],
  ['the address in full-width characters', traits({ email: 'jörg．meier＠example．org' })],
  ['the address in decomposed characters', traits({ email: 'jo\u0308rg.meier@example.org' })],
  ['the address with a zero-width space', traits({ email: 'jörg.meier\u200b@example.org' })],
  ['the address as user id', { userId: 'jörg.meier@example.org' }],
  ['the address of Google without dots', traits({ email: 'joergmeier@googlemail.com' })],
  ['the number with 00', traits({ phone: '0049 30 1234567' })],
  ['the number with (0)', traits({ phone: '+49 (0)30 / 123-4567' })],
  ['the number as a link', traits({ phoneNumber: 'tel:+49-30-1234567' })],
  ['the number of here', { ...traits({ mobile: '030 1234567' }), context: { locale: 'de-DE' } }],
  ['the number of somewhere', traits({ phone: '(030) 1234567' })],
  ['the number as a number', { type: 'track', userId: 'new', properties: { phone: 49301234567 } }],
  ['an external id', { userId: 'new', context: { externalIds: [{ type: 'user_id', id: 'kunde-42-é' }] } }],
  ['traits of the context', { userId: 'new', context: { traits: { email: 'jörg.meier@example.org' } } }],
];

describe('suppression', () => {
  it.each(WAYS)('finds somebody by %s', (_way, message) => {
    expect(isListed(message)).toBe(true);
  });

  it('finds none of 20,000 others', () => {
    const random = seededRandom(11);
    const digits = (n: number): string => Array.from({ length: n }, () => Math.floor(random.next() * 10)).join('');
    let wrong = 0;
    for (let i = 0; i < 20_000; i += 1) {
      const email = `${i % 2 === 0 ? 'jörg.meier' : 'joergmeier'}${digits(5)}@${i % 3 === 0 ? 'gmail.com' : 'example.org'}`;
      const phone: JsonObject = i % 20 === 0 ? { phone: `+4930${digits(7)}` } : {};
      if (isListed({ ...traits({ email, ...phone }), userId: `kunde-${digits(9)}`, anonymousId: `a${digits(12)}` }))
        wrong += 1;
    }
    expect(wrong).toBe(0);
  });

  it('tells ids apart that differ in case', () => {
    expect(isListed({ userId: 'KUNDE-42-É' })).toBe(false);
  });

  it('keeps numbers of two countries apart', () => {
    expect(isListed(traits({ phone: '+41 30 1234567' }))).toBe(false);
    expect(isListed({ ...traits({ phone: '030 1234567' }), context: { locale: 'de-AT' } })).toBe(false);
  });

  it('does not take the person of a group for the group', () => {
    expect(isListed({ type: 'group', userId: 'new', traits: { email: 'jörg.meier@example.org' } })).toBe(false);
  });

  it('makes nothing of values that name nobody', () => {
    for (const value of ['', ' ', '0', 'null', 'Anonymous', '00000000-0000-0000-0000-000000000000']) {
      expect(namesNobody(value)).toBe(true);
      expect(keys.toEnter(ws, { type: 'user_id', value })).toEqual([]);
    }
    expect(keys.toEnter(ws, { type: 'email', value: 'nobody' })).toEqual([]);
    expect(keys.toEnter(ws, { type: 'phone', value: '12' })).toEqual([]);
  });

  it('separates workspaces', () => {
    const other = keys.toFind('00000000-0000-4000-8000-000000000000', person);
    expect(other.some(({ kind, hash }) => listed.has(`${kind} ${hash}`))).toBe(false);
  });
});

describe('keys of the list', () => {
  it('enter under the newest and find under all', () => {
    const rotated = new SuppressionKeys([old, key]);
    const [entry] = keys.toEnter(ws, { type: 'user_id', value: 'u1' });
    const found = rotated.toFind(ws, [{ type: 'user_id', value: 'u1' }]);
    expect(found).toContainEqual(entry);
    expect(found.map(({ generation }) => generation)).toEqual([keyGeneration(old), keyGeneration(key)]);
    expect(rotated.toEnter(ws, { type: 'user_id', value: 'u1' }).map(({ generation }) => generation)).toEqual([
      keyGeneration(old),
    ]);
    expect(rotated.entered(ws, { type: 'user_id', value: 'u1' })).toContainEqual(entry);
  });

  it('are 32 bytes, and there is one', () => {
    expect(() => new SuppressionKeys([Buffer.alloc(31)])).toThrow(
      expect.objectContaining({ code: 'PRIVACY_KEY_TOO_SHORT' }),
    );
    expect(() => new SuppressionKeys([])).toThrow(expect.objectContaining({ code: 'PRIVACY_KEY_MISSING' }));
  });

  it('differ in what they make, and the text names no value', () => {
    const [a] = keys.toEnter(ws, { type: 'user_id', value: 'secret-person' });
    const [b] = new SuppressionKeys([old]).toEnter(ws, { type: 'user_id', value: 'secret-person' });
    expect(a?.hash).toMatch(/^[0-9a-f]{64}$/);
    expect(a?.hash).not.toBe(b?.hash);
    expect(JSON.stringify(a)).not.toContain('secret');
  });
});

describe('forms', () => {
  it.each([
    ['A@B.CO', 'a@b.co'],
    ['mailto:a@b.co', 'a@b.co'],
    ['a+b+c@b.co', 'a@b.co'],
    ['+a@b.co', '+a@b.co'],
    ['a@b.co.', 'a@b.co'],
    ['a.b.c@googlemail.com', 'abc@gmail.com'],
    ['a.b.c@example.org', 'a.b.c@example.org'],
    ['a@b', null],
    ['@b.co', null],
    ['...@gmail.com', null],
    ['x'.repeat(600), null],
  ])('of the address %j is %j', (value, form) => {
    expect(emailForm(value)).toBe(form);
  });

  it.each([
    ['+49 30 1234567', 'list', null, ['+49301234567', 'n:0301234567']],
    ['+49 30 1234567', 'check', null, ['+49301234567', 'u:0301234567']],
    ['030 1234567', 'list', null, ['u:0301234567']],
    ['030 1234567', 'check', null, ['n:0301234567', 'u:0301234567']],
    ['030 1234567', 'check', 'de', ['+49301234567', 'u:0301234567']],
    ['30', 'check', null, []],
    ['030 1234567', 'check', 'xx', ['n:0301234567', 'u:0301234567']],
  ] as const)('of the number %j (%s, %s) are %j', (value, side, hint, forms) => {
    expect(phoneForms(value, side, hint)).toEqual(forms);
  });

  it('of an id that is an address are both', () => {
    expect(matchForms({ type: 'user_id', value: 'A@b.co' }, 'check')).toEqual([
      { kind: 'email', form: 'a@b.co' },
      { kind: 'id', form: 'A@b.co' },
    ]);
  });

  it('take the country from an address before the locale', () => {
    const message: ScreenedMessage = {
      type: 'identify',
      userId: 'u',
      anonymousId: null,
      previousId: null,
      traits: { address: { country: 'FR' } },
      context: { locale: 'en-GB', device: { id: 'd1', advertisingId: 'AD' } },
    };
    expect(namesOfMessage(message)).toEqual({
      identifiers: [
        { type: 'user_id', value: 'u' },
        { type: 'device_id', value: 'd1' },
        { type: 'device_id', value: 'AD' },
      ],
      country: 'FR',
    });
  });
});
