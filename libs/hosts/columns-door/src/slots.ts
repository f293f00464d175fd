/** A fixed number of places; who finds none waits in order of arrival. */
export interface Slots {
  run<T>(work: () => Promise<T>): Promise<T>;
}

/** Statements run in the engine's own threads; more of them at once than cores only makes each of them slower. */
export function slots(places: number): Slots {
  const waiting: (() => void)[] = [];
  let free = places;
  const enter = (): Promise<void> => {
    if (free > 0) {
      free -= 1;
      return Promise.resolve();
    }
    return new Promise((resolve) => waiting.push(resolve));
  };
  const leave = (): void => {
    const next = waiting.shift();
    if (next) next();
    else free += 1;
  };
  return {
    async run(work) {
      await enter();
      try {
        return await work();
      } finally {
        leave();
      }
    },
  };
}
