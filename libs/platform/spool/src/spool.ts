import { Appender } from './appender';
import { takeFolder } from './folder-owner';
import { FRAME_BYTES, encodeRecord } from './record';
import { listSegments, readSegment, recoverSegment, removeSegment, type Sealed } from './segment-files';
import { spoolErrors } from './spool-errors';

export interface SpoolOptions {
  /** A folder of this process alone, on a disk that keeps what was synced. Made when absent. */
  readonly dir: string;
  /** The most that may wait. */
  readonly limitBytes: number;
  /** A file is closed beyond this size; 8 MiB when absent. */
  readonly segmentBytes?: number;
}

/**
 * Records that wait in local files. A caller may rely on: what `append` has resolved for survives any end of the process
 * and of the machine; records are handed on in the order in which they were appended; one may be handed on again after a
 * crash while draining, or when its handler failed.
 */
export interface Spool {
  /**
   * Resolves after the fsync.
   *
   * Throws  SPOOL_FULL, SPOOL_BROKEN (nothing of the record stays), SPOOL_CLOSED
   */
  append(content: Uint8Array): Promise<void>;
  /**
   * Hands on what waits, some records at a time, and forgets them. When `handle` throws, the records stay and the error
   * is passed on; the next drain begins with the same ones. One drain at a time. Returns the number of records handed on.
   */
  drain(handle: (records: readonly Buffer[]) => Promise<void>): Promise<number>;
  /** What waits. */
  readonly bytes: number;
  readonly records: number;
  readonly limitBytes: number;
  /** Whether there is anything to drain, or will be when somebody who has a part of it ends. */
  readonly isOwed: boolean;
  /** Bytes found torn or damaged when the spool was opened. */
  readonly badBytes: number;
  close(): Promise<void>;
}

const SEGMENT_BYTES = 8_388_608;
/** Records and bytes handed on at once. */
const PORTION_RECORDS = 64;
const PORTION_BYTES = 4_194_304;

function portionAt(records: readonly Buffer[], from: number): readonly Buffer[] {
  let [to, bytes] = [from, 0];
  while (to < records.length && to - from < PORTION_RECORDS && (to === from || bytes < PORTION_BYTES)) {
    bytes += records[to]?.length ?? 0;
    to += 1;
  }
  return records.slice(from, to);
}

/** A spool in the files of one folder. */
export class FileSpool implements Spool {
  bytes = 0;
  records = 0;
  badBytes = 0;
  readonly limitBytes: number;
  private readonly sealed: Sealed[];
  private readonly appender: Appender;
  /** Records of the oldest file that were handed on already. */
  private handed = 0;
  private closed = false;
  private draining = false;

  /** `release`: gives the folder back, which is the caller's already. */
  constructor(
    private readonly options: SpoolOptions,
    private readonly release: () => void,
  ) {
    this.limitBytes = options.limitBytes;
    const { sealed, next } = listSegments(options.dir);
    this.sealed = sealed;
    this.appender = new Appender(options.dir, next, {
      segmentBytes: options.segmentBytes ?? SEGMENT_BYTES,
      onSealed: (segment) => void this.sealed.push(segment),
    });
  }

  get isOwed(): boolean {
    return this.records > 0;
  }

  /** Reads what an earlier process left. */
  async recover(): Promise<this> {
    for (const [i, found] of this.sealed.entries()) {
      const { records, bad, segment } = await recoverSegment(found);
      this.sealed[i] = segment;
      this.records += records;
      this.bytes += segment.bytes;
      this.badBytes += bad;
    }
    return this;
  }

  async append(content: Uint8Array): Promise<void> {
    if (this.closed) throw spoolErrors.SPOOL_CLOSED({}, { afterMs: 2_000 });
    const size = FRAME_BYTES + content.length;
    if (this.bytes + size > this.limitBytes) throw spoolErrors.SPOOL_FULL({}, { afterMs: 10_000 });
    // Counted before it is written: records under way need their place too.
    this.bytes += size;
    try {
      await this.appender.append(encodeRecord(content));
      this.records += 1;
    } catch (thrown) {
      this.bytes -= size;
      throw thrown;
    }
  }

  async drain(handle: (records: readonly Buffer[]) => Promise<void>): Promise<number> {
    if (this.draining || this.closed) return 0;
    this.draining = true;
    try {
      await this.appender.seal();
      let total = 0;
      for (let segment = this.sealed[0]; segment && !this.closed; segment = this.sealed[0]) {
        total += await this.drainSegment(segment, handle);
      }
      return total;
    } finally {
      this.draining = false;
    }
  }

  private async drainSegment(segment: Sealed, handle: (records: readonly Buffer[]) => Promise<void>): Promise<number> {
    const records = await readSegment(segment);
    const before = this.handed;
    while (this.handed < records.length) {
      const portion = portionAt(records, this.handed);
      await handle(portion);
      this.handed += portion.length;
      this.records -= portion.length;
    }
    await removeSegment(this.options.dir, segment);
    this.sealed.shift();
    this.handed = 0;
    this.bytes -= segment.bytes;
    return records.length - before;
  }

  async close(): Promise<void> {
    this.closed = true;
    await this.appender.seal();
    this.release();
  }
}

/**
 * Opens a spool; what an earlier process left is found again.
 *
 * Throws  SPOOL_IN_USE
 */
export async function openSpool(options: SpoolOptions): Promise<Spool> {
  return new FileSpool(options, takeFolder(options.dir)).recover();
}
