import fc from 'fast-check';
import { seededRandom, shuffle } from '@kohort/kernel-clock-random';
import type { IdentityRules, KnownGraph, UnassignedEvent } from '@kohort/kernel-contracts';
import { MemoryIdentity, eventIdOf, eventOf, type Draft } from '../../test/memory-identity';
import { isBlockedIdentifier } from '../rules/blocked-values';
import { compareCodePoints } from '../compare-code-points';
import { CompiledRules } from '../rules/compile-rules';
import { DEFAULT_RULES, parseIdentityRules } from '../rules/identity-rules';
import { resolveBatch } from './resolve-batch';

const nobody = { identifiers: [], profiles: [] };
function planOf(events: readonly UnassignedEvent[], known: KnownGraph = nobody, rules: IdentityRules = DEFAULT_RULES) {
  const plan = resolveBatch(events, known, new CompiledRules(rules));
  if (!plan) throw new TypeError('nothing stands against these links');
  return plan;
}
const resolve = (...drafts: Draft[]) => planOf(drafts.map(eventOf));

function people(batches: readonly (readonly UnassignedEvent[])[]): Map<string, string> {
  const store = new MemoryIdentity();
  for (const batch of batches) store.apply(batch);
  return new Map([...store.people()].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Connected components by brute force: events that share an identifier (alias: by value on either side) are one person. */
function oracle(events: readonly UnassignedEvent[]): Map<string, string> {
  const usable = (value: string | null): value is string => value !== null && !isBlockedIdentifier(value);
  const groups: { keys: Set<string>; events: UnassignedEvent[] }[] = [];
  for (const event of events) {
    const keys = new Set<string>();
    if (usable(event.userId)) keys.add(`u:${event.userId}`);
    if (usable(event.anonymousId) && (event.type !== 'group' || keys.size === 0)) keys.add(`a:${event.anonymousId}`);
    if (keys.size === 0) continue;
    if (event.type === 'alias' && usable(event.previousId)) keys.add(`p:${event.previousId}`);
    groups.push({ keys, events: [event] });
  }
  const meets = (a: Set<string>, b: Set<string>): boolean =>
    [...a].some((key) => {
      const value = key.slice(2);
      if (b.has(key)) return true;
      return key.startsWith('p:') ? b.has(`u:${value}`) || b.has(`a:${value}`) : b.has(`p:${value}`);
    });
  for (let merged = true; merged;) {
    merged = false;
    for (let i = 0; i < groups.length && !merged; i += 1) {
      for (let j = i + 1; j < groups.length && !merged; j += 1) {
        const [a, b] = [groups[i], groups[j]];
        if (!a || !b || !meets(a.keys, b.keys)) continue;
        b.keys.forEach((key) => a.keys.add(key));
        a.events.push(...b.events);
        groups.splice(j, 1);
        merged = true;
      }
    }
  }
  const named = groups.flatMap(({ keys, events: own }) => {
    const of = (prefix: string) =>
      [...keys]
        .filter((key) => key.startsWith(prefix))
        .map((key) => key.slice(2))
        .sort(compareCodePoints);
    const name = of('u:')[0] ?? of('a:')[0] ?? '?';
    return own.map((event): [string, string] => [event.eventId, name]);
  });
  return new Map(named.sort(([a], [b]) => (a < b ? -1 : 1)));
}

const id = (prefix: string) =>
  fc.option(
    fc.integer({ min: 0, max: 9 }).map((n) => `${prefix}${n}`),
    { nil: null },
  );
const messages = fc
  .array(
    fc.oneof(
      fc.record({ userId: id('u'), anonymousId: id('a') }),
      fc.record({ type: fc.constant('group' as const), userId: id('u'), anonymousId: id('a') }),
      fc.record({
        type: fc.constant('alias' as const),
        userId: id('u'),
        anonymousId: id('a'),
        previousId: fc.oneof(id('u'), id('a'), id('x')),
      }),
      fc.record({ userId: fc.constantFrom('null', 'x1', 'x2'), anonymousId: id('x') }),
    ),
    { minLength: 1, maxLength: 24 },
  )
  .map((drafts) => drafts.map((draft, n) => eventOf({ n, ...draft })));

describe('resolveBatch', () => {
  it('makes one person of a user id and its anonymous ids', () => {
    const plan = resolve(
      { n: 1, anonymousId: 'a1' },
      { n: 2, anonymousId: 'a1', userId: 'u1' },
      { n: 3, userId: 'u1', anonymousId: 'a2' },
    );
    expect(plan.profiles).toEqual([{ id: null, canonicalId: 'u1', firstSeenAt: 1000, lastSeenAt: 3000 }]);
    expect(plan.identifiers.map(({ type, value }) => [type, value])).toEqual([
      ['anonymous_id', 'a1'],
      ['user_id', 'u1'],
      ['anonymous_id', 'a2'],
    ]);
    expect(plan.assignments).toHaveLength(3);
    expect(plan.merges).toEqual([]);
  });

  it('names a person by code points, user ids before anonymous ids', () => {
    expect(
      resolve({ n: 1, userId: '\u{1f600}', anonymousId: 'a' }, { n: 2, userId: '\uffee', anonymousId: 'a' }).profiles[0]
        ?.canonicalId,
    ).toBe('\uffee');
    expect(resolve({ n: 1, userId: 'z', anonymousId: '1' }).profiles[0]?.canonicalId).toBe('z');
    expect(resolve({ n: 1, anonymousId: 'b' }).profiles[0]?.canonicalId).toBe('b');
  });

  it('lets values that name nobody join nobody', () => {
    const plan = resolve(
      { n: 1, userId: 'null', anonymousId: 'a1' },
      { n: 2, userId: ' Anonymous ', anonymousId: 'a2' },
      { n: 3, anonymousId: '00000000-0000-0000-0000-000000000000' },
      { n: 4, type: 'alias', userId: 'undefined', previousId: 'a1' },
    );
    expect(plan.profiles.map((profile) => profile.canonicalId)).toEqual(['a1', 'a2']);
    expect(plan.unidentified).toBe(2);
    expect(isBlockedIdentifier('user-0')).toBe(false);
  });

  it('takes traits of identify and of mapped rows with their time, null as removal, none of a group call', () => {
    const plan = resolve(
      { n: 1, type: 'identify', userId: 'u', traits: { plan: 'pro', old: null } },
      { n: 2, type: 'group', userId: 'u', traits: { size: 5 } },
      { n: 3, userId: 'u', traits: { country: 'DE' } },
    );
    expect(plan.traits.map(({ key, value, validFrom }) => [key, value, validFrom])).toEqual([
      ['plan', 'pro', 1000],
      ['old', null, 1000],
      ['country', 'DE', 3000],
    ]);
  });

  it('makes nobody of events that count for known people alone, and updates those who are known', () => {
    const only = { knownOnly: true } as const;
    const lone = resolve({ n: 1, userId: 'u1', traits: { plan: 'pro' }, type: 'identify', ...only });
    expect(lone).toMatchObject({ profiles: [], identifiers: [], assignments: [], traits: [], unidentified: 1 });
    // Somebody whom another event of the batch makes is known, whichever comes first.
    const both = resolve({ n: 1, userId: 'u1', anonymousId: 'a1', ...only }, { n: 2, anonymousId: 'a1' });
    expect(both.profiles.map(({ canonicalId }) => canonicalId)).toEqual(['u1']);
    expect(both).toMatchObject({ unidentified: 0, assignments: { length: 2 } });
    const store = new MemoryIdentity();
    store.apply([eventOf({ n: 1, userId: 'u1' })]);
    store.apply([
      eventOf({ n: 2, userId: 'u1', anonymousId: 'a1', ...only }),
      eventOf({ n: 3, userId: 'u2', ...only }),
    ]);
    expect([...store.people()]).toEqual([
      [eventIdOf(1), 'u1'],
      [eventIdOf(2), 'u1'],
    ]);
  });

  it('joins by e-mail only where that is set', () => {
    const two = [
      eventOf({ n: 1, type: 'identify', userId: 'u1', traits: { email: 'A@example.com ' } }),
      eventOf({ n: 2, type: 'identify', userId: 'u2', traits: { email: 'a@example.com' } }),
    ];
    const rules = parseIdentityRules({ identifiers: [{ type: 'user_id' }, { type: 'email' }] });
    expect(planOf(two).profiles).toHaveLength(2);
    expect(planOf(two, nobody, rules).profiles).toHaveLength(1);
  });

  it('merges profiles that turn out to be one, and names the event that showed it', () => {
    const store = new MemoryIdentity();
    store.apply([eventOf({ n: 1, anonymousId: 'a1' }), eventOf({ n: 2, userId: 'u1' })]);
    expect(store.profileCount()).toBe(2);
    store.apply([eventOf({ n: 3, userId: 'u1', anonymousId: 'a1' })]);
    expect(store.profileCount()).toBe(1);
    expect([...store.people().values()]).toEqual(['u1', 'u1', 'u1']);
  });

  it('joins an alias with persons that come later', () => {
    const late = people([
      [eventOf({ n: 1, type: 'alias', previousId: 'x', userId: 'u1' })],
      [eventOf({ n: 2, anonymousId: 'x' })],
      [eventOf({ n: 3, userId: 'x' })],
    ]);
    expect([...late.values()]).toEqual(['u1', 'u1', 'u1']);
  });

  it('is a function of the set of events: any order, any batches, the same people as by brute force', () => {
    fc.assert(
      fc.property(messages, fc.integer({ min: 0, max: 1e6 }), fc.integer({ min: 1, max: 6 }), (events, seed, size) => {
        const wanted = oracle(events);
        expect(people([events])).toEqual(wanted);
        const shuffled = shuffle([...events], seededRandom(seed));
        const batches: UnassignedEvent[][] = [];
        for (let at = 0; at < shuffled.length; at += size) batches.push(shuffled.slice(at, at + size));
        expect(people(batches)).toEqual(wanted);
        expect(people([...batches, ...batches])).toEqual(wanted);
      }),
      { seed: 7, numRuns: 300 },
    );
  });

  it('names a merge once for each profile that is absorbed', () => {
    const profile = (n: number, canonicalId: string) => ({
      id: `00000000-0000-4000-8000-00000000000${n}` as never,
      canonicalId,
      canonicalType: 'anonymous_id' as const,
      firstSeenAt: n,
      lastSeenAt: n,
    });
    const known = {
      profiles: [profile(1, 'a1'), profile(2, 'a2'), profile(3, 'a3')],
      identifiers: [1, 2, 3].map((n) => ({
        type: 'anonymous_id' as const,
        value: `a${n}`,
        profileId: profile(n, '').id,
        firstSeenAt: n,
      })),
    };
    const plan = planOf(
      [3, 1, 2].map((n) => eventOf({ n, userId: 'u', anonymousId: `a${n}` })),
      known,
    );
    expect(plan.profiles).toEqual([{ id: profile(1, '').id, canonicalId: 'u', firstSeenAt: 1, lastSeenAt: 3000 }]);
    expect(plan.merges).toEqual([
      ...[2, 3].map((n) => ({
        survivor: 0,
        absorbed: profile(n, '').id,
        eventId: eventIdOf(n),
        reason: 'link',
        link: [
          { type: 'user_id', value: 'u' },
          { type: 'anonymous_id', value: `a${n}` },
        ],
      })),
    ]);
  });
});
