import { payloadOf, reasonOf } from './results';
import { warningsOf } from './rule-advice';

const refused = { __typename: 'InvalidInput', code: 'X' };

describe('reasonOf', () => {
  it('says the message and each place once', () => {
    const place = 'line 1, column 2';
    expect(
      reasonOf({ ...refused, message: `${place}: wrong`, issues: [{ path: place, message: `${place}: wrong` }] }),
    ).toBe(`${place}: wrong`);
    expect(reasonOf({ ...refused, message: 'k', issues: [{ path: 'k', message: 'must be 2' }] })).toBe(
      'k; k: must be 2',
    );
    expect(
      reasonOf({
        ...refused,
        message: 'no',
        issues: [
          { path: '', message: 'a' },
          { path: 'b', message: 'c' },
        ],
      }),
    ).toBe('no; a; b: c');
    const [node, key] = [
      { path: 'where', message: 'node where: "5" is no list' },
      { path: 'key', message: 'must be short' },
    ];
    expect(reasonOf({ ...refused, message: node.message, issues: [node] })).toBe(node.message);
    const both = `${node.message}; key: must be short`;
    expect(reasonOf({ ...refused, message: both, issues: [node, key] })).toBe(both);
    expect(reasonOf({ ...refused, message: 'gone' })).toBe('gone');
    expect(reasonOf({ __typename: 'NotFound' })).toBe('NotFound');
    expect(() => payloadOf({ ...refused, message: 'gone' }, 'Job')).toThrow('gone');
  });
});

describe('payloadOf', () => {
  it.each([
    ['NotFound', 'not-found'],
    ['Conflict', 'conflict'],
    ['InvalidInput', 'invalid-input'],
    ['NeedsAttention', null],
  ])("keeps the server's code, and what %s means", (__typename, remoteKind) => {
    const details = { remoteCode: 'X_GONE', remoteKind };
    expect(() => payloadOf({ __typename, code: 'X_GONE', message: 'gone' }, 'Job')).toThrow(
      expect.objectContaining({ code: 'CLIENT_REFUSED', details: expect.objectContaining(details) }),
    );
  });
});

describe('warningsOf', () => {
  it('says so when a rule could not be looked at', () => {
    const warning = { kind: 'event', name: 'A', message: 'm' };
    expect(warningsOf({ __typename: 'RuleAdvice', warnings: [warning] })).toEqual([warning]);
    expect(warningsOf({ ...refused, message: 'no column store' })).toEqual([
      { kind: 'none', name: '', message: 'the rule could not be held against what is stored: no column store' },
    ]);
  });
});
