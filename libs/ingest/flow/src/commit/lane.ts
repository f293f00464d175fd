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
  /** Its place among all groups sent off; 0: none yet. The lowest is served next. */
  turn: number;
}

/** How groups are cut. */
export interface GroupLimits {
  /** A group is closed at so many rows; a single larger request is a group of its own. */
  readonly rows: number;
  /** How long the first request of a group may wait for others. */
  readonly lingerMs: number;
  /** A lane that sent nothing for so long is idle: its next request goes at once. */
  readonly idleMs: number;
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
 * As measured: commits of single events then share one task downstream, and an idle door adds no wait. Four transactions
 * of one workspace bring a third more than two, but double what a quiet neighbour waits. Small groups beside each other
 * bring nothing: they wait for each other's row of the ledger, and each costs as much as a large one.
 */
export const GROUP_LIMITS: GroupLimits = {
  ...{ rows: 500, rowsBeside: 50, lingerMs: 10, idleMs: 50 },
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
export function dueAt(lane: Lane, limits: GroupLimits): number | null {
  const [first] = lane.waiting;
  if (!first || lane.inFlight >= limits.inFlightPerLane || lane.rows < lane.inFlight * limits.rowsBeside) return null;
  const isIdle = lane.inFlight === 0 && first.arrivedAt - lane.sentAt >= limits.idleMs;
  if (isIdle || lane.rows >= limits.rows) return first.arrivedAt;
  return first.arrivedAt + limits.lingerMs;
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
