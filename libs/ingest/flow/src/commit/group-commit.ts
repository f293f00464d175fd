import type { Clock } from '@kohort/kernel-clock-random';
import type { GroupedRequest, IngestGroupStore, StoreOutcome } from '@kohort/kernel-contracts';
import { AppError, isAppError } from '@kohort/kernel-errors';
import {
  GROUP_LIMITS,
  dueAt,
  limitsNow,
  rowsOf,
  noteSent,
  takeGroup,
  type GroupLimits,
  type Lane,
  type Waiting,
} from './lane';

/** What a committer stands on. */
export interface GroupCommitDeps {
  readonly store: IngestGroupStore;
  readonly clock: Clock;
  /** Runs the work once, so much later; the answer takes it back. */
  readonly later: (waitMs: number, work: () => void) => () => void;
  readonly limits?: Partial<GroupLimits>;
}

/** A store that takes requests one by one and writes them together. */
export interface GroupCommitter {
  store(request: GroupedRequest): Promise<StoreOutcome>;
  /** Requests that wait or are being written. */
  readonly depth: number;
}

const isPassing = (thrown: unknown): boolean => isAppError(thrown) && thrown.kind === 'transient';

function shortAnswer(): AppError {
  const message = 'the store answered fewer requests than it was given';
  return new AppError({ code: 'INGEST_GROUP_SHORT', kind: 'bug', message });
}

class Committer implements GroupCommitter {
  private readonly limits: GroupLimits;
  private readonly lanes = new Map<string, Lane>();
  private running = 0;
  private turn = 0;
  private cancelSleep: () => void = () => undefined;
  depth = 0;

  constructor(private readonly deps: GroupCommitDeps) {
    this.limits = { ...GROUP_LIMITS, ...deps.limits };
  }

  store(request: GroupedRequest): Promise<StoreOutcome> {
    return new Promise((done, failed) => {
      const rows = rowsOf(request);
      const lane = this.laneOf(request);
      lane.waiting.push({ request, rows, arrivedAt: this.deps.clock.now(), done, failed });
      lane.rows += rows;
      this.depth += 1;
      this.pump();
    });
  }

  private laneOf(request: GroupedRequest): Lane {
    const key = `${request.workspaceId} ${request.dedupeDays}`;
    const known = this.lanes.get(key);
    if (known) return known;
    const { workspaceId } = request;
    const lane: Lane = {
      key,
      workspaceId,
      waiting: [],
      rows: 0,
      inFlight: 0,
      sentAt: -Infinity,
      callers: 0,
      early: 0,
      turn: 0,
    };
    this.lanes.set(key, lane);
    return lane;
  }

  /** Sends off what is due, one group a lane and turn; then sleeps until the next is. */
  private pump(): void {
    this.cancelSleep();
    for (let lane = this.nextDue(); lane && this.running < this.limits.inFlight; lane = this.nextDue()) {
      void this.send(lane, takeGroup(lane, this.limits));
    }
    if (this.running < this.limits.inFlight) this.sleep();
  }

  /** Of the lanes that are due the one that has waited longest for its turn. */
  private nextDue(): Lane | undefined {
    const now = this.deps.clock.now();
    const limits = limitsNow(this.lanes.values(), this.limits, now);
    let next: Lane | undefined;
    for (const lane of this.lanes.values()) {
      // A clock that was set back must not keep anybody waiting for as long as that.
      lane.sentAt = Math.min(lane.sentAt, now);
      const due = dueAt(lane, limits, now);
      if (due !== null && due <= now && (!next || lane.turn < next.turn)) next = lane;
      // An idle lane is only remembered as long as that makes a difference.
      const isIdle = lane.waiting.length === 0 && lane.inFlight === 0;
      if (isIdle && now - lane.sentAt > Math.max(limits.paceMs, limits.aloneMs)) this.lanes.delete(lane.key);
    }
    return next;
  }

  private sleep(): void {
    const now = this.deps.clock.now();
    const limits = limitsNow(this.lanes.values(), this.limits, now);
    const due = [...this.lanes.values()].flatMap((lane) => dueAt(lane, limits, now) ?? []);
    if (due.length === 0) return;
    const waitMs = Math.max(1, Math.min(...due) - now);
    this.cancelSleep = this.deps.later(waitMs, () => this.pump());
  }

  private async send(lane: Lane, group: readonly Waiting[]): Promise<void> {
    this.running += 1;
    lane.inFlight += 1;
    this.turn += 1;
    lane.turn = this.turn;
    noteSent(lane, group.length, { now: this.deps.clock.now(), paceMs: this.limits.paceMs });
    await this.commit(group);
    this.running -= 1;
    lane.inFlight -= 1;
    this.depth -= group.length;
    this.pump();
  }

  /** Never throws: each caller of the group is told its own end. */
  private async commit(group: readonly Waiting[]): Promise<void> {
    try {
      const outcomes = await this.deps.store.storeGroup(group.map(({ request }) => request));
      group.forEach(({ done, failed }, i) => {
        const outcome = outcomes[i];
        if (outcome) done(outcome);
        else failed(shortAnswer());
      });
    } catch (thrown) {
      // What passes is nobody's fault, and what a request did alone needs no search.
      if (group.length === 1 || isPassing(thrown)) for (const { failed } of group) failed(thrown);
      else await this.bisect(group);
    }
  }

  /** One request is at fault: the halves are tried each on its own, until it stands alone. */
  private async bisect(group: readonly Waiting[]): Promise<void> {
    const middle = Math.ceil(group.length / 2);
    await this.commit(group.slice(0, middle));
    await this.commit(group.slice(middle));
  }
}

/**
 * Writes concurrent requests together: those of one workspace share a transaction, its statements and its outbox row.
 * The first request of an idle workspace goes at once; the next group goes 50 ms after the one before it, or when it has
 * 100 rows or as many requests as came in such a time before, and later only while its workspace's transactions are under
 * way, so groups grow with the load: a small one waits for the one before it.
 * Workspaces take turns at the transactions; one that is alone may have more of them under way.
 *
 * Promise   a request resolves after its group's commit, with the outcomes that it would have had alone
 * Order     in a group as given: an earlier request wins a key
 * Throws    to each caller what its own request raises; a group that fails is halved, so that one bad request sinks no
 *           other; what passes (kind transient) fails the whole group
 */
export function groupCommit(deps: GroupCommitDeps): GroupCommitter {
  return new Committer(deps);
}
