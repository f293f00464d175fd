import { open } from 'node:fs/promises';
import { join } from 'node:path';

/** Keeps records that can never be stored, a line of JSON each, beside the spool's files. */
export function setAsideIn(dir: string): (record: Buffer) => Promise<void> {
  return async (record) => {
    const handle = await open(join(dir, 'set-aside.ndjson'), 'a', 0o600);
    try {
      await handle.writeFile(Buffer.concat([record, Buffer.from('\n')]));
      await handle.datasync();
    } finally {
      await handle.close();
    }
  };
}
