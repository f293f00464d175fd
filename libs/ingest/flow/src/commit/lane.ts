import type { GroupedRequest, StoreOutcome, WorkspaceId } from '@kohort/kernel-contracts';

/** A request that waits for its group, and how its caller is told. */
export interface Waiting {
  readonly request: GroupedRequest;
  /** What it counts for against the size of a group: messages and kept items. */
  readonly rows: number;
  readonly arrivedAt: number;
  readonly done: (outcome: StoreOutcome) => void;
  readonly failed: (reason: unknown) => void;
}

/** Requests that may share a transaction, in the order in which they came: one workspace, one `dedupeDays`. */
export interface Lane {
  readonly key: string;
  readonly workspaceId: WorkspaceId;
  readonly waiting: Waiting[];
  rows: number;
  inFlight: number;
  /** When its latest group was sent off. */
  sentAt: number;
  /** How many requests came when a group last waited as long as the pace has it, and how many groups went sooner since. */
  callers: number;
  early: number;
  /** Its place among all groups sent off; 0: none yet. The lowest is served next. */
  turn: number;
}

/** How groups are cut. */
export interface GroupLimits {
  /** A group is closed at so many rows; a single larger request is a group of its own. */
  readonly rows: number;
  /** So many rows are worth a transaction of their own: they wait for no others. */
  readonly enough: number;
  /** A lane sends a group so long after the one before it, or when all callers wait for an answer. */
  readonly paceMs: number;
  /** After so many groups that went sooner, one waits as long as the pace has it: to count the callers anew. */
  readonly earlyInARow: number;
  /** Transactions at a time, of all workspaces, of one among several, and of one that is alone. */
  readonly inFlight: number;
  readonly inFlightPerLane: number;
  readonly inFlightAlone: number;
  /** Beside each transaction of its lane that is under way a group waits until it has so many rows. */
  readonly rowsBeside: number;
  /** A lane is alone when no other has sent anything for so long. */
  readonly aloneMs: number;
}

/**
 * As measured: at 1,000 events a second a transaction, and all that follows from it downstream, costs as much as a dozen
 * events do, so that half as many take a fifth off the CPU of the whole. Callers who wait for each answer before their
 * next call gather nobody else and are not kept waiting; an idle door adds no wait. Four transactions of one workspace
 * bring a third more than two, but double what a quiet neighbour waits. Small groups beside each other bring nothing: they
 * wait for each other's row of the ledger, and each costs as much as a large one.
 */
export const GROUP_LIMITS: GroupLimits = {
  ...{ rows: 500, enough: 100, rowsBeside: 50, paceMs: 50, earlyInARow: 8 },
  ...{ inFlight: 6, inFlightPerLane: 2, inFlightAlone: 4, aloneMs: 1_000 },
};

/** A message weighs one row, a call of refused items alone at least one. */
export function rowsOf(request: GroupedRequest): number {
  return Math.max(1, request.messages.length + (request.keep?.length ?? 0));
}

/** The limits as they are for each of these lanes now: one that is alone may have more under way. */
export function limitsNow(lanes: Iterable<Lane>, limits: GroupLimits, now: number): GroupLimits {
  let busy = 0;
  for (const { waiting, inFlight, sentAt } of lanes) {
    if (waiting.length > 0 || inFlight > 0 || now - sentAt < limits.aloneMs) busy += 1;
  }
  return busy > 1 ? limits : { ...limits, inFlightPerLane: Math.max(limits.inFlightPerLane, limits.inFlightAlone) };
}

/** When the lane's next group is due; null: not before one of its own comes back, or nothing waits. */
export function dueAt(lane: Lane, limits: GroupLimits, now: number): number | null {
  const [first] = lane.waiting;
  if (!first || lane.inFlight >= limits.inFlightPerLane || lane.rows < lane.inFlight * limits.rowsBeside) return null;
  const isAll = lane.waiting.length >= lane.callers && lane.early < limits.earlyInARow;
  if (isAll || lane.rows >= Math.min(limits.enough, limits.rows)) return now;
  return Math.max(now, lane.sentAt + limits.paceMs);
}

/** Takes the next group off the lane: at least one request, no more rows than the limit beyond that. */
export function takeGroup(lane: Lane, limits: GroupLimits): Waiting[] {
  let [count, rows] = [0, 0];
  for (const { rows: added } of lane.waiting) {
    if (count > 0 && rows + added > limits.rows) break;
    count += 1;
    rows += added;
  }
  lane.rows -= rows;
  return lane.waiting.splice(0, count);
}

/** Notes that a group of so many requests is sent off. */
export function noteSent(lane: Lane, requests: number, { now, paceMs }: { now: number; paceMs: number }): void {
  const isEarly = now < lane.sentAt + paceMs;
  lane.early = isEarly ? lane.early + 1 : 0;
  if (!isEarly) lane.callers = requests;
  lane.sentAt = now;
}
