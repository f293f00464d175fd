import { runDueTimers, type BackfillDeps } from '../src';

/** The answer is there, the memberships are written, the version serves: something happens then. */
export const MOMENTS = ['answered', 'written', 'serving'] as const;

export type Moment = (typeof MOMENTS)[number];

/**
 * What a fill needs, so that something happens once beside it, and timers that are due then are asked as a worker asks
 * them. Fills that go on beside each other all wait for it.
 */
export function beside(deps: BackfillDeps, moment: Moment, happens: () => Promise<unknown>): BackfillDeps {
  const { store } = deps;
  let happened: Promise<unknown> | null = null;
  const once = async (now: Moment): Promise<void> => {
    if (now === moment) await (happened ??= happens().then(() => runDueTimers(deps, 100)));
  };
  return {
    ...deps,
    store: {
      ...store,
      membersOf: async (...args) => {
        await once('answered');
        return store.membersOf(...args);
      },
      applyDiff: async (diff) => {
        if (diff.flip) await once('written');
        return store.applyDiff(diff);
      },
      changedSince: async (...args) => {
        await once('serving');
        return store.changedSince(...args);
      },
    },
  };
}
