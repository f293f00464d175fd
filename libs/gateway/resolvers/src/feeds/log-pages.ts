import type { ChangeFilter, ChangeLogPort, MembershipChangeBatch, WorkspaceId } from '@kohort/kernel-contracts';

/** Changes of a page. */
export const PAGE_SIZE = 500;
/** Pages that are kept for those who come by later, over all workspaces. */
export const MOST_PAGES = 8;
/** Streams that catch up at once; the others wait, so that those who are at the end of their log are not kept waiting. */
const AT_ONCE = 4;

/**
 * Pages of change logs for the streams that have fallen behind: those who stand at the same place read once, and a page
 * that is full is kept for a while, for it stays as it is. So a stream that waits for its client needs to hold none.
 *
 * Size  MOST_PAGES of PAGE_SIZE changes, however many streams
 */
export class LogPages {
  private readonly full = new Map<string, MembershipChangeBatch>();
  private readonly asked = new Map<string, Promise<MembershipChangeBatch>>();
  private taken = 0;
  private readonly waiting: (() => void)[] = [];

  constructor(private readonly log: Pick<ChangeLogPort, 'readAfter'>) {}

  /**
   * Does a step of somebody's catching up, in turn: the reading, and the handing over of what was read. A turn ends when
   * the event loop has looked at everything else, however much was handed over.
   */
  async inTurn(step: () => Promise<void>): Promise<void> {
    if (this.taken < AT_ONCE) this.taken += 1;
    else await new Promise<void>((resolve) => this.waiting.push(resolve));
    try {
      await step();
    } finally {
      setImmediate(() => {
        const next = this.waiting.shift();
        if (next === undefined) this.taken -= 1;
        else next();
      });
    }
  }

  /** As `readAfter` of the log. */
  read(workspaceId: WorkspaceId, after: string, filter: ChangeFilter): Promise<MembershipChangeBatch> {
    const { segmentId = null, profileId = null, kinds = null } = filter;
    const key = JSON.stringify([workspaceId, after, segmentId, profileId, kinds]);
    const known = this.full.get(key);
    if (known !== undefined) {
      this.keep(key, known);
      return Promise.resolve(known);
    }
    const asked =
      this.asked.get(key) ?? this.ask(key, () => this.log.readAfter(workspaceId, after, { limit: PAGE_SIZE, filter }));
    this.asked.set(key, asked);
    return asked;
  }

  /** Forgets all pages: a log has begun anew, or nobody is left to read them. */
  clear(): void {
    this.full.clear();
    this.asked.clear();
  }

  private ask(key: string, read: () => Promise<MembershipChangeBatch>): Promise<MembershipChangeBatch> {
    const isCurrent = (): boolean => this.asked.get(key) === asked;
    const asked = read()
      .then((batch) => {
        if (batch.more && isCurrent()) this.keep(key, batch);
        return batch;
      })
      .finally(() => {
        if (isCurrent()) this.asked.delete(key);
      });
    return asked;
  }

  /** The one that was asked for longest ago makes room. */
  private keep(key: string, batch: MembershipChangeBatch): void {
    this.full.delete(key);
    this.full.set(key, batch);
    const [oldest] = this.full.size > MOST_PAGES ? this.full.keys() : [];
    if (oldest !== undefined) this.full.delete(oldest);
  }
}
