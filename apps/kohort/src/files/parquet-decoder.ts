import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { threadParquet } from '@kohort/hosts-reading';
import type { ParquetDecoder } from '@kohort/ingest-domain';

/** Heap of the thread, in MB: a command reads one file at a time and shares the machine with nothing of ours. */
const HEAP_LIMIT_MB = 2_048;

/** Where the command line decodes Parquet: in a thread of the bundle; from source, which has none, in this one. */
export const parquetDecoder: ParquetDecoder | undefined = existsSync(join(__dirname, 'parquet.thread.cjs'))
  ? threadParquet({ threadsDir: __dirname, heapLimitMb: HEAP_LIMIT_MB })
  : undefined;
