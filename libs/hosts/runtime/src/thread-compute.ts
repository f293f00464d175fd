import { join } from 'node:path';
import { openCompute, type Compute } from '@kohort/platform-compute';

/** Starts thread entries that stand beside the app's bundle as `<name>.thread.cjs`. */
export function threadCompute(options: {
  readonly names: readonly string[];
  /** Folder of the built entries. */
  readonly threadsDir: string;
  readonly heapLimitMb: number;
}): Compute {
  const { names, threadsDir, heapLimitMb } = options;
  const threads = Object.fromEntries(names.map((name) => [name, join(threadsDir, `${name}.thread.cjs`)]));
  return openCompute({ threads, heapLimitMb });
}
