import { z } from 'zod';
import { batchIdSchema, runIdSchema, workspaceIdSchema } from '@kohort/kernel-contracts';

const workspace = { workspaceId: workspaceIdSchema };
const batch = z.object({ ...workspace, batchId: batchIdSchema });
const run = z.object({ ...workspace, runId: runIdSchema });

/**
 * What the stages tell each other, past tense, ids only. A topic's payload is what every job that listens to it takes.
 * `…Requested` topics ask for a run: the row in table `run` holds the parameters.
 */
export const topics = {
  /** A batch of accepted events is committed (HTTP, import). */
  EventsStored: batch,
  /** The events of a batch are assigned to profiles. */
  ProfilesTouched: batch,
  /** The people of a batch have been evaluated, and rules look at their accounts. */
  AccountsTouched: batch,
  /** Membership changes of one transaction. */
  MembershipChanged: batch,
  /** A model has new scores for everybody; the run that made them. */
  ScoresChanged: run,
  /** What people consent to has changed, or they are suppressed: the people are those of the batch. */
  ConsentChanged: batch,
  ImportRequested: run,
  PullRequested: run,
  SourceLookRequested: run,
  FeaturesRequested: run,
  ClustersRequested: run,
  PropensityRequested: run,
  ModelWatchRequested: run,
  ModelScoresRequested: run,
  BackfillRequested: run,
  CrowdRequested: run,
  SyncRequested: run,
  PreviewRequested: run,
  CheckRequested: run,
  ChangeDeliveryRequested: run,
  IdentitySimulationRequested: run,
  IdentityRebuildRequested: run,
  IdentityLinkRequested: run,
  ReplayRequested: run,
  LearnPlanRequested: run,
  QualityRequested: run,
} as const;

export type Topics = typeof topics;
export type TopicName = keyof Topics;
export type TopicPayload<T extends TopicName> = z.infer<Topics[T]>;
