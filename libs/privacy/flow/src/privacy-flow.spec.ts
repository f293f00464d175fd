import { manualClock } from '@kohort/kernel-clock-random';
import {
  profileIdSchema,
  workspaceIdSchema,
  type ConsentStatement,
  type PrivacyStore,
  type PurposeRecord,
  type SuppressionRequest,
} from '@kohort/kernel-contracts';
import { SuppressionKeys } from '@kohort/privacy-domain';
import { consentOf, definePurpose, recordConsent, setPurpose } from './consent.flow';
import type { PrivacyPorts } from './privacy-ports';
import { areSuppressed, suppressPeople } from './suppression.flow';

const workspaceId = workspaceIdSchema.parse('00000000-0000-4000-8000-000000000001');
const profileId = profileIdSchema.parse('00000000-0000-4000-8000-000000000002');

/** A store that remembers what it was asked. */
function ports(own: readonly PurposeRecord[] = []) {
  const statements: ConsentStatement[] = [];
  const requests: SuppressionRequest[] = [];
  const purposes = [...own];
  const store: PrivacyStore = {
    vocabulary: () => Promise.resolve(purposes),
    definePurpose: (_workspace, purpose) => Promise.resolve(void purposes.push(purpose)),
    setPurpose: (_workspace, { key }) => Promise.resolve(key === 'vip'),
    record: (_workspace, said) => {
      statements.push(...said);
      return Promise.resolve({ recorded: said.length, batchId: null });
    },
    history: () => Promise.resolve(statements.map((one) => ({ ...one, recordedAt: 0 }))),
    suppress: (_workspace, request) => {
      requests.push(request);
      return Promise.resolve({ added: request.identifiers.length, people: 1, memberships: 2 });
    },
    unsuppress: () => Promise.resolve({ removed: 0 }),
    areSuppressed: (_workspace, digests) => Promise.resolve(digests.map((of) => of.length > 0)),
  };
  const keys = new SuppressionKeys([Buffer.alloc(32, 1)]);
  const given: PrivacyPorts = { store, keys, clock: manualClock(5_000) };
  return { given, statements, requests };
}
const ann = { type: 'email' as const, value: ' Ann@Example.org ' };

describe('recording consent', () => {
  it('is the own act of now, of an address as identity writes it; never of a time to come', async () => {
    const { given, statements } = ports();
    const entry = { subject: ann, purpose: 'email', state: 'granted' as const };
    await recordConsent(given, workspaceId, [entry, { ...entry, at: 9_000 }, { ...entry, at: 10, proof: 'form 7' }]);
    const base = {
      subject: { type: 'email', value: 'ann@example.org' },
      kind: 'explicit',
      basis: 'consent',
      source: 'api',
    };
    expect(statements).toMatchObject([
      { ...base, at: 5_000, proof: '' },
      { ...base, at: 5_000 },
      { ...base, at: 10, proof: 'form 7' },
    ]);
    expect((await consentOf(given, workspaceId, profileId)).purposes).toEqual([
      { purpose: 'email', given: true, state: 'granted', since: 5_000 },
    ]);
  });

  it('is refused as a whole when one purpose is not there', async () => {
    const { given, statements } = ports();
    const entry = { subject: ann, purpose: 'email', state: 'withdrawn' as const };
    const recorded = recordConsent(given, workspaceId, [entry, { ...entry, purpose: 'weather' }]);
    await expect(recorded).rejects.toMatchObject({ code: 'PRIVACY_PURPOSE_UNKNOWN' });
    expect(statements).toEqual([]);
  });
});

describe('purposes', () => {
  it('are defined once, with their categories as slugs, and then named', async () => {
    const { given } = ports();
    const weather = { key: 'weather', name: 'Weather', categories: ['Weather!', 'weather'], saleOrSharing: false };
    const target = { kind: 'segment' as const, key: 'vip' };
    await expect(setPurpose(given, workspaceId, { target, purpose: 'weather' })).rejects.toMatchObject({
      code: 'PRIVACY_PURPOSE_UNKNOWN',
    });
    expect((await definePurpose(given, workspaceId, weather)).categories).toEqual(['weather']);
    await setPurpose(given, workspaceId, { target, purpose: 'weather' });
    const nowhere = setPurpose(given, workspaceId, { target: { ...target, key: 'none' }, purpose: null });
    await expect(nowhere).rejects.toMatchObject({ code: 'PRIVACY_TARGET_MISSING' });
    await expect(definePurpose(given, workspaceId, { ...weather, key: 'Not A Key' })).rejects.toMatchObject({
      code: 'PRIVACY_PURPOSE_INVALID',
    });
  });
});

describe('suppressing', () => {
  it('goes 200 people a transaction and looks for known ones by every form', async () => {
    const { given, requests } = ports();
    const identifiers = Array.from({ length: 450 }, (_, i) => ({ type: 'email', value: `P+x${i}@Example.org` }));
    const done = await suppressPeople(given, workspaceId, { identifiers, reason: 'objection' });
    expect(done).toEqual({ added: 450, people: 3, memberships: 6 });
    expect(requests.map((request) => request.identifiers.length)).toEqual([200, 200, 50]);
    expect(requests[0]?.lookup).toEqual({ ids: [], emails: ['p@example.org'], phones: [] });
    expect(requests[0]?.digestsOf({ type: 'email', value: 'p@example.org' })).toHaveLength(1);
  });

  it('looks for telephone numbers as people write them', async () => {
    const { given, requests } = ports();
    const identifiers = [{ type: 'phone', value: '+49 30 1234567' }];
    await suppressPeople(given, workspaceId, { identifiers, reason: 'objection' });
    expect(requests[0]?.lookup.phones).toEqual(['49301234567', '0049301234567', '0301234567', '490301234567']);
  });

  it('suppresses nobody when one of the list names nobody', async () => {
    const { given, requests } = ports();
    const identifiers = [
      { type: 'user_id', value: 'u1' },
      { type: 'user_id', value: 'anonymous' },
    ];
    const refused = suppressPeople(given, workspaceId, { identifiers, reason: 'r' });
    await expect(refused).rejects.toMatchObject({ code: 'PRIVACY_IDENTIFIER_USELESS', details: { index: 1 } });
    expect(requests).toEqual([]);
    expect(await areSuppressed(given, workspaceId, identifiers)).toEqual([true, false]);
  });
});
