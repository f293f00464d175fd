import { AppError } from '@kohort/kernel-errors';
import {
  profileIdSchema,
  segmentIdSchema,
  workspaceIdSchema,
  type ChangeLogPort,
  type MembershipChange,
  type MembershipChangeBatch,
} from '@kohort/kernel-contracts';

export const workspaceId = workspaceIdSchema.parse('00000000-0000-4000-8000-000000000001');
export const segmentId = segmentIdSchema.parse('00000000-0000-4000-8000-0000000000a1');
const profileId = profileIdSchema.parse('00000000-0000-4000-8000-0000000000b1');

/** A change log in memory that counts what it is asked; a cursor is `c` and the number of changes before it. */
export class MemoryLog implements ChangeLogPort {
  readonly changes: MembershipChange[] = [];
  reads = 0;
  horizons = 0;
  broken = false;
  /** Changes before this place are of an older timeline; cursors of theirs have expired. */
  timelineFrom = 0;

  append(count = 1, kind: 'entered' | 'exited' = 'entered'): void {
    for (let n = 0; n < count; n += 1) {
      const place = this.changes.length + 1;
      this.changes.push({
        ...{ cursor: `c${place}`, segmentId, segmentKey: 'pro', profileId, kind, changeVersion: place },
        ...{ segmentVersion: 1, evaluatedAt: 0, recordedAt: 0, cause: 'event', eventId: null },
      });
    }
  }

  async readAfter(_workspaceId: unknown, cursor: string, limit: number): Promise<MembershipChangeBatch> {
    this.reads += 1;
    if (this.broken) throw new TypeError('the database is away');
    const from = Number(/^[ch](\d+)$/.exec(cursor)?.[1] ?? Number.NaN);
    if (from < this.timelineFrom)
      throw new AppError({ code: 'POSTGRES_CURSOR_EXPIRED', kind: 'conflict', message: 'old' });
    const changes = this.changes.slice(from, from + limit);
    // A turn of the loop passes between the looking and the answer: others may append meanwhile.
    await Promise.resolve();
    return { changes, cursor: changes.at(-1)?.cursor ?? cursor, more: changes.length === limit };
  }

  /** The head is spelled differently from the cursor of the last change, as in PostgreSQL. */
  async head(): Promise<string> {
    return `h${this.changes.length}`;
  }

  async horizon(): Promise<string> {
    this.horizons += 1;
    return String(this.changes.length);
  }
}
