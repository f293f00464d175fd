import type { ChangeFilter, MembershipChange } from '@kohort/kernel-contracts';

/** Who wants some of the changes. */
export interface Listener {
  readonly filter: ChangeFilter;
}

/** Whether a filter lets a change through. */
export function wants(filter: ChangeFilter, change: MembershipChange): boolean {
  return (
    (filter.segmentId === undefined || filter.segmentId === change.segmentId) &&
    (filter.profileId === undefined || filter.profileId === change.profileId) &&
    (filter.kinds === undefined || filter.kinds.includes(change.kind))
  );
}

/**
 * Who is to hear of a change, found by what they ask for.
 *
 * Cost    of finding: those who want it, and those who ask for the same person or segment; never all
 */
export class Audience<L extends Listener> {
  private readonly everything = new Set<L>();
  private readonly byProfile = new Map<string, Set<L>>();
  private readonly bySegment = new Map<string, Set<L>>();

  add(listener: L): void {
    const { filter } = listener;
    if (filter.profileId !== undefined) put(this.byProfile, filter.profileId, listener);
    else if (filter.segmentId !== undefined) put(this.bySegment, filter.segmentId, listener);
    else this.everything.add(listener);
  }

  remove(listener: L): void {
    const { filter } = listener;
    if (filter.profileId !== undefined) drop(this.byProfile, filter.profileId, listener);
    else if (filter.segmentId !== undefined) drop(this.bySegment, filter.segmentId, listener);
    else this.everything.delete(listener);
  }

  /** Calls back with each listener that wants this change. */
  each(change: MembershipChange, callback: (listener: L) => void): void {
    const rooms = [this.everything, this.bySegment.get(change.segmentId), this.byProfile.get(change.profileId)];
    for (const room of rooms) {
      for (const listener of room ?? []) if (wants(listener.filter, change)) callback(listener);
    }
  }
}

function put<L>(rooms: Map<string, Set<L>>, key: string, listener: L): void {
  const room = rooms.get(key);
  if (room) room.add(listener);
  else rooms.set(key, new Set([listener]));
}

function drop<L>(rooms: Map<string, Set<L>>, key: string, listener: L): void {
  const room = rooms.get(key);
  room?.delete(listener);
  if (room?.size === 0) rooms.delete(key);
}
