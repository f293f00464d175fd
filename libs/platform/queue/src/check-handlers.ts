import { z } from 'zod';
import { batchIdSchema, runIdSchema, workspaceIdSchema } from '@kohort/kernel-contracts';
import {
  jobNames,
  pipeline,
  togetherOf,
  type HandlerControl,
  type HandlerInput,
  type JobHandlers,
  type JobName,
  type Owner,
} from '@kohort/pipeline-map';
import { queueErrors } from './queue-errors';

/** The handlers of each host that lives in this process. */
export type HandlersByOwner = { readonly [O in Owner]?: JobHandlers };

/** A handler behind its parser: takes what the rows of tasks hold; several only where the map says `together`. */
export type TaskHandler = (payloads: readonly unknown[], control: HandlerControl) => Promise<void>;

const ofBatch = z.object({ workspaceId: workspaceIdSchema, batchId: batchIdSchema });
const ofRun = z.object({ workspaceId: workspaceIdSchema, runId: runIdSchema });

function parseInput<J extends JobName>(job: J, payloads: readonly unknown[]): HandlerInput<J> {
  if (togetherOf(job) === undefined) return pipeline[job].input.parse(payloads[0]) as HandlerInput<J>;
  if (pipeline[job].entity === 'runId') {
    const runs = payloads.map((payload) => ofRun.parse(payload));
    return { workspaceId: runs[0]?.workspaceId, runIds: runs.map(({ runId }) => runId) } as HandlerInput<J>;
  }
  const batches = payloads.map((payload) => ofBatch.parse(payload));
  const workspaceId = batches[0]?.workspaceId;
  return { workspaceId, batchIds: batches.map(({ batchId }) => batchId) } as HandlerInput<J>;
}

function handlerOf<J extends JobName>(handlers: JobHandlers, job: J): TaskHandler | undefined {
  const handler: JobHandlers[J] = handlers[job];
  return handler && (async (payloads, control) => handler(parseInput(job, payloads), control));
}

/**
 * Holds the hosts of this process against the pipeline map: every job of each owner is handled by that owner, and by it
 * alone. A process with a job nobody handles would let it wait for ever; it does not start.
 *
 * Throws  QUEUE_HANDLERS_WRONG with every finding
 */
export function checkHandlers(
  handlersByOwner: HandlersByOwner,
  owners: readonly Owner[],
): ReadonlyMap<JobName, TaskHandler> {
  const findings: string[] = [];
  const bound = new Map<JobName, TaskHandler>();
  for (const owner of owners) {
    const handlers = handlersByOwner[owner] ?? {};
    for (const job of jobNames) {
      const handler = handlerOf(handlers, job);
      const isOwn = pipeline[job].owner === owner;
      if (isOwn && !handler) findings.push(`${job} has no handler in ${owner}`);
      if (!isOwn && handler) findings.push(`${job} belongs to ${pipeline[job].owner}, not to ${owner}`);
      if (isOwn && handler) bound.set(job, handler);
    }
  }
  for (const owner of Object.keys(handlersByOwner)) {
    if (!owners.some((each) => each === owner)) findings.push(`handlers of ${owner}, which does not run here`);
  }
  if (findings.length > 0) throw queueErrors.QUEUE_HANDLERS_WRONG({ findings });
  return bound;
}
