import fc from 'fast-check';
import { isAppError } from '@kohort/kernel-errors';
import {
  compileRules,
  compileToSql,
  evaluateRule,
  evaluateRuleFile,
  makeHistory,
  parseMessageLine,
  parseRule,
} from '../src';
import { now, person, zone } from './history-arbitraries';
import { toInit } from './raw-person';
import { patternLeaf, ruleOf, setLeaf } from './rule-arbitraries';

/** Whatever comes in is answered or refused by name: nothing crashes, nothing hangs. */

const RUNS = Number(process.env['KOHORT_FUZZ'] ?? 1000);
jest.setTimeout(600_000);

/** The refusal's code, or null when nothing was refused; anything that is no refusal fails the test. */
function refusalOf(work: () => unknown): string | null {
  try {
    work();
    return null;
  } catch (thrown) {
    if (isAppError(thrown) && thrown.kind === 'invalid-input') return thrown.code;
    throw thrown;
  }
}

const junk = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  fc.constantFrom<unknown>(
    '',
    '__proto__',
    'constructor',
    -1,
    1e308,
    1e-320,
    [],
    {},
    null,
    { n: -1, unit: 'day' },
    { n: 5e5, unit: 'year', calendar: true },
  ),
  fc.constantFrom<unknown>(
    '9999-12-31T23:59:59Z',
    '0000-01-01T00:00:00Z',
    '2026-02-30',
    '(a+)+$',
    '\\C',
    '>=1 ||',
    '::/129',
    'a[0',
    'a..b',
  ),
);

/** A rule with one of its parts, however deep, replaced, dropped or renamed. */
function damaged(rule: unknown, path: readonly number[], change: { kind: number; value: unknown }): unknown {
  if (rule === null || typeof rule !== 'object' || path.length === 0) return change.value;
  const [head = 0, ...rest] = path;
  const entries = Object.entries(rule);
  const at = entries.length === 0 ? -1 : head % entries.length;
  const made = entries.flatMap(([key, value], i): [string, unknown][] => {
    if (i !== at) return [[key, value]];
    if (rest.length > 0) return [[key, damaged(value, rest, change)]];
    if (change.kind === 0) return [];
    return change.kind === 1 ? [[`${key}x`, value]] : [[key, change.value]];
  });
  return Array.isArray(rule) ? made.map(([, value]) => value) : Object.fromEntries(made);
}

const caseOf = fc.tuple(now, zone).chain(([at, inZone]) => {
  const context = { now: at, zone: inZone };
  return fc.record({
    rule: ruleOf(context, fc.oneof(setLeaf(context), patternLeaf(context))),
    person: person(at, inZone),
    now: fc.constant(at),
    path: fc.array(fc.nat(20), { minLength: 1, maxLength: 9 }),
    change: fc.record({ kind: fc.nat(4), value: junk }),
  });
});

describe('hostile input', () => {
  it(`is refused by name or evaluated: ${RUNS} damaged rules`, () => {
    const codes = new Set<string | null>();
    fc.assert(
      fc.property(caseOf, (one) => {
        const code = refusalOf(() => {
          const rule = parseRule(damaged(one.rule, one.path, one.change));
          const compiled = compileRules([{ rule }], { otherSegments: 'membership' });
          evaluateRule(compiled, makeHistory(toInit(one.person)), one.now);
        });
        codes.add(code);
        refusalOf(() =>
          compileToSql(parseRule(damaged(one.rule, one.path, one.change)), { workspaceId: 'w', nowMs: one.now }),
        );
      }),
      { numRuns: RUNS, seed: 7 },
    );
    expect(codes.has(null)).toBe(true);
    expect(codes.size).toBeGreaterThan(5);
  });

  it('never becomes part of a statement', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), (text) => {
        const rule = {
          version: 1,
          entity: 'profile',
          where: { event: { name: `needle ${text}`, where: [{ path: 'p', op: 'eq', value: `needle ${text}` }] } },
        };
        expect(compileToSql(parseRule(rule), { workspaceId: 'w', nowMs: 0 }).sql).not.toContain('needle');
      }),
      { numRuns: 200, seed: 8 },
    );
  });

  it('is refused line by line in files', async () => {
    const where = {
      all: [{ trait: { path: 'a.b', op: 'exists' } }, { event: { where: [{ path: 'x[0]', op: 'gt', value: 1 }] } }],
    };
    const field = fc.oneof(junk, fc.constantFrom('track', 'identify', 'alias', 'u1', '2026-05-14T10:00:00Z'));
    const keys = [
      'type',
      'userId',
      'anonymousId',
      'previousId',
      'event',
      'properties',
      'traits',
      'timestamp',
      'messageId',
      'sentAt',
      'receivedAt',
      'name',
    ];
    const message = fc.dictionary(fc.constantFrom(...keys), field);
    const usual = { type: 'track', userId: 'u1', event: 'X', timestamp: '2026-05-14T10:00:00Z' };
    await fc.assert(
      fc.asyncProperty(fc.array(message, { maxLength: 3 }), async (list) => {
        const events = list.map((extra, i) => ({ line: i + 1, message: { ...usual, ...extra } }));
        const rule = { version: 1, entity: 'profile', where };
        const answer = evaluateRuleFile({ events, rule, now: '2026-05-14T10:00:00Z' });
        await answer.catch((thrown: unknown) =>
          expect(isAppError(thrown) && thrown.code).toBe('SEGMENTS_MESSAGE_INVALID'),
        );
      }),
      { numRuns: 1000, seed: 9 },
    );
    expect(refusalOf(() => parseMessageLine('{"type":', 3))).toBe('SEGMENTS_MESSAGE_INVALID');
    expect(parseMessageLine('  ', 3)).toBeNull();
  });
});
