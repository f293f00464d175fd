import {
  jobNames,
  pipeline,
  type HandlerControl,
  type JobHandlers,
  type JobInput,
  type JobName,
  type Owner,
} from '@kohort/pipeline-map';
import { queueErrors } from './queue-errors';

/** The handlers of each host that lives in this process. */
export type HandlersByOwner = { readonly [O in Owner]?: JobHandlers };

/** A handler behind its parser: takes what the task's row holds. */
export type TaskHandler = (payload: unknown, control: HandlerControl) => Promise<void>;

function parseInput<J extends JobName>(job: J, payload: unknown): JobInput<J> {
  return pipeline[job].input.parse(payload) as JobInput<J>;
}

function handlerOf<J extends JobName>(handlers: JobHandlers, job: J): TaskHandler | undefined {
  const handler: JobHandlers[J] = handlers[job];
  return handler && (async (payload, control) => handler(parseInput(job, payload), control));
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
