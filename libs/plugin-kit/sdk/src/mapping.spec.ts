import { profileIdSchema, type MembershipDelta } from '@kohort/kernel-contracts';
import { applyMapping, faultOfMapping, traitKeysOf } from './mapping';

const delta: MembershipDelta = {
  profileId: profileIdSchema.parse('00000000-0000-4000-8000-000000000001'),
  operation: 'add',
  changeVersion: 7,
  changedAt: Date.UTC(2026, 0, 2, 3, 4, 5),
  before: false,
  identifiers: { email: ['a@example.org', 'b@example.org'], user_id: ['u1'] },
  traits: { plan: 'pro', age: 41, none: null },
};
const scope = { segment: { id: 's', key: 'vip', name: 'VIP' } };

describe('applyMapping', () => {
  it('reads identifiers, traits, the segment, the change and literals', () => {
    expect(
      applyMapping(
        {
          id: 'profile.id',
          email: 'identifiers.email',
          emails: 'identifiers.email[]',
          all: 'identifiers',
          audience: 'segment.key',
          at: 'change.changedAt',
          version: 'change.version',
          origin: '=kohort',
          'traits.plan': 'traits.plan',
          'traits.age': 'traits.age',
        },
        delta,
        scope,
      ),
    ).toEqual({
      id: delta.profileId,
      email: 'a@example.org',
      emails: ['a@example.org', 'b@example.org'],
      all: delta.identifiers,
      audience: 'vip',
      at: '2026-01-02T03:04:05.000Z',
      version: 7,
      origin: 'kohort',
      traits: { plan: 'pro', age: 41 },
    });
  });

  it('leaves out what has no value and keeps null, which is a value', () => {
    expect(applyMapping({ phone: 'identifiers.phone', a: 'traits.absent', b: 'traits.none' }, delta, scope)).toEqual({
      b: null,
    });
  });

  it('sends only mapped traits', () => {
    expect(traitKeysOf({ 'traits.x': 'traits.plan', id: 'profile.id', y: 'traits.age', z: 'traits.plan' })).toEqual([
      'age',
      'plan',
    ]);
  });
});

describe('faultOfMapping', () => {
  it('accepts known fields and sources', () => {
    expect(
      faultOfMapping({ email: 'identifiers.email', 'traits.plan': 'traits.plan' }, ['email', 'traits']),
    ).toBeNull();
  });

  it.each([
    [{ phone: 'identifiers.phone' }, 'no field "phone"'],
    [{ email: 'profile.email' }, 'no source'],
    [{ email: 'identifiers.__proto__.x' }, 'no source'],
    [{ 'traits.__proto__': 'traits.plan' }, 'no field name'],
    [{ 'traits.a.b': 'traits.plan' }, 'no field name'],
  ])('refuses %j', (mapping, reason) => {
    expect(faultOfMapping(mapping as Record<string, string>, ['email', 'traits'])).toContain(reason);
  });
});
