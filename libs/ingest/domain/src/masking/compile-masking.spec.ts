import fc from 'fast-check';
import type { Json, MaskingSettings } from '@kohort/kernel-contracts';
import { normaliseEvent } from '../message/normalise-event';
import { compileMasking } from './compile-masking';

const SECRET = 'eva@example.org';
const mask = (text: string): string => text.replaceAll(SECRET, '[email]').replaceAll('4111111111111111', '[card]');
const settings: MaskingSettings = {
  fields: ['properties.comment', 'properties.items.note', 'context.page'],
  longTexts: null,
  kinds: ['email'],
  country: null,
};
const named = compileMasking(settings, mask);
const long = compileMasking({ ...settings, fields: [], longTexts: 30 }, mask);
const track = { type: 'track', event: 'Review', userId: SECRET, messageId: 'm1' };
const said = `write to ${SECRET}, as soon as you can`;

describe('masking of items', () => {
  it('takes personal data out of the fields that are named, with all that stands below', () => {
    const item: Json = {
      ...track,
      properties: {
        comment: said,
        other: said,
        items: [{ note: SECRET, id: 4 }, { note: [SECRET, 4111111111111111, 41] }],
      },
      context: { page: { title: said, at: 5 } },
    };
    expect(named.item(item)).toEqual({
      ...track,
      properties: {
        comment: 'write to [email], as soon as you can',
        other: said,
        items: [{ note: '[email]', id: 4 }, { note: ['[email]', '[card]', 41] }],
      },
      context: { page: { title: 'write to [email], as soon as you can', at: 5 } },
    });
  });

  it('takes it out of long texts, wherever they stand, but not of what identifies', () => {
    const traits = { email: `a-very-long-name-of-somebody-${SECRET}`, bio: said };
    const item = { ...track, properties: { list: [[said], SECRET] }, traits };
    expect(long.item(item)).toEqual({
      ...track,
      properties: { list: [['write to [email], as soon as you can'], SECRET] },
      traits: { ...traits, bio: 'write to [email], as soon as you can' },
    });
    expect(long.item({ ...track, type: 'page', name: said })).toMatchObject({
      name: 'write to [email], as soon as you can',
    });
    expect(long.context({ title: said })).toEqual({ title: 'write to [email], as soon as you can' });
  });

  it('leaves the very object that holds nothing', () => {
    const item = { ...track, properties: { comment: 'fine', items: [{ note: 'x' }] }, context: { page: {} } };
    expect(named.item(item)).toBe(item);
    expect(long.item(item)).toBe(item);
    const result = normaliseEvent(item, { sourceId: 's', receivedAt: 0, sentAt: null, index: 0 });
    if (result.verdict !== 'accepted') throw new Error(result.code);
    expect(named.message(result.message)).toBe(result.message);
    const other = { ...result.message, properties: { comment: said } };
    expect(named.message(other)).toMatchObject({
      properties: { comment: 'write to [email], as soon as you can' },
      flags: ['personal_data_masked'],
    });
  });

  it('lets nothing through of what is no message: it may be kept as it is', () => {
    const hostile = fc.letrec<{ value: Json }>((tie) => ({
      value: fc.oneof(
        { depthSize: 'small' },
        fc.constantFrom<Json>(said, SECRET, 4111111111111111, 1, true, null),
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(fc.constantFrom('properties', 'comment', '__proto__', 'x', 'items'), tie('value')),
      ),
    })).value;
    fc.assert(
      fc.property(hostile, fc.constantFrom('no type', 'track'), (value, type) => {
        const item = { type, properties: [value], extra: value };
        expect(JSON.stringify(named.item(item))).not.toMatch(/example|4111/);
        expect(JSON.stringify(named.item(value))).not.toMatch(/example|4111/);
        expect(JSON.stringify(named.item({ ...track, userId: 'u', extra: value }))).not.toMatch(/example|4111/);
      }),
      { seed: 5, numRuns: 100 },
    );
    let deep: Json = SECRET;
    for (let i = 0; i < 20_000; i += 1) deep = [deep];
    expect(() => named.item({ ...track, properties: { comment: deep } })).not.toThrow();
  });
});
