import { isAppError } from '@kohort/kernel-errors';
import type { ChangeLogPort, ChangePlace, MembershipChange, WorkspaceId } from '@kohort/kernel-contracts';

/** How many of the latest changes a workspace keeps in memory for its streams. Behind that they read the log. */
export const RING_SIZE = 1_000;
const READ_SIZE = 500;

/** Whom a tail tells what happens to it. */
export interface TailEvents {
  /** New entries are at its end. */
  grown(): void;
  /** The log has begun a new timeline; nothing that was held is held now. */
  restarted(): void;
}

/**
 * The end of one workspace's change log, read once for all streams of that workspace. Entries are numbered in the order
 * of the log; at least the latest RING_SIZE of them are held, those of before the first reading included, so that
 * clients who come back after a short while need no reading of their own.
 */
export class WorkspaceTail {
  private ring: MembershipChange[] = [];
  private firstIndex = 0;
  /** Whether the log has nothing before the first entry that is held. */
  private isWhole = false;
  private position: string | null = null;
  private place: ChangePlace | null = null;
  private reading: Promise<void> | null = null;
  private queued: Promise<void> | null = null;

  constructor(
    private readonly log: ChangeLogPort,
    private readonly workspaceId: WorkspaceId,
    private readonly events: TailEvents,
  ) {}

  /** Index that the next entry will have. */
  get end(): number {
    return this.firstIndex + this.ring.length;
  }

  /** The entry with this index; undefined when it is not held. */
  at(index: number): MembershipChange | undefined {
    return this.ring[index - this.firstIndex];
  }

  /** The cursor of the present end; null before the first `refresh`. */
  get cursor(): string | null {
    return this.position;
  }

  /** Whether a place lies behind all that was read: whether it is in memory shows after a `refresh` only. */
  isBeyond(place: ChangePlace): boolean {
    return this.place === null || (place.epoch === this.place.epoch && place.order > this.place.order);
  }

  /** The index of the first entry behind a place; null when something between is not held. */
  indexAfter(place: ChangePlace): number | null {
    if (this.place === null || place.epoch !== this.place.epoch) return null;
    const [first] = this.ring;
    if (!this.isWhole && (first === undefined ? this.isBefore(place) : place.order < first.place.order)) return null;
    let low = 0;
    let high = this.ring.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.ring[middle]?.place.order ?? '') <= place.order) low = middle + 1;
      else high = middle;
    }
    return this.firstIndex + low;
  }

  /**
   * Reads to the log's end. Everything committed and visible before the call is in when it resolves: a reading that was
   * under way already may have looked too early, so the call waits for one that began later.
   */
  refresh(): Promise<void> {
    if (this.reading === null) return this.begin();
    this.queued ??= this.reading.then(
      () => this.begin(),
      () => this.begin(),
    );
    return this.queued;
  }

  private isBefore(place: ChangePlace): boolean {
    return this.place !== null && place.order < this.place.order;
  }

  private begin(): Promise<void> {
    this.queued = null;
    const reading = this.readOrRestart().finally(() => {
      if (this.reading === reading) this.reading = null;
    });
    this.reading = reading;
    return reading;
  }

  private async readOrRestart(): Promise<void> {
    try {
      await this.readToEnd();
    } catch (thrown) {
      if (!isAppError(thrown) || thrown.code !== 'POSTGRES_CURSOR_EXPIRED') throw thrown;
      this.firstIndex = this.end + 1;
      this.ring = [];
      this.isWhole = false;
      this.position = null;
      this.place = null;
      this.events.restarted();
      await this.readToEnd();
    }
  }

  private async readToEnd(): Promise<void> {
    if (this.position === null) {
      const { changes, cursor, more } = await this.log.latest(this.workspaceId, RING_SIZE);
      this.isWhole = !more;
      this.append(changes, cursor);
    }
    for (let more = true; more;) {
      const batch = await this.log.readAfter(this.workspaceId, this.position ?? '', { limit: READ_SIZE });
      this.append(batch.changes, batch.cursor);
      ({ more } = batch);
    }
  }

  private append(changes: readonly MembershipChange[], cursor: string): void {
    for (const change of changes) this.ring.push(change);
    if (this.position !== cursor) this.place = this.log.placeOf(this.workspaceId, cursor);
    this.position = cursor;
    if (changes.length === 0) return;
    this.events.grown();
    if (this.ring.length < 2 * RING_SIZE) return;
    // Cut in one go when twice the size is reached: no shifting of the whole array for each entry.
    const cut = this.ring.length - RING_SIZE;
    this.ring = this.ring.slice(cut);
    this.firstIndex += cut;
    this.isWhole = false;
  }
}
