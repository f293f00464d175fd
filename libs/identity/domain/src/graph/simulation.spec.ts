import { profileIdSchema } from '@kohort/kernel-contracts';
import { MemoryIdentity, eventOf } from '../../test/memory-identity';
import { arrival, randomEvents, randomRules } from '../../test/random-world';
import { DEFAULT_RULES, parseIdentityRules } from '../rules/identity-rules';
import { Simulation, simulationJson } from './simulation';

const profile = (n: number) => profileIdSchema.parse(`00000000-0000-4000-8000-00000000000${n}`);

describe('simulating rules', () => {
  it('says who would be one and who would be several, by profile ids alone', () => {
    const after = parseIdentityRules({
      identifiers: [
        { type: 'user_id', limit: { count: 1, period: 'ever' } },
        { type: 'email' },
        { type: 'anonymous_id' },
      ],
      risk: { profiles: 2 },
    });
    const simulation = new Simulation({ before: DEFAULT_RULES, after }, []);
    const traits = { email: 'ann@x.org' };
    for (const [n, draft, owner] of [
      [1, { userId: 'u1', anonymousId: 'd' }, 1],
      [2, { userId: 'u2', anonymousId: 'd' }, 1],
      [3, { type: 'identify', anonymousId: 'b', traits }, 2],
      [4, { type: 'identify', anonymousId: 'c', traits }, 3],
      [5, { userId: 'null' }, null],
    ] as const) {
      simulation.observe(eventOf({ n, ...draft }), owner === null ? null : profile(owner));
    }
    const report = simulation.report();
    expect(report).toMatchObject({
      events: 5,
      profiles: { before: 3, after: 3 },
      unidentified: { before: 1, after: 1 },
      merges: { added: 1, undone: 1 },
      refused: { user_id: 1 },
      examples: { joined: [[profile(2), profile(3)]], parted: [{ profileId: profile(1), parts: [1, 1] }] },
      risks: [],
    });
    expect(report.largest[0]).toMatchObject({ identifiers: 3, events: 2 });
    expect(JSON.stringify(simulationJson(report))).not.toContain('ann@x.org');
  });

  it('names values that link too many without saying them', () => {
    const simulation = new Simulation(
      { before: DEFAULT_RULES, after: { ...DEFAULT_RULES, risk: { profiles: 2, action: 'hold' } } },
      [],
    );
    for (let n = 0; n < 5; n += 1)
      simulation.observe(eventOf({ n, userId: `user-${n}`, anonymousId: 'the-kiosk-device' }), null);
    const { risks, held, profiles } = simulation.report();
    expect([risks, held, profiles]).toEqual([
      [{ type: 'anonymous_id', masked: 'th…ce', links: 5 }],
      { anonymous_id: 3 },
      { before: 1, after: 4 },
    ]);
  });

  it('counts people as resolving under the rules would', () => {
    for (let seed = 0; seed < 80; seed += 1) {
      const [before, after, events] = [randomRules(seed), randomRules(seed + 500), randomEvents(seed)];
      const simulation = new Simulation({ before, after }, []);
      for (const event of events) simulation.observe(event, null);
      const { profiles, merges } = simulation.report();
      const counts = [before, after].map((rules) => {
        const store = new MemoryIdentity(rules);
        for (const batch of arrival(events, seed)) store.apply(batch);
        return store.profileCount();
      });
      expect([seed, profiles.before, profiles.after]).toEqual([seed, ...counts]);
      expect(merges.added >= 0 && merges.undone >= 0).toBe(true);
    }
  });
});
