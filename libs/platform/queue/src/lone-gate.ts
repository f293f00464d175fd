/** Lets work run beside other work, or alone. */
export interface LoneGate {
  /**
   * Runs work in its turn: alone when `alone`, else beside all that is not. Who waits to be alone keeps later ones back.
   *
   * Throws  the signal's reason when it is aborted before its turn comes; else whatever the work throws
   */
  pass<T>(alone: boolean, signal: AbortSignal, work: () => Promise<T>): Promise<T>;
}

interface Waiting {
  readonly alone: boolean;
  readonly enter: () => void;
}

/** A gate that nobody has passed yet. */
export function loneGate(): LoneGate {
  let inside = 0;
  let isLone = false;
  let line: readonly Waiting[] = [];

  const admit = (): void => {
    for (let first = line[0]; first && !isLone && !(first.alone && inside > 0); first = line[0]) {
      line = line.slice(1);
      inside += 1;
      isLone = first.alone;
      first.enter();
    }
  };
  const turn = (alone: boolean, signal: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      const waiting: Waiting = {
        alone,
        enter() {
          signal.removeEventListener('abort', onAbort);
          resolve();
        },
      };
      const onAbort = (): void => {
        line = line.filter((one) => one !== waiting);
        reject(signal.reason);
        admit();
      };
      if (signal.aborted) return reject(signal.reason);
      signal.addEventListener('abort', onAbort, { once: true });
      line = [...line, waiting];
      admit();
    });
  return {
    async pass(alone, signal, work) {
      await turn(alone, signal);
      try {
        return await work();
      } finally {
        inside -= 1;
        if (alone) isLone = false;
        admit();
      }
    },
  };
}
