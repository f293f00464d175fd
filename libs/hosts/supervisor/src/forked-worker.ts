import { fork } from 'node:child_process';
import type { Socket } from 'node:net';
import type { Logger } from '@kohort/kernel-telemetry';
import { BEHIND, PATIENT, readWord, type WorkerOrder } from './protocol';
import type { ForkWorker } from './worker.port';

/**
 * Workers as forked processes of a built entry, with our environment and our output. A connection is passed by its handle;
 * both of us have it until the worker says that it took it.
 */
export function forkedWorkers(entry: string, logger: Logger): ForkWorker<Socket> {
  return ({ isFirst }, events) => {
    const child = fork(entry, [BEHIND, ...(isFirst ? [] : [PATIENT])], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    // What cannot be sent went to a process that is gone, which is told of below.
    const tell = (order: WorkerOrder, connection?: Socket): void =>
      void child.send(order, connection, { keepOpen: true }, () => undefined);
    const kill = (): void => void child.kill('SIGKILL');
    child.on('message', (message) => {
      const word = readWord(message);
      if (word?.says === 'ready') events.onReady();
      else if (word?.says === 'taken') events.onTaken(word.connection);
      else {
        logger.error('a worker speaks another protocol: it is ended');
        kill();
      }
    });
    // `close`: its end and the end of what it said, whichever is last. `disconnect` does not come while a handle is on its
    // way to a process that was killed.
    child.once('close', (code) => events.onGone(code));
    child.once('error', (thrown) => {
      logger.error('a worker cannot be started', { reason: thrown.name });
      // A process that never was does not end.
      if (child.pid === undefined) events.onGone(null);
    });
    return {
      give: (id, connection) => tell({ order: 'take', connection: id }, connection),
      leave: (manner) => tell({ order: 'leave', ...manner }),
      kill,
    };
  };
}
