import { availableParallelism } from 'node:os';
import type { Engines } from '@kohort/hosts-runtime';
import { resolveIdentities } from '@kohort/identity-flow';
import {
  runParams,
  type Fence,
  type Json,
  type MessageScreen,
  type Run,
  type RunContext,
} from '@kohort/kernel-contracts';
import { AppError } from '@kohort/kernel-errors';
import type { JobHandlers } from '@kohort/pipeline-map';
import type { Compute } from '@kohort/platform-compute';
import { identityHistory, identityStore, runHandler } from '@kohort/platform-postgres';
import { untilSwitched } from './until-switched';

/** Name of the thread entry of this host. */
export const IDENTITY_THREAD = 'identity';
/** More threads than this wait for memory, not for each other. */
const MOST_THREADS = 4;

/** Jobs on whole workspaces: each runs in a thread, with connections of its own. */
type ThreadJob = 'identity.simulate' | 'identity.rebuild' | 'identity.link';

/** What the thread is given; it hands on the rest by its connections. */
export interface IdentityThreadInput {
  readonly job: ThreadJob;
  readonly databaseUrl: string;
  readonly run: Run;
  readonly fence: Fence;
  readonly suppressionKeys: readonly Uint8Array[];
  /** For comparing pairs. */
  readonly threadsDir: string;
  readonly threads: number;
  readonly heapLimitMb: number;
}

/** What the jobs on identities are bound to. */
export interface IdentityParts {
  readonly engines: Pick<Engines, 'database' | 'clock'>;
  readonly suppressionKeys: readonly Uint8Array[];
  readonly screen: MessageScreen;
  /** Must know the thread `identity`. */
  readonly compute: Compute;
  /** Folder of the built thread entries, and the heap of one thread. */
  readonly threadsDir: string;
  readonly heapLimitMb: number;
}

/** Failures after which a run is begun again. */
const AGAIN: ReadonlySet<string> = new Set(['transient', 'rate-limited', 'cancelled']);

/** Whether a run that ended so will not be begun again. */
function isOver(context: RunContext, thrown: unknown): boolean {
  if (!context.signal.aborted) return thrown instanceof AppError && !AGAIN.has(thrown.kind);
  const { reason } = context.signal;
  return reason instanceof AppError && reason.code === 'RUN_CANCELLED';
}

/** Who is who: events as they come, and what is done to a whole workspace. */
export function identityHandlers(parts: IdentityParts): JobHandlers {
  const { engines, screen, compute, suppressionKeys, threadsDir, heapLimitMb } = parts;
  const { database, clock } = engines;
  const store = identityStore(database, { screen });
  const history = identityHistory(database, { screen });
  const inThread = (job: ThreadJob, { run, fence, signal, onProgress }: RunContext): Promise<Json> => {
    const threads = Math.min(MOST_THREADS, availableParallelism());
    const input = { job, databaseUrl: database.url, run, fence, suppressionKeys, threadsDir, threads, heapLimitMb };
    return compute.run<Json>(IDENTITY_THREAD, input satisfies IdentityThreadInput, { signal, onProgress });
  };
  return {
    'identity.resolve': async (input, { signal }) => {
      await untilSwitched(() => resolveIdentities({ store }, input, signal), signal);
    },
    'identity.simulate': runHandler({
      database,
      clock,
      params: runParams['identity.simulate'],
      flow: (context) => inThread('identity.simulate', context),
    }),
    'identity.rebuild': runHandler({
      database,
      clock,
      params: runParams['identity.rebuild'],
      flow: async (context) => {
        try {
          return await inThread('identity.rebuild', context);
        } catch (thrown) {
          // What was read holds identifiers: it does not outlive the run.
          if (isOver(context, thrown)) await history.discard(context.fence);
          throw thrown;
        }
      },
    }),
    'identity.link': runHandler({
      database,
      clock,
      params: runParams['identity.link'],
      flow: (context) => inThread('identity.link', context),
    }),
  };
}
