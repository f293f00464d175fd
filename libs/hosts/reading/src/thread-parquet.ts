import { join } from 'node:path';
import {
  ingestErrors,
  type ColumnOfGroup,
  type PackedRows,
  type ParquetDecoder,
  type ParquetDecoding,
  type ParquetFileName,
} from '@kohort/ingest-domain';
import { isAppError, type AppError } from '@kohort/kernel-errors';
import { openThreadService, type ThreadService } from '@kohort/platform-compute';
import type { ParquetQuestion } from './parquet-question';

/** Where the thread's entry stands, and how far it may go. */
export interface ThreadParquetOptions {
  /** Folder of the built `parquet.thread.cjs`. */
  readonly threadsDir: string;
  /** Heap of the thread, in MB. */
  readonly heapLimitMb: number;
  /** How long one column of a row group, or one block of its rows, may take; two minutes when absent. */
  readonly timeLimitMs?: number;
  /** How long a thread waits for the next file; half a minute when absent. */
  readonly idleMs?: number;
}

const TIME_LIMIT_MS = 120_000;
const IDLE_MS = 30_000;

/** A thread that waits for the next file, or none; starting one takes longer than reading a small file. */
class IdleThread {
  private waiting: { readonly service: ThreadService; readonly timer: NodeJS.Timeout } | null = null;

  constructor(
    private readonly start: () => ThreadService,
    private readonly idleMs: number,
  ) {}

  take(): ThreadService {
    const { waiting } = this;
    this.waiting = null;
    clearTimeout(waiting?.timer);
    return waiting?.service.isAlive ? waiting.service : this.start();
  }

  async giveBack(service: ThreadService): Promise<void> {
    if (this.waiting || !service.isAlive) return service.close();
    const timer = setTimeout(() => {
      this.waiting = null;
      void service.close();
    }, this.idleMs);
    this.waiting = { service, timer: timer.unref() };
  }
}

class ThreadDecoding implements ParquetDecoding {
  private at: ColumnOfGroup | null = null;

  constructor(
    private readonly service: ThreadService,
    private readonly file: ParquetFileName,
    private readonly options: ThreadParquetOptions,
    private readonly giveBack: (service: ThreadService) => Promise<void>,
  ) {}

  async open(footer: Uint8Array): Promise<void> {
    await this.ask({ kind: 'open', file: this.file, footer }).catch(async (thrown: unknown) => {
      await this.service.close();
      throw thrown;
    });
  }

  async column(of: ColumnOfGroup, chunks: readonly ArrayBuffer[]): Promise<void> {
    this.at = of;
    await this.ask({ kind: 'column', of, chunks }, chunks);
  }

  block(): Promise<PackedRows | null> {
    return this.ask<PackedRows | null>({ kind: 'block' });
  }

  async close(): Promise<void> {
    await this.ask({ kind: 'end' }).catch(() => this.service.close());
    await this.giveBack(this.service);
  }

  private ask<Answer = null>(question: ParquetQuestion, transfer: readonly ArrayBuffer[] = []): Promise<Answer> {
    const isDecoding = question.kind === 'column' || question.kind === 'block';
    const timeLimitMs = (isDecoding ? this.options.timeLimitMs : undefined) ?? TIME_LIMIT_MS;
    return this.service.ask<Answer>(question, { timeLimitMs, transfer }).catch((thrown: unknown) => {
      throw isAppError(thrown) ? this.named(thrown, question.kind) : thrown;
    });
  }

  /** What the thread ran into, with the place in the file at which it did. */
  private named(error: AppError, asked: ParquetQuestion['kind']): AppError {
    const { group, name } = this.at ?? { group: -1, name: '' };
    const place = { file: this.file.name, rowGroup: group + 1, column: asked === 'column' ? name : '*' };
    const { details } = error;
    if (error.code === 'COMPUTE_TIME_LIMIT') {
      return ingestErrors.INGEST_PARQUET_TOO_SLOW({ ...place, seconds: details['seconds'] ?? null }, { cause: error });
    }
    if (error.code !== 'COMPUTE_OUT_OF_MEMORY') return error;
    return ingestErrors.INGEST_PARQUET_TOO_LARGE({ ...place, limitMb: details['limitMb'] ?? null }, { cause: error });
  }
}

/**
 * Decodes Parquet in threads: each file has one to itself, with a heap of its own and a time limit for each column of a
 * row group, and the next file takes it over. A file that goes beyond ends its thread, never this process.
 */
export function threadParquet(options: ThreadParquetOptions): ParquetDecoder {
  const path = join(options.threadsDir, 'parquet.thread.cjs');
  const { heapLimitMb, idleMs = IDLE_MS } = options;
  const idle = new IdleThread(() => openThreadService({ path, heapLimitMb }), idleMs);
  return {
    async open(file, footer) {
      const decoding = new ThreadDecoding(idle.take(), file, options, (service) => idle.giveBack(service));
      await decoding.open(footer.bytes);
      return decoding;
    },
  };
}
