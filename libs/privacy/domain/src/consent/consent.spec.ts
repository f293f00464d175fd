import fc from 'fast-check';
import type { ConsentStatement, JsonObject, NormalisedMessage } from '@kohort/kernel-contracts';
import { vocabularyOf } from '../message-screen';
import { consentsOfMessage, mentionsConsent } from './consents-of-message';
import { consentInstants, consentViews, isConsentGiven } from './decide-consent';
import { DEFAULT_PURPOSES, categorySlug, purposesOfCategory } from './purposes';

const message = (context: JsonObject, extra: Partial<NormalisedMessage> = {}): NormalisedMessage => ({
  type: 'track',
  name: 'Order Completed',
  messageId: 'm',
  userId: 'u1',
  anonymousId: null,
  previousId: null,
  groupId: null,
  ts: 1_000,
  originalTs: null,
  sentAt: null,
  receivedAt: 2_000,
  properties: {},
  traits: {},
  context,
  flags: [],
  rowWeight: 1,
  ...extra,
});
const said = (context: JsonObject, extra: Partial<NormalisedMessage> = {}): string[] =>
  consentsOfMessage(message(context, extra), DEFAULT_PURPOSES).map(
    ({ subject, purpose, state, kind, at }) => `${subject.type}:${subject.value} ${purpose} ${state} ${kind} ${at}`,
  );

describe('what a message says about consent', () => {
  it('reads category preferences of every id that it came with', () => {
    const context = { consent: { categoryPreferences: { Advertising: true, C0002: false, Analytics: 'yes' } } };
    expect(said(context, { anonymousId: 'a1' })).toEqual([
      'user_id:u1 advertising granted stated 1000',
      'user_id:u1 analytics denied stated 1000',
      'anonymous_id:a1 advertising granted stated 1000',
      'anonymous_id:a1 analytics denied stated 1000',
    ]);
  });

  it('knows a choice from a stamp', () => {
    const context = { consent: { categoryPreferences: { email: true } } };
    expect(said(context, { name: 'Segment Consent Preference Updated' })).toEqual([
      'user_id:u1 email granted explicit 1000',
    ]);
  });

  it.each([[{ gpc: true }], [{ globalPrivacyControl: true }], [{ secGpc: true }], [{ gpc: '1' }], [{ gpc: 1 }]])(
    'takes %j as a refusal of sale and sharing',
    (context) => {
      expect(said(context)).toEqual(['user_id:u1 advertising denied gpc 1000']);
    },
  );

  it.each([[{}], [{ gpc: false }], [{ consent: {} }], [{ consent: { categoryPreferences: ['x'] } }], [{ consent: 7 }]])(
    'hears nothing in %j',
    (context) => {
      expect(said(context)).toEqual([]);
    },
  );

  it('never lets a clock that runs ahead outlive a refusal', () => {
    const context = { consent: { categoryPreferences: { sms: true } } };
    expect(said(context, { ts: 9_000 })).toEqual(['user_id:u1 sms granted stated 2000']);
  });

  it('passes over ids that name nobody and keeps the refusal for the other', () => {
    expect(said({ gpc: true }, { userId: 'null', anonymousId: 'a1' })).toEqual([
      'anonymous_id:a1 advertising denied gpc 1000',
    ]);
  });

  it('is a look at the context alone', () => {
    expect(mentionsConsent(message({ page: {} }))).toBe(false);
    expect(mentionsConsent(message({ secGpc: false }))).toBe(true);
  });
});

describe('purposes', () => {
  it('compares categories as slugs and keeps those it does not know', () => {
    expect(categorySlug('  Social Media (US)! ')).toBe('social_media_us');
    expect(purposesOfCategory('Targeting', DEFAULT_PURPOSES)).toEqual(['advertising']);
    expect(purposesOfCategory('Weather reports', DEFAULT_PURPOSES)).toEqual(['weather_reports']);
    expect(purposesOfCategory('9', DEFAULT_PURPOSES)).toEqual([]);
    expect(purposesOfCategory('', DEFAULT_PURPOSES)).toEqual([]);
  });

  it('lets a workspace take a default one over', () => {
    const own = [{ key: 'email', name: 'Mail', categories: ['post'], saleOrSharing: true }];
    const vocabulary = vocabularyOf(own);
    expect(vocabulary.map(({ key }) => key)).toEqual([
      'advertising',
      'analytics',
      'email',
      'personalization',
      'push',
      'sms',
    ]);
    const purposes = consentsOfMessage(message({ gpc: true }), vocabulary).map(({ purpose }) => purpose);
    expect(purposes).toEqual(['advertising', 'email']);
  });
});

type Said = Pick<ConsentStatement, 'state' | 'kind' | 'at'>;
const given = (...statements: readonly Said[]): boolean => isConsentGiven(consentInstants(statements));
const grant = (at: number, kind: Said['kind'] = 'stated'): Said => ({ state: 'granted', kind, at });
const refuse = (at: number, state: Said['state'] = 'denied'): Said => ({ state, kind: 'stated', at });
const gpc = (at: number): Said => ({ state: 'denied', kind: 'gpc', at });

describe('whether consent is given', () => {
  it('unknown means no', () => expect(given()).toBe(false));
  it('the latest counts', () => {
    expect(given(grant(1), refuse(2))).toBe(false);
    expect(given(refuse(1), grant(2))).toBe(true);
    expect(given(grant(1), refuse(2, 'withdrawn'), grant(3))).toBe(true);
  });
  it('refusal wins a tie', () => expect(given(grant(5), refuse(5))).toBe(false));
  it('what is stamped does not lift Global Privacy Control; the own act after it does', () => {
    expect(given(grant(1), gpc(2), grant(3))).toBe(false);
    expect(given(gpc(2), grant(3, 'explicit'))).toBe(true);
    expect(given(gpc(2), grant(2, 'explicit'))).toBe(false);
    expect(given(grant(1, 'explicit'), gpc(2), grant(3))).toBe(false);
    expect(given(gpc(2), grant(3, 'explicit'), gpc(4))).toBe(false);
    expect(given(gpc(2), grant(3, 'explicit'), refuse(4), grant(5))).toBe(true);
  });

  it('is a function of the set: order, repetition and the way it is cut between identifiers do not matter', () => {
    const statement = fc.record({
      state: fc.constantFrom('granted', 'denied', 'withdrawn') as fc.Arbitrary<Said['state']>,
      kind: fc.constantFrom('stated', 'explicit', 'gpc') as fc.Arbitrary<Said['kind']>,
      at: fc.integer({ min: 0, max: 12 }),
    });
    /** Read off the rule's sentences instead of its maxima. */
    const naive = (all: readonly Said[]): boolean => {
      const newest = Math.max(...all.map(({ at }) => at));
      const says = all.filter(({ at }) => at === newest);
      if (all.length === 0 || says.some(({ state }) => state !== 'granted')) return false;
      const controls = all.filter(({ kind, state }) => kind === 'gpc' && state !== 'granted');
      return controls.every(({ at }) =>
        all.some((one) => one.kind === 'explicit' && one.state === 'granted' && one.at > at),
      );
    };
    fc.assert(
      fc.property(fc.array(statement, { maxLength: 12 }), fc.infiniteStream(fc.boolean()), (all, coin) => {
        const shuffled = [...all, ...all].sort(() => (coin.next().value === true ? 1 : -1));
        expect(given(...shuffled)).toBe(given(...all));
        expect(given(...all)).toBe(naive(all));
      }),
      { seed: 15, numRuns: 3_000 },
    );
  });

  it('shows state and instant of the statement that decides', () => {
    const record = (purpose: string, one: Said) => ({
      ...one,
      purpose,
      subject: { type: 'user_id' as const, value: 'u' },
      basis: 'consent',
      source: 'api',
      proof: '',
      recordedAt: 0,
    });
    expect(
      consentViews([
        record('sms', grant(1)),
        record('sms', refuse(4, 'withdrawn')),
        record('advertising', gpc(3)),
        record('advertising', grant(9)),
        record('email', grant(7)),
      ]),
    ).toEqual([
      { purpose: 'advertising', given: false, state: 'denied', since: 3 },
      { purpose: 'email', given: true, state: 'granted', since: 7 },
      { purpose: 'sms', given: false, state: 'withdrawn', since: 4 },
    ]);
  });
});
