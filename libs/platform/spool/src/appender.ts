import type { FileHandle } from 'node:fs/promises';
import { spoolErrors } from './spool-errors';
import { createSegment, type Sealed } from './segment-files';

interface Pending {
  readonly record: Buffer;
  readonly done: () => void;
  readonly failed: (reason: unknown) => void;
}

interface OpenSegment {
  readonly path: string;
  readonly handle: FileHandle;
  bytes: number;
}

/** Writes records at the end of the newest file; those that wait together share one fsync. */
export class Appender {
  private pending: Pending[] = [];
  private current: OpenSegment | null = null;
  /** The tail of the work: writes and seals, one after the other. */
  private work: Promise<void> = Promise.resolve();
  private scheduled = false;

  constructor(
    private readonly dir: string,
    private next: number,
    private readonly settings: { readonly segmentBytes: number; readonly onSealed: (segment: Sealed) => void },
  ) {}

  append(record: Buffer): Promise<void> {
    return new Promise((done, failed) => {
      this.pending.push({ record, done, failed });
      if (this.scheduled) return;
      this.scheduled = true;
      this.work = this.work.then(() => this.flush());
    });
  }

  /** Ends the newest file, so that it can be drained. */
  seal(): Promise<void> {
    this.work = this.work.then(() => this.endCurrent());
    return this.work;
  }

  private async flush(): Promise<void> {
    this.scheduled = false;
    const group = this.pending;
    this.pending = [];
    try {
      await this.write(Buffer.concat(group.map(({ record }) => record)));
      for (const { done } of group) done();
    } catch (cause) {
      for (const { failed } of group) failed(spoolErrors.SPOOL_BROKEN({}, { cause, afterMs: 5_000 }));
    }
  }

  private async write(bytes: Buffer): Promise<void> {
    const segment = this.current ?? (await this.begin());
    try {
      await segment.handle.writeFile(bytes);
      await segment.handle.datasync();
    } catch (thrown) {
      // Half a record, or one that is not known to be on the disk, must not stand before the next.
      await this.cutBack(segment);
      throw thrown;
    }
    segment.bytes += bytes.length;
    if (segment.bytes >= this.settings.segmentBytes) await this.endCurrent();
  }

  private async begin(): Promise<OpenSegment> {
    const number = this.next;
    this.next += 1;
    this.current = { ...(await createSegment(this.dir, number)), bytes: 0 };
    return this.current;
  }

  private async cutBack(segment: OpenSegment): Promise<void> {
    try {
      await segment.handle.truncate(segment.bytes);
    } finally {
      await this.endCurrent();
    }
  }

  private async endCurrent(): Promise<void> {
    const segment = this.current;
    if (!segment) return;
    this.current = null;
    await segment.handle.close();
    this.settings.onSealed({ path: segment.path, bytes: segment.bytes });
  }
}
