import fc from 'fast-check';
import { seededRandom } from '@kohort/kernel-clock-random';
import { profileIdSchema, type MemberState, type MemberVerdict } from '@kohort/kernel-contracts';
import {
  PARK_AFTER_MS,
  claim,
  isOwed,
  newMember,
  operationOf,
  raiseDesired,
  recheckConsent,
  recover,
  reopen,
  settle,
  type Saying,
} from './member-state';

const profileId = profileIdSchema.parse('00000000-0000-4000-8000-000000000001');
const chance = { now: 1_000, random: seededRandom(1) };

function verdictFor(
  state: MemberState,
  fate: MemberVerdict['fate'],
  extra: Partial<MemberVerdict> = {},
): MemberVerdict {
  return {
    profileId: state.profileId,
    operation: operationOf(state),
    changeVersion: state.desiredVersion,
    fate,
    stage: fate === 'accepted' ? 'accepted' : 'sent',
    code: fate === 'accepted' ? null : 'X',
    message: null,
    retryAfterMs: null,
    countsAsAttempt: true,
    fingerprint: 'f',
    ...extra,
  };
}
const enter = (version: number): Saying => ({ member: true, changeVersion: version, allowed: true });
const leave = (version: number): Saying => ({ member: false, changeVersion: version, allowed: true });
const added = (): MemberState => {
  const sending = claim(raiseDesired(newMember(profileId, 0), enter(1), 0), 1);
  return settle(sending, verdictFor(sending, 'accepted'), chance);
};

describe('consent', () => {
  it('keeps a member out, and lets them in when it is given', () => {
    const kept = raiseDesired(newMember(profileId, 0), { ...enter(1), allowed: false }, 5);
    expect(kept).toMatchObject({ state: 'clean', member: true, memberVersion: 1, desired: false });
    expect(recheckConsent(kept, false, 9)).toBe(kept);
    expect(recheckConsent(kept, true, 9)).toMatchObject({ state: 'owed', desired: true, turnedAt: 9 });
  });

  it('withdrawn owes a removal with a version of its own', () => {
    const state = added();
    const turned = recheckConsent(state, false, 9);
    expect(turned).toMatchObject({ state: 'owed', member: true, desired: false, owedSince: 9 });
    expect(turned.desiredVersion).toBeGreaterThan(state.desiredVersion);
    const left = raiseDesired(turned, leave(2), 20);
    expect(left.desiredVersion).toBeGreaterThan(turned.desiredVersion);
    expect(left).toMatchObject({ member: false, desired: false, owedSince: 9, turnedAt: null });
  });

  it('makes nothing of somebody who is no member', () => {
    const out = raiseDesired(added(), leave(2), 5);
    expect(recheckConsent(out, false, 9)).toBe(out);
    expect(recheckConsent(out, true, 9)).toBe(out);
  });

  it('an old change says nothing of the membership, but what it says of consent counts', () => {
    const state = raiseDesired(raiseDesired(newMember(profileId, 0), enter(1), 0), leave(2), 1);
    expect(raiseDesired(state, { ...enter(1), allowed: true }, 9)).toBe(state);
    const member = raiseDesired(state, enter(3), 2);
    expect(raiseDesired(member, { ...leave(2), allowed: false }, 9)).toMatchObject({ member: true, desired: false });
  });
});

describe('raiseDesired', () => {
  it('owes an entry', () => {
    expect(raiseDesired(newMember(profileId, 0), enter(1), 50)).toMatchObject({
      state: 'owed',
      desired: true,
      owedSince: 50,
      nextAt: 50,
    });
  });

  it('takes an entry back before it was sent: nothing to do', () => {
    const state = raiseDesired(raiseDesired(newMember(profileId, 0), enter(1), 0), leave(2), 5);
    expect(state).toMatchObject({ state: 'clean', desired: false, desiredVersion: 2, owedSince: null });
  });

  it('pays no heed to old and repeated changes', () => {
    const state = raiseDesired(newMember(profileId, 0), enter(3), 0);
    expect(raiseDesired(state, leave(2), 9)).toBe(state);
    expect(raiseDesired(state, leave(3), 9)).toBe(state);
  });

  it('still owes a removal when the entry may have arrived', () => {
    const sending = claim(raiseDesired(newMember(profileId, 0), enter(1), 0), 1);
    const lost = settle(sending, verdictFor(sending, 'unknown'), chance);
    expect(raiseDesired(lost, leave(2), 2_000)).toMatchObject({
      state: 'unknown',
      desired: false,
      acked: null,
      nextAt: 2_000,
      attempts: 0,
    });
  });

  it('leaves a row that is being sent in flight, and owes the difference afterwards', () => {
    const sending = claim(raiseDesired(newMember(profileId, 0), enter(1), 0), 1);
    const turned = raiseDesired(sending, leave(2), 3);
    expect(turned.state).toBe('sending');
    const accepted = settle(turned, verdictFor(sending, 'accepted'), chance);
    expect(accepted).toMatchObject({ state: 'owed', desired: false, acked: true, ackedVersion: 1 });
  });

  it('counts how long a removal is owed from the removal on', () => {
    const rejected = { ...raiseDesired(newMember(profileId, 0), enter(1), 10), acked: null };
    expect(raiseDesired(rejected, leave(2), 99).owedSince).toBe(99);
  });
});

describe('settle', () => {
  it('is clean only after an acknowledgement', () => {
    expect(added()).toMatchObject({ state: 'clean', acked: true, ackedVersion: 1, attempts: 0, fence: null });
    const sending = claim(raiseDesired(newMember(profileId, 0), enter(1), 0), 1);
    for (const fate of ['unknown', 'retry', 'rejected'] as const)
      expect(isOwed(settle(sending, verdictFor(sending, fate), chance))).toBe(true);
  });

  it('never takes a lost answer for a finished removal', () => {
    const sending = claim(raiseDesired(added(), leave(2), 0), 2);
    expect(settle(sending, verdictFor(sending, 'unknown'), chance)).toMatchObject({ state: 'unknown', acked: null });
  });

  it('waits longer with each try, and as long as it is told', () => {
    let state = claim(raiseDesired(newMember(profileId, 0), enter(1), 0), 1);
    state = settle(state, verdictFor(state, 'retry', { retryAfterMs: 7_000, countsAsAttempt: false }), chance);
    expect(state).toMatchObject({ state: 'owed', attempts: 0, nextAt: 8_000 });
    for (let i = 1; i <= 20; i += 1) {
      state = claim(state, 1);
      state = settle(state, verdictFor(state, 'retry'), chance);
      expect(state.attempts).toBe(i);
      expect(state.nextAt - chance.now).toBeLessThanOrEqual(Math.max(1_000, Math.min(900_000, 1_000 * 2 ** (i - 1))));
      expect(state.nextAt - chance.now).toBeGreaterThanOrEqual(1_000);
    }
  });

  it('parks after 72 hours, and a new run tries once more', () => {
    const sending = claim(raiseDesired(newMember(profileId, 0), enter(1), 0), 1);
    const late = { ...chance, now: PARK_AFTER_MS };
    const parked = settle(sending, verdictFor(sending, 'retry'), late);
    expect(parked.state).toBe('parked');
    const again = reopen(parked, PARK_AFTER_MS + 5);
    expect(again).toMatchObject({ state: 'owed', nextAt: PARK_AFTER_MS + 5 });
    const sent = claim(again, 2);
    expect(settle(sent, verdictFor(sent, 'retry'), late).state).toBe('parked');
    expect(settle(sent, verdictFor(sent, 'accepted'), late).state).toBe('clean');
  });

  it('keeps a refused record visible until it is tried again', () => {
    const sending = claim(raiseDesired(newMember(profileId, 0), enter(1), 0), 1);
    const refused = settle(sending, verdictFor(sending, 'rejected'), chance);
    expect(refused).toMatchObject({ state: 'rejected', lastCode: 'X', acked: false });
    expect(reopen(refused, 9)).toMatchObject({ state: 'owed', nextAt: 9 });
    expect(raiseDesired(refused, leave(2), 9).state).toBe('clean');
  });

  it('does not hold a refusal of an entry against a removal that came meanwhile', () => {
    const sending = claim(raiseDesired(newMember(profileId, 0), enter(1), 0), 1);
    const turned = raiseDesired(sending, leave(2), 2);
    expect(settle(turned, verdictFor(sending, 'rejected'), chance).state).toBe('clean');
  });

  it('pays no heed to a verdict for a row that is not being sent', () => {
    const state = added();
    expect(settle(state, verdictFor(state, 'rejected'), chance)).toBe(state);
  });
});

it('a worker that died leaves the outcome unknown', () => {
  const sending = claim(raiseDesired(newMember(profileId, 0), enter(1), 0), 1);
  expect(recover(sending, 7)).toMatchObject({ state: 'unknown', acked: null, nextAt: 7, fence: null });
  expect(recover(added(), 7).state).toBe('clean');
});

type Outcome = 'ok' | 'applied-lost' | 'not-applied-lost' | 'not-sent' | 'refused';

/** One page: how many rows, what becomes of each, who changes while it is under way, and where the worker dies. */
interface PageStep {
  readonly kind: 'page';
  readonly take: number;
  readonly fates: readonly Outcome[];
  readonly turns: number | null;
  readonly crash: 'no' | 'before' | 'after';
}

/** One step of a world in which everything that can go wrong does, in any order. */
type Step =
  | { readonly kind: 'change'; readonly person: number }
  | { readonly kind: 'track'; readonly from: number; readonly count: number }
  | PageStep
  | { readonly kind: 'consent'; readonly person: number }
  | { readonly kind: 'recheck' }
  | { readonly kind: 'new-run' };

const PEOPLE = 3;
const FATES = {
  ok: 'accepted',
  'applied-lost': 'unknown',
  'not-applied-lost': 'unknown',
  'not-sent': 'retry',
  refused: 'rejected',
} as const;

/** People, the change log, the ledger and a destination with set semantics. */
class World {
  readonly truth = Array.from({ length: PEOPLE }, () => ({ member: false, version: 0 }));
  readonly log: { person: number; member: boolean; changeVersion: number }[] = [];
  readonly ledger: MemberState[] = Array.from({ length: PEOPLE }, () => newMember(profileId, 0));
  readonly destination = new Set<number>();
  readonly allowed = Array.from({ length: PEOPLE }, () => true);
  sentWithoutConsent = 0;
  private readonly random = seededRandom(8);
  private now = 0;

  change(person: number): void {
    const one = this.truth[person];
    if (!one) return;
    one.member = !one.member;
    one.version += 1;
    this.log.push({ person, member: one.member, changeVersion: one.version });
  }

  /** Batches of the log arrive late, twice and out of order. */
  track(batch: readonly { person: number; member: boolean; changeVersion: number }[]): void {
    this.now += 10;
    for (const change of batch) {
      const state = this.ledger[change.person];
      if (state)
        this.ledger[change.person] = raiseDesired(
          state,
          { ...change, allowed: this.allowed[change.person] === true },
          this.now,
        );
    }
  }

  consent(person: number): void {
    this.allowed[person] = this.allowed[person] !== true;
  }

  /** What a change of consent leads to, as late and as often as it likes. */
  recheck(): void {
    this.now += 10;
    this.ledger.forEach(
      (state, person) => (this.ledger[person] = recheckConsent(state, this.allowed[person] === true, this.now)),
    );
  }

  page(step: PageStep): number {
    this.now += 1_000_000;
    const claimed = this.ledger
      .map((state, person) => ({ state, person }))
      .filter(({ state }) => (state.state === 'owed' || state.state === 'unknown') && state.nextAt <= this.now)
      .sort((a, b) => Number(a.state.desired) - Number(b.state.desired))
      .slice(0, step.take)
      .flatMap(({ state, person }) => {
        // Asked again in the moment of sending; a removal is never held up.
        const now = state.desired ? recheckConsent(state, this.allowed[person] === true, this.now) : state;
        this.ledger[person] = now;
        return now.desired === state.desired ? [{ state: now, person }] : [];
      });
    for (const { state, person } of claimed) this.ledger[person] = claim(state, 1);
    if (step.crash !== 'before') this.send(claimed, step.fates);
    if (step.turns !== null) {
      this.change(step.turns);
      this.track(this.log.slice(-1));
    }
    if (step.crash === 'no') this.save(claimed, step.fates);
    else this.ledger.forEach((state, person) => (this.ledger[person] = recover(state, this.now)));
    return claimed.length;
  }

  newRun(): void {
    this.ledger.forEach((state, person) => (this.ledger[person] = reopen(state, this.now)));
  }

  private send(claimed: readonly { state: MemberState; person: number }[], fates: readonly Outcome[]): void {
    claimed.forEach(({ state, person }, i) => {
      const fate = fates[i % fates.length] ?? 'ok';
      if (fate !== 'ok' && fate !== 'applied-lost') return;
      if (state.desired && this.allowed[person] !== true) this.sentWithoutConsent += 1;
      if (state.desired) this.destination.add(person);
      else this.destination.delete(person);
    });
  }

  private save(claimed: readonly { state: MemberState; person: number }[], fates: readonly Outcome[]): void {
    claimed.forEach(({ state, person }, i) => {
      const verdict = verdictFor(state, FATES[fates[i % fates.length] ?? 'ok']);
      const held = this.ledger[person] ?? state;
      this.ledger[person] = settle(held, verdict, { now: this.now, random: this.random });
    });
  }
}

const outcome = fc.constantFrom<Outcome>('ok', 'applied-lost', 'not-applied-lost', 'not-sent', 'refused');
const page: fc.Arbitrary<PageStep> = fc.record({
  kind: fc.constant('page' as const),
  take: fc.integer({ min: 1, max: PEOPLE }),
  fates: fc.array(outcome, { minLength: 1, maxLength: 3 }),
  turns: fc.option(fc.nat(PEOPLE - 1)),
  crash: fc.constantFrom('no' as const, 'no' as const, 'before' as const, 'after' as const),
});
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constant('change' as const), person: fc.nat(PEOPLE - 1) }),
  fc.record({ kind: fc.constant('track' as const), from: fc.nat(30), count: fc.integer({ min: 1, max: 8 }) }),
  page,
  fc.record({ kind: fc.constant('new-run' as const) }),
  fc.record({ kind: fc.constant('consent' as const), person: fc.nat(PEOPLE - 1) }),
  fc.record({ kind: fc.constant('recheck' as const) }),
);

it('any order of change, consent, repeat, crash, lost answer and refusal ends with those in it who are members and consent', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40, size: 'max' }), (steps) => {
      const world = new World();
      for (const one of steps) {
        if (one.kind === 'change') world.change(one.person);
        else if (one.kind === 'new-run') world.newRun();
        else if (one.kind === 'consent') world.consent(one.person);
        else if (one.kind === 'recheck') world.recheck();
        else if (one.kind === 'page') world.page(one);
        else world.track(world.log.slice(one.from, one.from + one.count));
        for (const state of world.ledger) expect(state.state === 'clean').toBe(!isOwed(state));
      }
      world.track([...world.log].reverse());
      world.recheck();
      world.newRun();
      const calm: PageStep = { kind: 'page', take: PEOPLE, fates: ['ok'], turns: null, crash: 'no' };
      let rounds = 0;
      while (world.page(calm) > 0 && rounds < 20) rounds += 1;
      expect(rounds).toBeLessThan(20);
      const desired = world.truth.flatMap((one, person) => (one.member && world.allowed[person] ? [person] : []));
      expect([...world.destination].sort()).toEqual(desired);
      expect(world.sentWithoutConsent).toBe(0);
      expect(world.ledger.every((state) => state.state === 'clean')).toBe(true);
    }),
    { seed: 20_26, numRuns: 800 },
  );
});
