import type { Random } from '@kohort/kernel-clock-random';
import type { MemberState, MemberVerdict, ProfileId, SyncOperation } from '@kohort/kernel-contracts';
import { backoffMs } from './backoff';

/** After so long without success a row is set aside: it is tried once by each new run, and a person is told. */
export const PARK_AFTER_MS = 72 * 3_600_000;

/** A person of whom the destination is known to hold nothing. */
export function newMember(profileId: ProfileId, now: number): MemberState {
  return {
    profileId,
    state: 'clean',
    member: false,
    memberVersion: 0,
    desired: false,
    desiredVersion: 0,
    turnedAt: null,
    acked: false,
    ackedVersion: null,
    fence: null,
    attempts: 0,
    nextAt: now,
    owedSince: null,
    fingerprint: null,
    lastCode: null,
  };
}

/** True while the destination is not known to hold what is desired. */
export function isOwed(state: MemberState): boolean {
  return state.acked !== state.desired;
}

/** What must be done to reach what is desired. */
export function operationOf(state: MemberState): SyncOperation {
  return state.desired ? 'add' : 'remove';
}

function settled(state: MemberState): MemberState {
  return { ...state, state: 'clean', attempts: 0, owedSince: null, lastCode: null, fence: null };
}

function owed(state: MemberState, since: number, nextAt: number): MemberState {
  const name = state.acked === null ? 'unknown' : 'owed';
  return { ...state, state: name, owedSince: state.owedSince ?? since, nextAt, fence: null };
}

/** What the segment says of a person, and whether the person may be sent at all. */
export interface Saying {
  readonly member: boolean;
  readonly changeVersion: number;
  /** Consented to every purpose that is asked for, and not suppressed: read in the same transaction. */
  readonly allowed: boolean;
}

/**
 * Takes in a membership change, or a change of consent. Versions of a membership only rise: an old or repeated change
 * says nothing new of it, but what it says of consent is of now. Every new saying has a higher `desiredVersion`, so that
 * a removal never bears the key of the addition before it. A change that is taken back before it was sent leaves nothing
 * to do; while an answer is outstanding, what is desired changes and the row stays.
 */
export function raiseDesired(state: MemberState, saying: Saying, now: number): MemberState {
  const isNewer = saying.changeVersion > state.memberVersion;
  const member = isNewer ? saying.member : state.member;
  const desired = member && saying.allowed;
  const turned = desired !== state.desired;
  if (!isNewer && !turned) return state;
  const next: MemberState = {
    ...state,
    member,
    memberVersion: isNewer ? saying.changeVersion : state.memberVersion,
    desired,
    desiredVersion: Math.max(state.desiredVersion + 1, saying.changeVersion),
    turnedAt: isNewer ? null : now,
    owedSince: turned ? null : state.owedSince,
  };
  if (state.state === 'sending') return { ...next, owedSince: next.owedSince ?? now };
  return isOwed(next) ? owed({ ...next, attempts: 0 }, now, now) : settled(next);
}

/** Holds what is desired against consent as it is now; the membership stays what it is. */
export function recheckConsent(state: MemberState, allowed: boolean, now: number): MemberState {
  return raiseDesired(state, { member: state.member, changeVersion: state.memberVersion, allowed }, now);
}

/** Takes a row for a page under this fence. */
export function claim(state: MemberState, fence: number): MemberState {
  return { ...state, state: 'sending', fence };
}

/** A page whose worker is gone: the destination may have acted, so nothing is known until it is asked again. */
export function recover(state: MemberState, now: number): MemberState {
  if (state.state !== 'sending') return state;
  return owed({ ...state, acked: null }, now, now);
}

/** A new run gives refused and parked rows another try. */
export function reopen(state: MemberState, now: number): MemberState {
  if (state.state !== 'rejected' && state.state !== 'parked') return state;
  return isOwed(state) ? owed(state, now, now) : settled(state);
}

/** Time and chance, as arguments. */
export interface Chance {
  readonly now: number;
  readonly random: Random;
}

function later(state: MemberState, verdict: MemberVerdict, chance: Chance): MemberState {
  const attempts = state.attempts + (verdict.countsAsAttempt ? 1 : 0);
  const waitMs = verdict.retryAfterMs ?? backoffMs(Math.max(attempts, 1), chance.random);
  const next = { ...owed(state, chance.now, chance.now + waitMs), attempts, lastCode: verdict.code };
  const owedForMs = chance.now - (next.owedSince ?? chance.now);
  return owedForMs >= PARK_AFTER_MS ? { ...next, state: 'parked' } : next;
}

/**
 * Writes a verdict into a row that was being sent. Only an acknowledgement moves `acked`; a lost answer makes it
 * unknown; a refusal leaves it. What was desired meanwhile is compared with the outcome, not with what was sent.
 */
export function settle(state: MemberState, verdict: MemberVerdict, chance: Chance): MemberState {
  if (state.state !== 'sending') return state;
  const sent = { ...state, fence: null };
  switch (verdict.fate) {
    case 'accepted': {
      const acked = verdict.operation === 'add';
      const next: MemberState = {
        ...sent,
        acked,
        ackedVersion: verdict.changeVersion,
        fingerprint: verdict.fingerprint,
        attempts: 0,
        lastCode: null,
      };
      return isOwed(next) ? owed(next, chance.now, chance.now) : settled(next);
    }
    case 'unknown':
      return later({ ...sent, acked: null }, verdict, chance);
    case 'retry':
      return isOwed(sent) ? later(sent, verdict, chance) : settled(sent);
    case 'rejected': {
      if (!isOwed(sent)) return settled(sent);
      const turned = operationOf(sent) !== verdict.operation;
      if (turned) return owed({ ...sent, attempts: 0 }, chance.now, chance.now);
      return {
        ...sent,
        state: 'rejected',
        attempts: sent.attempts + 1,
        lastCode: verdict.code,
        owedSince: sent.owedSince ?? chance.now,
      };
    }
  }
}
