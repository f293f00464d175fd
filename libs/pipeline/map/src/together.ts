/**
 * How the waiting batches of one workspace are taken together: a busy workspace then costs one transaction for many of
 * its batches, and a quiet one waits for nobody.
 */
export interface Together {
  /** Batches of one take. */
  readonly most: number;
  /** Takes of one workspace that a process works on at once. */
  readonly atOnce: number;
  /**
   * The batches of a stretch of time of this length are taken at its end, each workspace's at an end of its own; 0 where
   * somebody waits for the effect.
   */
  readonly gatherMs: number;
  /**
   * Workers look for it as soon as it is committed, by word of mouth; the queue is for what they did not hear of. For
   * what every event goes through.
   */
  readonly atCommit: boolean;
}
