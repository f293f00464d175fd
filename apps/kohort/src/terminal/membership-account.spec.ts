import { membershipText, type RemoteExplanation } from './membership-account';

const node = (id: string, result: boolean, more: object = {}): object => ({
  ...{ id, result, values: [], eventIds: [], count: null, window: null },
  ...more,
});

const standing = {
  member: true,
  enteredAt: '2026-11-22T15:54:35.785Z',
  exitedAt: null,
  cause: 'EVENT',
  segmentVersion: 2,
};

describe('membershipText', () => {
  const conditions = [
    { id: 'where', text: 'plan = "pro"\n  and did "Order Completed" at least 3 times' },
    { id: 'where.all.0', text: 'plan = "pro"' },
    { id: 'where.all.1', text: 'did "Order Completed" at least 3 times' },
    { id: 'where.all.2', text: 'cluster "value" in ("loyal")' },
  ];
  const found: RemoteExplanation = {
    membership: standing,
    memberNow: true,
    evaluatedAt: null,
    conditions,
    nextChangeAt: null,
    proof: {
      nodes: [
        node('where', true),
        node('where.all.0', true, { values: [{ path: 'plan', op: 'eq', value: 'pro', actual: 'pro' }] }),
        node('where.all.1', true, {
          ...{ values: [{ op: 'gte', n: 3 }], count: 1_200 },
          window: { from: '2026-08-24T00:00:00.000Z', to: '2026-11-22T00:00:00.000Z', bounds: '(]' },
        }),
        node('where.all.2', true, { values: [{ actual: { cluster: 'loyal', confidence: 0.522982 } }] }),
      ],
      flip: { kind: 'time', text: 'nothing new until 2026-12-01', by: null, nodes: [] },
    },
  };

  it('says since when, by which conditions and what they found, and what would change it', () => {
    expect(membershipText('ada', 'loyal', found).split('\n')).toEqual([
      'ada is in loyal since 2026-11-22T15:54:35.785Z (cause: event, version 2)',
      '  ✓ all of these',
      '    ✓ plan = "pro"  — is "pro"',
      '    ✓ did "Order Completed" at least 3 times  — 1,200 events, at least 3 needed, from 2026-08-24 00:00 to 2026-11-22 00:00',
      '    ✓ cluster "value" in ("loyal")  — is "loyal" with confidence 0.523',
      '  changes with: nothing new until 2026-12-01',
    ]);
  });

  it('says who is out, who left, what is under way, and where no rule decides', () => {
    const never = { ...standing, member: false, enteredAt: null, cause: null, segmentVersion: null };
    const out = membershipText('bob', 'loyal', { ...found, membership: never, memberNow: false, proof: null });
    expect(out.split('\n')).toEqual([
      'bob is not in loyal, and never was',
      '  no rule decides: it is a list, or it does not serve',
    ]);
    const unread = membershipText('bob', 'loyal', {
      ...found,
      membership: never,
      memberNow: false,
      proof: { nodes: 1 },
    });
    expect(unread).toContain('the proof cannot be read by this version of kohort');
    const left = { ...never, exitedAt: '2026-11-20T00:00:00Z', cause: 'TIME', segmentVersion: 1 };
    const flip = { kind: 'record', text: 'one more "Order Completed"', by: null, nodes: [] };
    const proof = { nodes: [node('where', false, { values: [{ segment: 'vip', member: false, is: true }] })], flip };
    const told = membershipText('bob', 'loyal', { ...found, membership: left, memberNow: true, proof, conditions: [] });
    expect(told.split('\n')).toEqual([
      'bob is not in loyal any more since 2026-11-20T00:00:00Z (cause: time, version 1); by what is known now they belong in it: a change is under way',
      '  ✗ where  — is not in it',
      '  would change with: one more "Order Completed"',
    ]);
  });
});
