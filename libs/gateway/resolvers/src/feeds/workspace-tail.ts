import { isAppError } from '@kohort/kernel-errors';
import type { ChangeLogPort, MembershipChange, WorkspaceId } from '@kohort/kernel-contracts';

/** How many of the latest changes a workspace keeps in memory for its streams. Behind that they read the log. */
export const RING_SIZE = 1_000;
const READ_SIZE = 500;

/**
 * The end of one workspace's change log, read once for all streams of that workspace. Entries are numbered from 0 in
 * the order of the log; the latest RING_SIZE of them are held.
 */
export class WorkspaceTail {
  private ring: MembershipChange[] = [];
  private firstIndex = 0;
  private readonly indexByCursor = new Map<string, number>();
  private position: string | null = null;
  private reading: Promise<void> | null = null;
  private queued: Promise<void> | null = null;

  constructor(
    private readonly log: ChangeLogPort,
    private readonly workspaceId: WorkspaceId,
  ) {}

  /** Index that the next entry will have. */
  get end(): number {
    return this.firstIndex + this.ring.length;
  }

  /** The entry with this index; undefined when it is not there yet. `isLost` tells whether it is there no more. */
  at(index: number): MembershipChange | undefined {
    return this.ring[index - this.firstIndex];
  }

  /** Whether the entry with this index has left the memory: whoever wants it reads the log. */
  isLost(index: number): boolean {
    return index < this.firstIndex;
  }

  /** The index behind the entry with this cursor; null when it is not in memory. */
  after(cursor: string): number | null {
    const index = this.indexByCursor.get(cursor);
    return index === undefined ? null : index + 1;
  }

  /** The cursor of the present end. Only after a `refresh`. */
  get cursor(): string | null {
    return this.position;
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
      // The log has begun a new timeline. What is held belongs to the old one: whoever stands in it is sent to the log,
      // which tells them so; newcomers begin at the new end.
      this.firstIndex = this.end + 1;
      this.ring = [];
      this.indexByCursor.clear();
      this.position = null;
      await this.readToEnd();
    }
  }

  private async readToEnd(): Promise<void> {
    this.position ??= await this.log.head(this.workspaceId);
    for (;;) {
      const batch = await this.log.readAfter(this.workspaceId, this.position, READ_SIZE);
      for (const change of batch.changes) this.append(change);
      this.position = batch.cursor;
      if (!batch.more) return;
    }
  }

  private append(change: MembershipChange): void {
    this.indexByCursor.set(change.cursor, this.end);
    this.ring.push(change);
    if (this.ring.length < 2 * RING_SIZE) return;
    // Cut in one go when twice the size is reached: no shifting of the whole array for each entry.
    for (const old of this.ring.slice(0, RING_SIZE)) this.indexByCursor.delete(old.cursor);
    this.ring = this.ring.slice(RING_SIZE);
    this.firstIndex += RING_SIZE;
  }
}
