import { z } from 'zod';
import {
  batchIdSchema,
  runIdSchema,
  workspaceIdSchema,
  type BatchId,
  type RunId,
  type WorkspaceId,
} from '@kohort/kernel-contracts';
import { job } from './job-definition';
import type { Together } from './together';

const ofBatch = z.object({ workspaceId: workspaceIdSchema, batchId: batchIdSchema });
const ofRun = z.object({ workspaceId: workspaceIdSchema, runId: runIdSchema });

const minutes = (n: number): number => n * 60_000;

/** Every job, in the order in which a record meets them. See ARCHITECTURE.md, "where a record goes". */
export const pipeline = {
  'ingest.import': job({
    owner: 'pipeline-worker',
    input: ofRun,
    on: ['ImportRequested'],
    entity: 'runId',
    emits: ['EventsStored'],
    attempts: 5,
    backoffMs: 1_000,
    timeLimitMs: minutes(120),
    writes: 'events, dedupe keys, ledger, checkpoint',
    repeatSafe: 'source + messageId; resumes from the checkpoint',
  }),
  'ingest.pull': job({
    owner: 'pipeline-worker',
    input: ofRun,
    on: ['PullRequested'],
    entity: 'runId',
    emits: ['EventsStored'],
    attempts: 5,
    backoffMs: 2_000,
    timeLimitMs: minutes(120),
    writes: 'events, dedupe keys, ledger, checkpoint, position of the source',
    repeatSafe: 'source + primary key + version; goes on from the position',
  }),
  'ingest.inspect': job({
    owner: 'pipeline-worker',
    input: ofRun,
    on: ['SourceLookRequested'],
    entity: 'runId',
    emits: [],
    attempts: 3,
    backoffMs: 1_000,
    timeLimitMs: minutes(5),
    writes: 'nothing but its result',
    repeatSafe: 'reads only',
  }),
  'identity.resolve': job({
    owner: 'pipeline-worker',
    input: ofBatch,
    on: ['EventsStored'],
    entity: 'batchId',
    emits: ['ProfilesTouched'],
    attempts: 10,
    backoffMs: 250,
    timeLimitMs: minutes(5),
    writes: 'profiles, identifiers, traits, assignments, merge log',
    repeatSafe: 'event id; merges are order-free',
    together: { most: 64, atOnce: 1, gatherMs: 0, atCommit: true },
  }),
  'identity.simulate': job({
    owner: 'pipeline-worker',
    input: ofRun,
    on: ['IdentitySimulationRequested'],
    entity: 'runId',
    emits: [],
    attempts: 3,
    backoffMs: 1_000,
    timeLimitMs: minutes(60),
    writes: 'nothing but its result',
    repeatSafe: 'reads alone',
  }),
  'identity.rebuild': job({
    owner: 'pipeline-worker',
    input: ofRun,
    on: ['IdentityRebuildRequested'],
    entity: 'runId',
    emits: ['ProfilesTouched'],
    attempts: 5,
    backoffMs: 1_000,
    timeLimitMs: minutes(120),
    writes: 'profiles, identifiers, links, traits, assignments, the active rules',
    repeatSafe: 'the checkpoint, then part by part; a function of the events and the rules',
  }),
  'identity.link': job({
    owner: 'pipeline-worker',
    input: ofRun,
    on: ['IdentityLinkRequested'],
    entity: 'runId',
    emits: [],
    attempts: 3,
    backoffMs: 1_000,
    timeLimitMs: minutes(60),
    writes: 'pairs of people who may be one',
    repeatSafe: 'pair of profiles; what was decided stays decided',
  }),
  'columns.load': job({
    owner: 'pipeline-worker',
    input: ofBatch,
    on: ['ProfilesTouched'],
    entity: 'batchId',
    emits: [],
    attempts: 10,
    backoffMs: 1_000,
    timeLimitMs: minutes(30),
    writes: 'column store',
    repeatSafe: 'watermark kept in the store',
    together: { most: 1_000, atOnce: 1, gatherMs: 2_000, atCommit: false },
  }),
  'segments.evaluate': job({
    owner: 'pipeline-worker',
    input: ofBatch,
    on: ['ProfilesTouched'],
    entity: 'batchId',
    emits: ['MembershipChanged', 'AccountsTouched'],
    attempts: 10,
    backoffMs: 250,
    timeLimitMs: minutes(5),
    writes: 'memberships, proofs, timers, change log',
    repeatSafe: 'segment + profile + change version',
    together: { most: 64, atOnce: 2, gatherMs: 0, atCommit: true },
  }),
  'segments.relate': job({
    owner: 'pipeline-worker',
    input: ofBatch,
    on: ['AccountsTouched'],
    entity: 'batchId',
    emits: ['MembershipChanged'],
    attempts: 10,
    backoffMs: 250,
    timeLimitMs: minutes(30),
    writes: 'memberships, proofs, timers, change log of accounts, and of people whose accounts changed',
    repeatSafe: 'segment + profile + change version',
    together: { most: 256, atOnce: 1, gatherMs: 0, atCommit: false },
  }),
  'segments.crowd': job({
    owner: 'pipeline-worker',
    input: ofRun,
    on: ['CrowdRequested'],
    entity: 'runId',
    emits: ['MembershipChanged'],
    attempts: 10,
    backoffMs: 1_000,
    timeLimitMs: minutes(60),
    writes: 'what rules ask of the people of an account, counted; memberships, proofs, timers, change log',
    repeatSafe: 'the checkpoint, then page by page; segment + profile + change version',
  }),
  'segments.backfill': job({
    owner: 'pipeline-worker',
    input: ofRun,
    on: ['BackfillRequested'],
    entity: 'runId',
    emits: ['MembershipChanged'],
    attempts: 5,
    backoffMs: 1_000,
    timeLimitMs: minutes(60),
    writes: 'memberships, change log, timers, pointer to the version',
    repeatSafe: 'segment + profile + change version',
    together: { most: 100, atOnce: 2, gatherMs: 0, atCommit: false },
  }),
  'segments.rescore': job({
    owner: 'pipeline-worker',
    input: ofRun,
    on: ['ScoresChanged'],
    entity: 'runId',
    emits: ['MembershipChanged'],
    attempts: 5,
    backoffMs: 1_000,
    timeLimitMs: minutes(60),
    writes: 'memberships, change log',
    repeatSafe: 'segment + profile + change version',
  }),
  'features.compute': job({
    owner: 'pipeline-worker',
    input: ofRun,
    on: ['FeaturesRequested'],
    entity: 'runId',
    emits: [],
    attempts: 3,
    backoffMs: 1_000,
    timeLimitMs: minutes(30),
    writes: 'computed features of every profile',
    repeatSafe: 'profile + definition version + asOf',
  }),
  'models.fitClusters': job({
    owner: 'clustering-worker',
    input: ofRun,
    on: ['ClustersRequested'],
    entity: 'runId',
    emits: ['ScoresChanged'],
    attempts: 3,
    backoffMs: 1_000,
    timeLimitMs: minutes(60),
    writes: 'artifact, card, cluster of every profile',
    repeatSafe: 'run id; the version pointer flips last',
  }),
  'models.fitPropensity': job({
    owner: 'propensity-worker',
    input: ofRun,
    on: ['PropensityRequested'],
    entity: 'runId',
    emits: ['ScoresChanged'],
    attempts: 3,
    backoffMs: 1_000,
    timeLimitMs: minutes(60),
    writes: 'artifact, card, score of every profile',
    repeatSafe: 'run id; the version pointer flips last',
  }),
  'models.watch': job({
    owner: 'clustering-worker',
    input: ofRun,
    on: ['ModelWatchRequested'],
    entity: 'runId',
    emits: ['ClustersRequested'],
    attempts: 3,
    backoffMs: 1_000,
    timeLimitMs: minutes(30),
    writes: 'what a look found, the alert about it, the request for a fit',
    repeatSafe: 'model + version + day; a repeat overwrites',
  }),
  'models.score': job({
    owner: 'clustering-worker',
    input: ofRun,
    on: ['ModelScoresRequested'],
    entity: 'runId',
    emits: ['ScoresChanged'],
    attempts: 3,
    backoffMs: 1_000,
    timeLimitMs: minutes(30),
    writes: 'cluster or score of every profile, by a model that was returned to',
    repeatSafe: 'run id; the version pointer flips last',
  }),
  'sync.track': job({
    owner: 'sync-worker',
    input: ofBatch,
    on: ['MembershipChanged'],
    entity: 'batchId',
    emits: ['SyncRequested'],
    attempts: 10,
    backoffMs: 250,
    timeLimitMs: minutes(5),
    writes: 'what each destination is owed',
    repeatSafe: 'desired version only rises',
    together: { most: 16, atOnce: 1, gatherMs: 200, atCommit: false },
  }),
  'sync.consent': job({
    owner: 'sync-worker',
    input: ofBatch,
    on: ['ConsentChanged'],
    entity: 'batchId',
    emits: ['SyncRequested'],
    attempts: 10,
    backoffMs: 250,
    timeLimitMs: minutes(5),
    writes: 'what each destination is owed',
    repeatSafe: 'consent is read anew; what is desired already changes nothing',
  }),
  'sync.run': job({
    owner: 'sync-worker',
    input: ofRun,
    on: ['SyncRequested'],
    entity: 'runId',
    emits: [],
    attempts: 20,
    backoffMs: 1_000,
    timeLimitMs: minutes(60),
    writes: 'member states, records, funnel',
    repeatSafe: 'change id as idempotency key',
  }),
  'sync.preview': job({
    owner: 'sync-worker',
    input: ofRun,
    on: ['PreviewRequested'],
    entity: 'runId',
    emits: [],
    attempts: 3,
    backoffMs: 1_000,
    timeLimitMs: minutes(2),
    writes: 'nothing but its result',
    repeatSafe: 'nothing is sent',
  }),
  'changes.deliver': job({
    owner: 'sync-worker',
    input: ofRun,
    on: ['ChangeDeliveryRequested'],
    entity: 'runId',
    emits: [],
    attempts: 5,
    backoffMs: 1_000,
    timeLimitMs: minutes(60),
    writes: 'how far an endpoint has been sent the change log',
    repeatSafe: 'goes on behind what was acknowledged; ids of changes',
  }),
  'destinations.check': job({
    owner: 'sync-worker',
    input: ofRun,
    on: ['CheckRequested'],
    entity: 'runId',
    emits: [],
    attempts: 3,
    backoffMs: 1_000,
    timeLimitMs: minutes(2),
    writes: 'nothing but its result',
    repeatSafe: 'a cheap authenticated call that changes nothing',
  }),
  'tracking.replay': job({
    owner: 'pipeline-worker',
    input: ofRun,
    on: ['ReplayRequested'],
    entity: 'runId',
    emits: ['EventsStored'],
    attempts: 5,
    backoffMs: 1_000,
    timeLimitMs: minutes(60),
    writes: 'as the door does; takes what was stored out of quarantine',
    repeatSafe: 'source + messageId; resumes behind the last item',
  }),
  'tracking.learn': job({
    owner: 'pipeline-worker',
    input: ofRun,
    on: ['LearnPlanRequested'],
    entity: 'runId',
    emits: [],
    attempts: 3,
    backoffMs: 1_000,
    timeLimitMs: minutes(10),
    writes: 'a draft of a tracking plan',
    repeatSafe: 'run id is the id of the draft',
  }),
  'quality.profile': job({
    owner: 'pipeline-worker',
    input: ofRun,
    on: ['QualityRequested'],
    entity: 'runId',
    emits: [],
    attempts: 3,
    backoffMs: 1_000,
    timeLimitMs: minutes(60),
    writes: "the week's snapshot of every field and trait",
    repeatSafe: 'subject + field + week; a repeat overwrites',
  }),
} as const;

export type Pipeline = typeof pipeline;
export type JobName = keyof Pipeline;
export type JobInput<J extends JobName> = z.infer<Pipeline[J]['input']>;
export const jobNames = Object.keys(pipeline) as readonly JobName[];

/** What a handler is given beside its input. */
export interface HandlerControl {
  /** Aborted at a shutdown, past the time limit, or when another worker has taken the work over. */
  readonly signal: AbortSignal;
  /** No try follows this one: report a failure that could be retried as final. */
  readonly isLastAttempt: boolean;
}

/** What several batches of one workspace are, taken together. */
export interface BatchesInput {
  readonly workspaceId: WorkspaceId;
  readonly batchIds: readonly BatchId[];
}

/** What several runs of one workspace are, taken together. */
export interface RunsInput {
  readonly workspaceId: WorkspaceId;
  readonly runIds: readonly RunId[];
}

/** Jobs whose batches, or runs, are taken together. */
export type TogetherJob = {
  [J in JobName]: NonNullable<Pipeline[J]['together']> extends never ? never : J;
}[JobName];

/** What a job's handler is given: one piece of work, or all that were taken together. */
export type HandlerInput<J extends JobName> = J extends TogetherJob
  ? Pipeline[J]['input'] extends typeof ofRun
    ? RunsInput
    : BatchesInput
  : JobInput<J>;

export type JobHandler<J extends JobName> = (input: HandlerInput<J>, control: HandlerControl) => Promise<void>;

/** How a job's batches are taken together; undefined for those that are done one by one. */
export function togetherOf(job: JobName): Together | undefined {
  return pipeline[job].together;
}

/** One handler a job; the host that owns the job supplies it. */
export type JobHandlers = { readonly [J in JobName]?: JobHandler<J> };
