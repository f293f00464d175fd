import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { fingerprint, memberKey, requestKey } from './keys';

const parts = { destinationId: 'd', segmentId: 's', profileId: 'p', changeVersion: 3 };

describe('memberKey', () => {
  it('is SHA-256 of destination, segment, profile and version', () => {
    expect(memberKey(parts)).toBe(createHash('sha256').update('d\ns\np\n3').digest('hex'));
  });

  it('differs when any part differs', () => {
    const keys = [
      memberKey(parts),
      memberKey({ ...parts, destinationId: 'e' }),
      memberKey({ ...parts, segmentId: 't' }),
      memberKey({ ...parts, profileId: 'q' }),
      memberKey({ ...parts, changeVersion: 4 }),
    ];
    expect(new Set(keys).size).toBe(5);
  });
});

describe('requestKey', () => {
  it('does not depend on the order of the members', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.string(), { minLength: 1, maxLength: 20 }), (keys) => {
        expect(requestKey([...keys].reverse())).toBe(requestKey(keys));
      }),
      { seed: 11, numRuns: 100 },
    );
  });

  it('differs when a member is left out', () => {
    expect(requestKey(['a', 'b'])).not.toBe(requestKey(['a']));
  });
});

describe('fingerprint', () => {
  it('does not depend on the order of keys, but on the order of lists', () => {
    expect(fingerprint({ a: 1, b: [1, 2] })).toBe(fingerprint({ b: [1, 2], a: 1 }));
    expect(fingerprint({ b: [2, 1] })).not.toBe(fingerprint({ b: [1, 2] }));
  });

  it('leaves out what is undefined', () => {
    expect(fingerprint({ a: 1, b: undefined })).toBe(fingerprint({ a: 1 }));
  });
});
