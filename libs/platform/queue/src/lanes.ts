import { OWNERS, jobNames, pipeline, type JobName, type Owner } from '@kohort/pipeline-map';

/**
 * A queue: the jobs of one owner and one kind. Runs may take an hour; in a queue of their own they cannot stand before
 * the batches, which a person is waiting for.
 */
export type Lane = `${Owner}-${'batches' | 'runs'}`;

/** The queue that a job goes through. */
export function laneOf(job: JobName): Lane {
  const definition = pipeline[job];
  return `${definition.owner}-${definition.entity === 'batchId' ? 'batches' : 'runs'}`;
}

/** The queues that an owner's process works on, in the order of the map. */
export function lanesOf(owner: Owner): readonly Lane[] {
  return [...new Set(jobNames.filter((job) => pipeline[job].owner === owner).map(laneOf))];
}

/** Every queue of the pipeline. */
export const allLanes: readonly Lane[] = OWNERS.flatMap(lanesOf);

/** Whether a text names a job of this release. */
export function isJobName(text: string): text is JobName {
  return jobNames.some((name) => name === text);
}
