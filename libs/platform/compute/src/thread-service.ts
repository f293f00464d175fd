import { Worker } from 'node:worker_threads';
import { appErrorFromJson, type AppError } from '@kohort/kernel-errors';
import { computeErrors } from './compute';
import { isOutOfMemory } from './out-of-memory';
import type { FromService, ToService } from './thread-protocol';

/** How a thread that answers questions is started. */
export interface ThreadServiceOptions {
  /** Absolute path of the built entry. */
  readonly path: string;
  /** Heap limit in MB; what lies in ArrayBuffers is outside it. */
  readonly heapLimitMb: number;
}

/** What goes with a question. */
export interface AskOptions {
  /** Memory that is given away with the question. */
  readonly transfer?: readonly ArrayBuffer[];
  readonly timeLimitMs: number;
}

/** A thread that answers one question after the other. While it has none it keeps no process alive. */
export interface ThreadService {
  /**
   * Throws  COMPUTE_TIME_LIMIT, COMPUTE_OUT_OF_MEMORY and COMPUTE_THREAD_DIED, after which the thread is gone; what the
   *         entry threw, after which it can be asked again
   */
  ask<Answer>(question: object, options: AskOptions): Promise<Answer>;
  /** False once the thread is gone: every further question fails. */
  readonly isAlive: boolean;
  close(): Promise<void>;
}

interface Pending {
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: AppError) => void;
  readonly timer: NodeJS.Timeout;
}

/** Starts a thread whose entry calls `serveQuestions`. */
export function openThreadService({ path, heapLimitMb }: ThreadServiceOptions): ThreadService {
  const worker = new Worker(path, { resourceLimits: { maxOldGenerationSizeMb: heapLimitMb } });
  worker.unref();
  const pending = new Map<number, Pending>();
  let asked = 0;
  let gone: AppError | null = null;
  const take = (id: number): Pending | undefined => {
    const found = pending.get(id);
    clearTimeout(found?.timer);
    pending.delete(id);
    if (pending.size === 0) worker.unref();
    return found;
  };
  const end = (error: AppError): void => {
    gone ??= error;
    for (const id of [...pending.keys()]) take(id)?.reject(gone);
  };
  worker.on('message', (message: FromService) => {
    const waiting = take(message.id);
    if ('error' in message) waiting?.reject(appErrorFromJson(message.error));
    else waiting?.resolve(message.answer);
  });
  worker.on('error', (error) => {
    end(
      isOutOfMemory(error)
        ? computeErrors.COMPUTE_OUT_OF_MEMORY({ limitMb: heapLimitMb })
        : computeErrors.COMPUTE_THREAD_DIED({ exitCode: 'uncaught' }, { cause: error }),
    );
  });
  worker.on('exit', (exitCode) => end(computeErrors.COMPUTE_THREAD_DIED({ exitCode })));
  const expire = (id: number, timeLimitMs: number): void => {
    if (!pending.has(id)) return;
    end(computeErrors.COMPUTE_TIME_LIMIT({ seconds: timeLimitMs / 1_000 }));
    void worker.terminate();
  };
  return {
    ask<Answer>(question: object, { transfer = [], timeLimitMs }: AskOptions): Promise<Answer> {
      if (gone) return Promise.reject(gone);
      const id = (asked += 1);
      return new Promise<Answer>((resolve, reject) => {
        // An answer that has come while this process was busy is looked at first.
        const timer = setTimeout(() => setImmediate(() => expire(id, timeLimitMs)), timeLimitMs);
        pending.set(id, { resolve: (answer) => resolve(answer as Answer), reject, timer });
        worker.ref();
        const message: ToService = { id, question };
        worker.postMessage(message, [...transfer]);
      });
    },
    get isAlive() {
      return gone === null;
    },
    async close() {
      await worker.terminate();
    },
  };
}
