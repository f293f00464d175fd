import type { Socket } from 'node:net';
import { systemClock } from '@kohort/kernel-clock-random';
import type { Logger } from '@kohort/kernel-telemetry';
import { takeFolder } from '@kohort/platform-spool';
import { forkedWorkers } from './forked-worker';
import { openFrontDoor, sendAway } from './front-door';
import { Reception } from './reception';
import { supervisorErrors } from './supervisor-errors';
import { WorkerLine } from './worker-line';

/** What a supervisor is told. It reads no environment. */
export interface SupervisorOptions {
  /** As lines of the log name what is served. */
  readonly name: string;
  /** The built entry of the worker. */
  readonly entry: string;
  /** 0: any free port. */
  readonly port: number;
  readonly host: string;
  /** A folder that this process holds for its workers; absent: none. */
  readonly folder?: string | undefined;
  readonly logger: Logger;
}

/** A door with a worker behind it. */
export interface Supervised {
  /** Puts a new worker in the place of the one that serves. */
  roll(): void;
  /** Ends it all; resolves when no worker is left. */
  stop(): Promise<void>;
}

function later(waitMs: number, work: () => void): () => void {
  // The socket and the workers keep this process, not what it would do later.
  const timer = setTimeout(work, waitMs).unref();
  return () => clearTimeout(timer);
}

/**
 * Listens, and keeps one worker behind the socket. Resolves when the first one serves.
 *
 * Throws  SUPERVISOR_WORKER_FAILED; SPOOL_IN_USE; what Node throws when the port is taken
 */
export async function supervise(options: SupervisorOptions): Promise<Supervised> {
  const { name, logger, folder } = options;
  const release = folder === undefined ? () => undefined : takeFolder(folder);
  const reception = new Reception<Socket>({
    ...{ clock: systemClock, later },
    refuse: sendAway,
    letGo: (connection) => void connection.destroy(),
  });
  const door = await openFrontDoor(options, (connection) => reception.arrive(connection)).catch((thrown: unknown) => {
    release();
    throw thrown;
  });
  let up: () => void = () => undefined;
  let failed: (reason: unknown) => void = () => undefined;
  const begun = new Promise<void>((done, fail) => ([up, failed] = [done, fail]));
  const line = new WorkerLine<Socket>({
    ...{ reception, logger, later, clock: systemClock, fork: forkedWorkers(options.entry, logger) },
    onUp: up,
    onFailed: (code) => failed(supervisorErrors.SUPERVISOR_WORKER_FAILED({ status: code ?? 'killed' })),
  });
  // However this process ends, its workers do not stay; when it is killed they see that themselves.
  const orphans = (): void => line.kill();
  process.once('exit', orphans);
  const end = async (): Promise<void> => {
    door.close();
    await line.stop();
    process.removeListener('exit', orphans);
    release();
  };
  line.start();
  try {
    await begun;
  } catch (thrown) {
    await end();
    throw thrown;
  }
  logger.info(`${name} is up`, { port: door.port });
  return { roll: () => line.roll(), stop: end };
}
