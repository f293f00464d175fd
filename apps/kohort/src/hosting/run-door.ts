import { randomBytes } from 'node:crypto';
import { runDoorChild, startDoor } from '@kohort/hosts-columns-door';
import { openLogger, runProcess } from '@kohort/hosts-runtime';
import { readConfig } from '../config';

/** What `kohort door` is told; `port` 0 takes a free one. */
export interface DoorFlags {
  readonly data: string;
  readonly port: number;
  readonly child?: boolean;
}

/** Serves the embedded engine until it is stopped, or until its parent ends. */
export async function runDoor(flags: DoorFlags): Promise<void> {
  if (flags.child) {
    // Signals of the terminal reach the whole group; the parent decides when the door closes.
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
    await runDoorChild({ dataDir: flags.data, port: flags.port, stdin: process.stdin, stdout: process.stdout });
    return;
  }
  const config = readConfig();
  const logger = openLogger({ service: 'kohort-door', level: config.KOHORT_LOG_LEVEL });
  const keys = {
    adminKey: config.KOHORT_DOOR_ADMIN_KEY ?? randomBytes(24).toString('hex'),
    queryKey: config.KOHORT_DOOR_QUERY_KEY ?? randomBytes(24).toString('hex'),
  };
  process.exitCode = await runProcess(logger, async () => {
    const door = await startDoor({ ...keys, dataDir: flags.data, port: flags.port, logger });
    process.stdout.write(
      `${JSON.stringify({ port: door.port, url: door.url, ...(config.KOHORT_DOOR_ADMIN_KEY ? {} : keys) })}\n`,
    );
    return door;
  });
}
