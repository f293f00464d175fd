import type { z } from 'zod';
import type { Together } from './together';
import type { TopicName, Topics } from './topics';

/** The processes that own jobs. Solo composes them all. */
export const OWNERS = ['pipeline-worker', 'clustering-worker', 'propensity-worker', 'sync-worker'] as const;
export type Owner = (typeof OWNERS)[number];

/**
 * One job of the pipeline.
 *
 * - `on`       topics that start it; each topic's payload must be the job's input (held by the compiler)
 * - `entity`   the input field that names the piece of work: (job, entity) is done once, however often it is asked for
 * - `emits`    topics it appends to the outbox in the transaction of its effect
 * - `repeatSafe`  what makes a second execution harmless
 * - `together`    its batches, or runs, may be worked off many at a time
 */
export interface JobDefinition<Input extends z.ZodType, On extends readonly TopicName[]> {
  readonly queue: Owner;
  readonly owner: Owner;
  readonly input: Input;
  readonly on: On;
  readonly entity: 'batchId' | 'runId';
  readonly emits: readonly TopicName[];
  readonly attempts: number;
  readonly backoffMs: number;
  readonly timeLimitMs: number;
  readonly writes: string;
  readonly repeatSafe: string;
  readonly together?: Together;
}

/** Refuses, at compile time, a topic whose payload is not the job's input. */
type Accepted<Input extends z.ZodType, On extends readonly TopicName[]> = {
  [I in keyof On]: On[I] extends TopicName ? (z.infer<Topics[On[I]]> extends z.infer<Input> ? On[I] : never) : never;
};

/** Describes a job; the compiler holds its topics against its input. */
export function job<
  Input extends z.ZodType,
  const On extends readonly TopicName[],
  T extends Together | undefined = undefined,
>(
  definition: Omit<JobDefinition<Input, On>, 'on' | 'queue' | 'together'> & {
    readonly on: On & Accepted<Input, On>;
    readonly together?: T;
  },
): JobDefinition<Input, On> & { readonly together?: T } {
  return { ...definition, queue: definition.owner };
}
