import type { Identifier } from '@kohort/kernel-contracts';
import { MemoryIdentity, eventIdOf, eventOf } from '../../test/memory-identity';
import { arrival, randomEvents, randomRules } from '../../test/random-world';
import { isWhole, naiveGroups, rebuilt, twoOrders, unmerged } from '../../test/world-checks';
import { CompiledRules } from '../rules/compile-rules';
import { identifierKey, identifiersOfEvent } from '../rules/event-identifiers';
import { parseIdentityRules } from '../rules/identity-rules';
import { LinkBook } from './link-book';
import { partition } from './partition';

const oneUser = parseIdentityRules({
  identifiers: [{ type: 'user_id', limit: { count: 1, period: 'ever' } }, { type: 'anonymous_id' }],
});
const user = (value: string): Identifier => ({ type: 'user_id', value });
const device = (value: string): Identifier => ({ type: 'anonymous_id', value });

describe('limits', () => {
  it('leave a shared device with whom it was first seen, and the event with its user', () => {
    const store = new MemoryIdentity(oneUser);
    store.apply([eventOf({ n: 1, userId: 'u1', anonymousId: 'd' }), eventOf({ n: 2, userId: 'u2', anonymousId: 'd' })]);
    store.apply([eventOf({ n: 3, anonymousId: 'd' })]);
    expect([...store.people().values()]).toEqual(['u1', 'u2', 'u1']);
    expect([...store.links.values()].map(({ b, state, reason }) => [b.value, state, reason])).toEqual([
      ['d', 'applied', null],
      ['d', 'refused', 'user_id'],
    ]);
  });

  it('count by event time: who was first may arrive last', () => {
    const store = new MemoryIdentity(oneUser);
    store.apply([eventOf({ n: 2, userId: 'u2', anonymousId: 'd' }), eventOf({ n: 3, anonymousId: 'd' })]);
    expect([...store.people().values()]).toEqual(['u2', 'u2']);
    store.apply([eventOf({ n: 1, userId: 'u1', anonymousId: 'd' })]);
    expect(Object.fromEntries(store.people())).toEqual({
      [eventIdOf(1)]: 'u1',
      [eventIdOf(2)]: 'u2',
      [eventIdOf(3)]: 'u1',
    });
    expect(isWhole(store)).toBe(true);
  });

  it('count a value in the period in which it was first seen', () => {
    const rules = parseIdentityRules({
      identifiers: [{ type: 'user_id' }, { type: 'anonymous_id', limit: { count: 1, period: 'month' } }],
    });
    const at = (month: number, n: number, anonymousId: string) =>
      eventOf({ n, ts: Date.UTC(2026, month, 3), userId: 'u', anonymousId });
    const store = new MemoryIdentity(rules);
    store.apply([at(0, 1, 'd1'), at(0, 2, 'd2'), at(1, 3, 'd3'), at(1, 4, 'd2')]);
    const owners = [...store.identifiers.values()].map(({ value }) => value);
    expect(owners.sort()).toEqual(['d1', 'd3', 'u']);
  });

  it('do not count a user id that an alias has replaced', () => {
    const store = new MemoryIdentity(oneUser);
    store.apply([eventOf({ n: 1, userId: 'old' }), eventOf({ n: 2, userId: 'new' })]);
    store.apply([eventOf({ n: 3, type: 'alias', userId: 'new', previousId: 'old' })]);
    expect(store.profileCount()).toBe(1);
  });

  it('give the groups that going through the events one by one gives', () => {
    for (let seed = 0; seed < 150; seed += 1) {
      const rules = { ...randomRules(seed), risk: { profiles: 20, action: 'report' as const } };
      const events = randomEvents(seed).filter(({ type }) => type !== 'alias');
      const book = new LinkBook();
      const compiled = new CompiledRules(rules);
      for (const event of events) book.observe(event, identifiersOfEvent(event, compiled));
      const found = partition(book, compiled).groups.map((group) => group.map(identifierKey).sort().join(' '));
      expect([seed, found.sort()]).toEqual([
        seed,
        naiveGroups(events, rules)
          .map((group) => [...group].sort().join(' '))
          .sort(),
      ]);
    }
  });
});

describe('a value that links too many', () => {
  const rules = (action: 'hold' | 'block') =>
    parseIdentityRules({ identifiers: [{ type: 'user_id' }, { type: 'anonymous_id' }], risk: { profiles: 2, action } });
  const kiosk = [1, 2, 3].map((n) => eventOf({ n, userId: `u${n}`, anonymousId: 'kiosk' }));

  it('joins no more people once it is held, and none when it is blocked', () => {
    const held = new MemoryIdentity(rules('hold'));
    held.apply(kiosk);
    expect([...held.people().values()]).toEqual(['u1', 'u1', 'u3']);
    const blocked = new MemoryIdentity(rules('block'));
    blocked.apply(kiosk.slice(0, 2));
    expect([...blocked.people().values()]).toEqual(['u1', 'u1']);
    blocked.apply(kiosk.slice(2));
    expect([...blocked.people().values()]).toEqual(['u1', 'u2', 'u3']);
  });
});

describe('taking a merge back', () => {
  it('gives the absorbed person back under the same profile, and keeps the two apart', () => {
    const store = new MemoryIdentity();
    store.apply([eventOf({ n: 1, anonymousId: 'd' }), eventOf({ n: 2, userId: 'u' })]);
    const before = [...store.owners];
    store.apply([eventOf({ n: 3, userId: 'u', anonymousId: 'd' })]);
    const [merge] = store.log;
    expect(merge?.link).toEqual([user('u'), device('d')]);
    if (merge) store.bar(merge.link);
    store.apply([eventOf({ n: 4, userId: 'u', anonymousId: 'd' }), eventOf({ n: 5, anonymousId: 'd' })]);
    expect([...store.people().values()]).toEqual(['d', 'u', 'u', 'u', 'd']);
    expect([...store.owners].slice(0, 2)).toEqual(before);
    expect(isWhole(store)).toBe(true);
  });

  it('makes nobody of an identifier that no event counts for', () => {
    const store = new MemoryIdentity();
    store.apply([eventOf({ n: 1, userId: 'u', anonymousId: 'd' })]);
    store.bar([user('u'), device('d')]);
    expect([store.profileCount(), [...store.identifiers.values()].map(({ value }) => value)]).toEqual([1, ['u']]);
  });

  it('is undone by a person’s word, which no limit stands against', () => {
    const store = new MemoryIdentity(oneUser);
    store.apply([eventOf({ n: 1, userId: 'u1' }), eventOf({ n: 2, userId: 'u2' })]);
    store.join(user('u1'), user('u2'), 9);
    expect(store.profileCount()).toBe(1);
    store.bar([user('u1'), user('u2')]);
    expect([...store.people().values()]).toEqual(['u1', 'u2']);
  });
});

describe('random worlds', () => {
  it('end alike in any order of arrival and any batches, with limits, periods, holds and blocks', () => {
    let regrouped = 0;
    for (let seed = 0; seed < 200; seed += 1) {
      const { wanted, found, regrouped: n } = twoOrders(seed);
      expect([seed, found]).toEqual([seed, wanted]);
      regrouped += n;
    }
    expect(regrouped).toBeGreaterThan(200);
  });

  it('end alike whether a merge was taken back or never was', () => {
    let compared = 0;
    for (let seed = 0; seed < 200; seed += 1) {
      const worlds = unmerged(seed);
      if (!worlds) continue;
      expect([seed, worlds.found]).toEqual([seed, worlds.wanted]);
      compared += 1;
    }
    expect(compared).toBeGreaterThan(80);
  });

  it('end alike whether the rules were changed and everybody made anew, or were so from the start', () => {
    for (let seed = 0; seed < 150; seed += 1) {
      const { wanted, found } = rebuilt(seed);
      expect([seed, found]).toEqual([seed, wanted]);
    }
  });

  it('have every event with one person, and every person with an event', () => {
    for (let seed = 0; seed < 60; seed += 1) {
      const store = new MemoryIdentity(randomRules(seed));
      for (const batch of arrival(randomEvents(seed), seed)) {
        store.apply(batch);
        expect([seed, isWhole(store)]).toEqual([seed, true]);
      }
    }
  });
});
