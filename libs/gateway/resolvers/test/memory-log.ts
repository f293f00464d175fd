import { AppError } from '@kohort/kernel-errors';
import {
  profileIdSchema,
  segmentIdSchema,
  workspaceIdSchema,
  type ChangeLogPort,
  type ChangePage,
  type ChangePlace,
  type MembershipChange,
  type MembershipChangeBatch,
} from '@kohort/kernel-contracts';
import { wants } from '../src/feeds/audience';

export const workspaceId = workspaceIdSchema.parse('00000000-0000-4000-8000-000000000001');
export const segmentId = segmentIdSchema.parse('00000000-0000-4000-8000-0000000000a1');
export const profileId = profileIdSchema.parse('00000000-0000-4000-8000-0000000000b1');

const EXPIRED = { code: 'POSTGRES_CURSOR_EXPIRED', kind: 'conflict', message: 'old' } as const;

/** A change log in memory that counts what it is asked; a cursor is `c` or `h` and the number of changes before it. */
export class MemoryLog implements ChangeLogPort {
  readonly changes: MembershipChange[] = [];
  readonly retentionMs = 7 * 86_400_000;
  reads = 0;
  checks = 0;
  horizons = 0;
  broken = false;
  /** Of its last changes so many are committed and cannot be read yet: for the horizon alone. */
  hidden = 0;
  /** Changes before this place are of an older timeline; cursors of theirs have expired. */
  timelineFrom = 0;
  /** The clock of what is appended. */
  nowMs = 0;

  append(count = 1, kind: 'entered' | 'exited' = 'entered', of: Partial<MembershipChange> = {}): void {
    for (let n = 0; n < count; n += 1) {
      const place = this.changes.length + 1;
      this.changes.push({
        ...{
          cursor: `c${place}`,
          place: this.placeOf(null, `c${place}`),
          segmentId,
          segmentKey: 'pro',
          profileId,
          kind,
          changeVersion: place,
        },
        ...{ segmentVersion: 1, evaluatedAt: 0, recordedAt: this.nowMs, cause: 'event', eventId: null },
        ...of,
      });
    }
  }

  async readAfter(_of: unknown, cursor: string, { limit, filter = {} }: ChangePage): Promise<MembershipChangeBatch> {
    const from = this.look(cursor);
    const changes = this.changes.slice(from).filter((each) => wants(filter, each));
    const page = changes.slice(0, limit);
    const end = Object.keys(filter).length === 0 ? cursor : `h${this.changes.length}`;
    const more = page.length === limit;
    // A turn of the loop passes between the looking and the answer: others may append meanwhile.
    await Promise.resolve();
    return { changes: page, cursor: more || end === cursor ? (page.at(-1)?.cursor ?? cursor) : end, more };
  }

  async latest(_of: unknown, limit: number): Promise<MembershipChangeBatch> {
    const end = this.changes.length;
    this.look(`h${end}`);
    return { changes: this.changes.slice(-limit), cursor: `h${end}`, more: end > limit };
  }

  async check(_of: unknown, cursor: string): Promise<void> {
    this.checks += 1;
    const next = this.changes[this.look(cursor)];
    if (next && next.recordedAt < this.nowMs - this.retentionMs) throw new AppError(EXPIRED);
  }

  placeOf(_of: unknown, cursor: string): ChangePlace {
    const at = Number(/^[ch](\d+)$/.exec(cursor)?.[1] ?? Number.NaN);
    return { epoch: at < this.timelineFrom ? 1 : this.timelineFrom > 0 ? 2 : 1, order: String(at).padStart(9, '0') };
  }

  /** The head is spelled differently from the cursor of the last change, as in PostgreSQL. */
  async head(): Promise<string> {
    return `h${this.changes.length}`;
  }

  async horizon(): ReturnType<ChangeLogPort['horizon']> {
    this.horizons += 1;
    return { readable: BigInt(this.changes.length - this.hidden), committed: BigInt(this.changes.length) };
  }

  membersAt(): never {
    throw new TypeError('not asked here');
  }

  private look(cursor: string): number {
    this.reads += 1;
    if (this.broken) throw new TypeError('the database is away');
    const from = Number(/^[ch](\d+)$/.exec(cursor)?.[1] ?? Number.NaN);
    if (from < this.timelineFrom) throw new AppError(EXPIRED);
    return from;
  }
}
