import { eventOf } from '../../test/memory-identity';
import { isBlockedIdentifier } from './blocked-values';
import { CompiledRules } from './compile-rules';
import { identifiersOfEvent } from './event-identifiers';
import { DEFAULT_RULES, RECOMMENDED_RULES, parseIdentityRules } from './identity-rules';
import { maskIdentifier } from './mask-identifier';

const found = (rules: unknown, draft: Parameters<typeof eventOf>[0]) =>
  identifiersOfEvent(eventOf(draft), new CompiledRules(parseIdentityRules(rules))).map(
    ({ type, value }) => `${type}=${value}`,
  );

describe('identity rules', () => {
  it('are read as written, with what they leave out', () => {
    expect(DEFAULT_RULES.identifiers.map(({ type, limit }) => [type, limit])).toEqual([
      ['user_id', null],
      ['anonymous_id', null],
    ]);
    expect(RECOMMENDED_RULES.identifiers[0]).toMatchObject({ limit: { count: 1, period: 'ever' }, unique: true });
    expect(parseIdentityRules({ identifiers: [{ type: 'email' }] }).identifiers[0]?.caseSensitive).toBe(false);
    expect(parseIdentityRules(JSON.parse(JSON.stringify(RECOMMENDED_RULES)))).toEqual(RECOMMENDED_RULES);
  });

  it.each([
    [{}, 'identifiers'],
    [{ identifiers: [] }, 'identifiers'],
    [{ identifiers: [{ type: 'previous_id' }] }, 'identifiers.0.type'],
    [{ identifiers: [{ type: 'a' }, { type: 'a' }] }, 'twice'],
    [{ identifiers: [{ type: 'a', blockedPatterns: ['('] }] }, 'identifiers.0.blockedPatterns.0'],
    [{ identifiers: [{ type: 'a', limit: { count: 0, period: 'ever' } }] }, 'identifiers.0.limit.count'],
    [{ identifiers: [{ type: 'a' }], risk: { action: 'explode' } }, 'risk.action'],
    ['no', 'rules'],
  ])('that are wrong say where: %j', (rules, where) => {
    expect(() => parseIdentityRules(rules)).toThrow(where);
  });

  it('read identifiers from where the spec puts them, in order of priority, normalised', () => {
    const rules = {
      identifiers: ['user_id', 'email', 'phone', 'crm', 'ios.id', 'android.idfa', 'anonymous_id'].map((type) => ({
        type,
      })),
    };
    const context = {
      device: { id: 'dev', advertisingId: 'adv', type: 'ios' },
      traits: { phone: '0049 (30) 1234-5678' },
      externalIds: [
        { type: 'crm', id: 'C7', collection: 'users' },
        { type: 'crm', id: 'C8', collection: 'accounts' },
        3,
      ],
    };
    expect(
      found(rules, {
        n: 1,
        type: 'identify',
        userId: 'U',
        anonymousId: 'A',
        traits: { email: ' Ann@X.org ' },
        context,
      }),
    ).toEqual(['user_id=U', 'email=ann@x.org', 'phone=+493012345678', 'crm=C7', 'ios.id=dev', 'anonymous_id=A']);
    expect(
      found(rules, { n: 1, userId: 'U', traits: { phone: '030 1234567', email: 'no address' }, context: {} }),
    ).toEqual(['user_id=U']);
    expect(found({ identifiers: [{ type: 'email' }] }, { n: 1, userId: 'U', traits: { email: 'Ａnn@x.org' } })).toEqual(
      ['email=ann@x.org'],
    );
    expect(found(rules, { n: 1, type: 'group', userId: 'U', anonymousId: 'A', traits: { email: 'a@x.org' } })).toEqual([
      'user_id=U',
    ]);
  });

  it('pass over blocked values: exact, by pattern, by type, and everybody’s placeholders', () => {
    const rules = {
      identifiers: [
        { type: 'user_id', blockedValues: ['Shop'], blockedPatterns: ['qa-[0-9]+'], caseSensitive: false },
        { type: 'email', blockedValues: ['Family@X.org'] },
        { type: 'anonymous_id', unique: false },
      ],
    };
    const user = (userId: string) => found(rules, { n: 1, userId, anonymousId: 'A' });
    expect([user('SHOP'), user('qa-12'), user('xqa-12'), user('undefined')]).toEqual([[], [], ['user_id=xqa-12'], []]);
    const mail = (email: string) => found(rules, { n: 1, userId: 'u', traits: { email } }).slice(1);
    expect([
      mail('FAMILY@x.org'),
      mail('info@x.org'),
      mail('NoReply+1@x.org'),
      mail('test@x.org'),
      mail('ann@x.org'),
    ]).toEqual([[], [], [], [], ['email=ann@x.org']]);
    expect(found({ ...rules, blockDefaults: false }, { n: 1, userId: 'null' })).toEqual(['user_id=null']);
    expect(['1111111', '0000', '11', '12345678', '(null)'].map((value) => isBlockedIdentifier(value))).toEqual([
      true,
      true,
      false,
      false,
      true,
    ]);
  });

  it('show values masked', () => {
    const mask = (type: string, value: string) => maskIdentifier({ type, value });
    expect([
      mask('email', 'ann@x.org'),
      mask('user_id', 'customer-0042'),
      mask('user_id', 'u12345'),
      mask('user_id', 'u1'),
    ]).toEqual(['a…@x.org', 'cu…42', 'u…5', '…']);
  });
});
