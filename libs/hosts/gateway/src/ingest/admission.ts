import type { Clock, Random } from '@kohort/kernel-clock-random';
import { parseKey } from '@kohort/access-domain';
import { isAppError } from '@kohort/kernel-errors';
import { FairShare } from './fair-share';
import { TokenBuckets } from './token-buckets';
import { wireErrors } from './wire.errors';

/** How much may be under way at once, over all workspaces. */
export interface AdmissionLimits {
  readonly requests: number;
  /** Bytes of decompressed bodies that wait for their commit. */
  readonly bytes: number;
  /** Items that wait for their commit. */
  readonly rows: number;
  /** Events a second of one write key; 0: no limit. */
  readonly perKey: number;
}

export const ADMISSION_LIMITS: AdmissionLimits = { requests: 1_000, bytes: 67_108_864, rows: 50_000, perKey: 0 };

const SHORTEST_MS = 1_000;
const LONGEST_MS = 60_000;
/** Over which time the pace of the door is taken. */
const PACE_MS = 5_000;
const UNNAMED = 'unnamed';

/** Gives back what was taken; harmless when called again. */
export type Release = () => void;

/** Rows that were worked off lately, for an honest answer to "when may I come again". */
class Pace {
  private since: number;
  private now = 0;
  private before = 0;

  constructor(startMs: number) {
    this.since = startMs;
  }

  add(rows: number, nowMs: number): void {
    this.turn(nowMs);
    this.now += rows;
  }

  /** Rows a second. */
  rate(nowMs: number): number {
    this.turn(nowMs);
    return ((this.now + this.before) / (PACE_MS + Math.max(1, nowMs - this.since))) * 1_000;
  }

  private turn(nowMs: number): void {
    if (nowMs - this.since < PACE_MS) return;
    this.before = nowMs - this.since < 2 * PACE_MS ? this.now : 0;
    this.now = 0;
    this.since = nowMs;
  }
}

/** Write keys whose workspace is remembered. */
const REMEMBERED = 1_000;

/** The workspaces that keys name, before anybody has looked whether a key is good: enough to count who is pushing. */
class ClaimedWorkspaces {
  /** Of write keys alone: they are public by nature, and a source sends the same one with every call. */
  private readonly known = new Map<string, string>();

  of(key: string | null): string {
    if (key === null) return UNNAMED;
    const known = this.known.get(key);
    if (known !== undefined) return known;
    try {
      const { kind, workspaceId } = parseKey(key);
      if (kind === 'write') this.keep(key, workspaceId);
      return workspaceId;
    } catch (thrown) {
      if (isAppError(thrown)) return UNNAMED;
      throw thrown;
    }
  }

  private keep(key: string, workspaceId: string): void {
    const [oldest] = this.known.size >= REMEMBERED ? this.known.keys() : [];
    if (oldest !== undefined) this.known.delete(oldest);
    this.known.set(key, workspaceId);
  }
}

/**
 * Who may come in. Requests, bytes and rows under way are bounded, each workspace has its fair share of them, and a key
 * may have a rate. What does not fit is told when to come again, after nothing of it was kept.
 */
export class Admission {
  private readonly limits: AdmissionLimits;
  private readonly requests: FairShare;
  private readonly bytes: FairShare;
  private readonly rows: FairShare;
  private readonly buckets: TokenBuckets;
  private readonly pace: Pace;
  private readonly claimed = new ClaimedWorkspaces();

  constructor(
    private readonly parts: { readonly clock: Clock; readonly random: Random },
    limits: Partial<AdmissionLimits> = {},
  ) {
    this.limits = { ...ADMISSION_LIMITS, ...limits };
    this.requests = new FairShare(this.limits.requests);
    this.bytes = new FairShare(this.limits.bytes);
    this.rows = new FairShare(this.limits.rows);
    this.buckets = new TokenBuckets(this.limits.perKey);
    this.pace = new Pace(parts.clock.now());
  }

  /** Rows that wait for their commit. */
  get depth(): number {
    return this.rows.used;
  }

  /**
   * Before a body is read. `key`: that of the header, not looked up yet.
   *
   * Throws  WIRE_OVERLOADED
   */
  enterDoor(key: string | null): Release {
    const user = this.claimed.of(key);
    if (!this.requests.enter(user, 1)) throw this.overloaded(this.rows.of(user));
    return once(() => this.requests.leave(user, 1));
  }

  /**
   * Before what was read is stored.
   *
   * Throws  WIRE_OVERLOADED
   */
  enterStore(
    origin: { readonly workspaceId: string; readonly sourceId: string },
    size: { bytes: number; rows: number },
  ): Release {
    const { workspaceId, sourceId } = origin;
    const { bytes, rows } = size;
    if (!this.rows.enter(workspaceId, rows)) throw this.overloaded(this.rows.of(workspaceId));
    if (!this.bytes.enter(workspaceId, bytes)) {
      this.rows.leave(workspaceId, rows);
      throw this.overloaded(this.rows.of(workspaceId));
    }
    const waitMs = this.buckets.take(`${workspaceId} ${sourceId}`, rows, this.parts.clock.now());
    const release = once(() => {
      this.rows.leave(workspaceId, rows);
      this.bytes.leave(workspaceId, bytes);
      this.pace.add(rows, this.parts.clock.now());
    });
    if (waitMs === 0) return release;
    release();
    throw wireErrors.WIRE_OVERLOADED({}, { afterMs: this.jittered(waitMs) });
  }

  /** What a client is told when there is no room: about the time in which what waits is worked off. */
  overloaded(rows: number): Error {
    const rate = this.pace.rate(this.parts.clock.now());
    return wireErrors.WIRE_OVERLOADED({}, { afterMs: this.jittered(rate > 0 ? (rows / rate) * 1_000 : SHORTEST_MS) });
  }

  /** Spread by a half either way, so that those who were sent away together do not come back together. */
  private jittered(ms: number): number {
    const spread = ms * (0.75 + this.parts.random.next() * 0.75);
    return Math.min(LONGEST_MS, Math.max(SHORTEST_MS, Math.round(spread + this.parts.random.next() * SHORTEST_MS)));
  }
}

function once(work: () => void): Release {
  let done = false;
  return () => {
    if (done) return;
    done = true;
    work();
  };
}
