import { z } from 'zod';
import {
  destinationIdSchema,
  keySchema,
  modelIdSchema,
  profileIdSchema,
  segmentIdSchema,
  sourceConnectionIdSchema,
  sourceIdSchema,
  syncIdSchema,
} from './ids';

/** An ISO-8601 instant with its zone, kept as text (`2026-05-14T10:00:00.000Z`). */
const instant = z.iso.datetime({ offset: true });
const seed = z.int().min(0).max(2_147_483_647);

/** How columns become messages: the name of a known mapping, or a mapping itself. */
const mapping = z.union([z.string().min(1).max(100), z.record(z.string(), z.unknown())]);

/**
 * Where an import's file is (an upload, or an address that the worker fetches) and how its rows become messages.
 * `createProfiles` absent: as the mapping says.
 */
export const importParamsSchema = z
  .strictObject({
    artifactKey: z.string().min(1).max(512).optional(),
    url: z
      .url({ protocol: /^https?$/ })
      .max(2_000)
      .optional(),
    fileName: z.string().min(1).max(255),
    sourceId: sourceIdSchema,
    mapping,
    createProfiles: z.boolean().optional(),
  })
  .refine((params) => (params.artifactKey === undefined) !== (params.url === undefined), {
    message: 'needs an artifactKey or a url',
    path: ['artifactKey'],
  });

/** Features of everybody as known at an instant. */
export const computeFeaturesParamsSchema = z.strictObject({ asOf: instant });

const clusterCount = z.int().min(2).max(100);
const pairs = z
  .array(z.tuple([profileIdSchema, profileIdSchema]))
  .min(1)
  .max(5_000);
const seedGroup = z.strictObject({
  group: z.string().trim().min(1).max(100),
  people: z.array(profileIdSchema).min(1).max(5_000),
});
const groupRows = z.int().min(1).max(100_000_000);

/**
 * One clustering: which people at which instant, by which algorithm, how many groups (or let the judge choose among some),
 * which seed.
 */
export const fitClustersParamsSchema = z.strictObject({
  modelKey: keySchema,
  asOf: instant,
  features: z.array(z.string().min(1).max(200)).min(1).max(250).optional(),
  exclude: z.array(z.string().min(1).max(200)).max(250).optional(),
  k: z.union([clusterCount, z.literal('auto'), z.strictObject({ from: clusterCount, to: clusterCount })]),
  /** A name of the registry of algorithms, k-means when absent, and its own parameters by name. */
  algorithm: z.string().min(1).max(64).optional(),
  params: z.record(z.string().min(1).max(64), z.json()).optional(),
  /** Weight of features by name, 1 where none is given. */
  weights: z.record(z.string().min(1).max(200), z.number().min(0).max(1e6)).optional(),
  sizes: z.strictObject({ min: groupRows.optional(), max: groupRows.optional() }).optional(),
  /** People whose group is known, and people who belong together, or must not, for algorithms that heed them. */
  seeds: z.array(seedGroup).min(1).max(100).optional(),
  mustLink: pairs.optional(),
  cannotLink: pairs.optional(),
  seed,
});

/** A look at a served clustering: the people of an instant against those of its fit. */
export const watchModelParamsSchema = z.strictObject({ modelKey: keySchema, asOf: instant });

/** Everybody scored anew, as known when it is asked for, by a version that is served. */
export const scoreModelParamsSchema = z.strictObject({ modelId: modelIdSchema, version: z.int().min(1) });

/** One propensity model: will this event happen within so many days. `asOf` absent: the latest that leaves a horizon. */
export const fitPropensityParamsSchema = z.strictObject({
  modelKey: keySchema,
  asOf: instant.optional(),
  horizonDays: z.int().min(1).max(730),
  event: z.string().min(1).max(200),
  seed,
});

/** The version of a segment that is to be computed for everybody and then served. */
/** `released`: a person lets the version serve although it takes many people out of the segment. */
export const backfillParamsSchema = z.strictObject({
  segmentId: segmentIdSchema,
  version: z.int().min(1),
  released: z.boolean().optional(),
  /** The segment is archived: everybody is taken out. */
  emptied: z.boolean().optional(),
  /** Nobody asked: the version serves, and is counted anew because time has passed, or an import has ended. */
  refresh: z.enum(['time', 'import']).optional(),
});

/** The people of an account, counted. `isTold`: each is evaluated then, also when the count is as it was. */
export const crowdParamsSchema = z.strictObject({
  accountId: profileIdSchema,
  cause: z.enum(['event', 'time', 'edit', 'merge', 'import', 'model', 'erasure']),
  isTold: z.boolean(),
});

/**
 * One execution of a sync. `released`: a person lets it pass the blast-radius guard; `full`: the whole segment is compared
 * with the ledger first; `retryNumber`: how many runs in a row brought nothing through before this one.
 */
export const syncRunParamsSchema = z.strictObject({
  syncId: syncIdSchema,
  released: z.boolean().optional(),
  full: z.boolean().optional(),
  retryNumber: z.int().min(0).optional(),
});

/** A dry run: the requests that a sync would send next, for at most so many people. */
export const previewParamsSchema = z.strictObject({ syncId: syncIdSchema, limit: z.int().min(1).max(100) });

/** Whether a destination can be used with its settings and credentials. */
export const checkParamsSchema = z.strictObject({ destinationId: destinationIdSchema });

/**
 * What a replay changes in each message first: properties and traits at the top are dropped, renamed, then cast by their
 * new names; `event` renames a track.
 */
export const replayChangeSchema = z.strictObject({
  event: z.string().min(1).max(200).optional(),
  rename: z.record(z.string().min(1).max(255), z.string().min(1).max(255)).optional(),
  drop: z.array(z.string().min(1).max(255)).max(100).optional(),
  cast: z.record(z.string().min(1).max(255), z.enum(['string', 'number', 'integer', 'boolean'])).optional(),
});
export type ReplayChange = z.infer<typeof replayChangeSchema>;

/** Which kept items; what is absent does not narrow. Times are of receipt, `to` excluded. */
export const quarantineFilterSchema = z.strictObject({
  ids: z.array(z.uuid()).min(1).max(1_000).optional(),
  sourceId: sourceIdSchema.optional(),
  event: z.string().min(1).max(200).optional(),
  code: z.string().min(1).max(100).optional(),
  from: instant.optional(),
  to: instant.optional(),
});

/** Quarantined items sent through the door again. `dryRun`: held against the plan in force, and nothing is stored. */
export const replayParamsSchema = z.strictObject({
  filter: quarantineFilterSchema,
  change: replayChangeSchema.optional(),
  dryRun: z.boolean().optional(),
});

/** A plan proposed from the newest stored events. `sourceId` absent: from all sources, for all without a plan. */
export const learnPlanParamsSchema = z.strictObject({
  sourceId: sourceIdSchema.optional(),
  name: z.string().min(1).max(200).optional(),
  tolerance: z.number().min(0).max(0.5).optional(),
  sample: z.int().min(100).max(200_000).optional(),
  /** Id of the key that asked. */
  askedBy: z.string().min(1).max(100),
});

/**
 * A profile of data as it stands: the messages that a source (all, when absent) took in within `days` before `asOf`, and
 * people's traits.
 */
export const profileQualityParamsSchema = z.strictObject({
  asOf: instant,
  source: z.string().min(1).max(100).optional(),
  traits: z.boolean(),
  days: z.int().min(1).max(31),
});

/** Identity rules to be tried on the history; checked as a whole by whoever asks and by the worker. */
export const simulateIdentityParamsSchema = z.strictObject({ rules: z.record(z.string(), z.unknown()) });

/** The version of the identity rules by which everybody is made anew; 0: the rules of a workspace that has set none. */
export const rebuildIdentityParamsSchema = z.strictObject({ version: z.int().min(0) });

/** The chance from which a pair of people is a match, and from which it is worth a look, where none is given. */
const LINK_THRESHOLD = 0.9;
const LINK_REVIEW_LOW = 0.1;
const chance = z.number().gt(0).lt(1);

/**
 * A look for people who may be one. `fields` absent: stated traits that tell people apart, by their names. `maxProfiles`:
 * a workspace with more of them is refused.
 */
export const linkIdentityParamsSchema = z
  .strictObject({
    fields: z
      .array(
        z.strictObject({
          trait: z.string().min(1).max(255),
          type: z
            .enum(['name', 'text', 'address', 'house', 'date', 'phone', 'email', 'code', 'amount', 'category'])
            .optional(),
        }),
      )
      .min(1)
      .max(20)
      .optional(),
    threshold: chance.optional(),
    reviewLow: chance.optional(),
    seed: seed.optional(),
    maxProfiles: z.int().min(2).max(500_000).optional(),
  })
  .refine(
    ({ threshold = LINK_THRESHOLD, reviewLow = Math.min(LINK_REVIEW_LOW, threshold) }) => reviewLow <= threshold,
    { message: 'must not be above the threshold', path: ['reviewLow'] },
  );

/** One pull of a source connection; `full`: from the beginning, whatever was read before. */
export const pullParamsSchema = z.strictObject({
  connectionId: sourceConnectionIdSchema,
  full: z.boolean().optional(),
});

/** A look at a source that stores nothing: whether it can be reached, what it offers, what its first rows would become. */
export const inspectParamsSchema = z.strictObject({
  connectionId: sourceConnectionIdSchema,
  look: z.enum(['check', 'discover', 'preview']),
  /** Rows of a preview. */
  limit: z.int().min(1).max(10_000).optional(),
});

/** A delivery of the change log to an endpoint, as far as the log goes. */
export const deliverChangesParamsSchema = z.strictObject({ webhookId: z.uuid() });

/** What `run.params` holds, by job: written by the API, read by the worker with the same schema. */
export const runParams = {
  'ingest.import': importParamsSchema,
  'ingest.pull': pullParamsSchema,
  'ingest.inspect': inspectParamsSchema,
  'features.compute': computeFeaturesParamsSchema,
  'models.fitClusters': fitClustersParamsSchema,
  'models.fitPropensity': fitPropensityParamsSchema,
  'models.watch': watchModelParamsSchema,
  'models.score': scoreModelParamsSchema,
  'segments.backfill': backfillParamsSchema,
  'segments.crowd': crowdParamsSchema,
  'sync.run': syncRunParamsSchema,
  'sync.preview': previewParamsSchema,
  'changes.deliver': deliverChangesParamsSchema,
  'destinations.check': checkParamsSchema,
  'tracking.replay': replayParamsSchema,
  'tracking.learn': learnPlanParamsSchema,
  'quality.profile': profileQualityParamsSchema,
  'identity.simulate': simulateIdentityParamsSchema,
  'identity.rebuild': rebuildIdentityParamsSchema,
  'identity.link': linkIdentityParamsSchema,
} as const;

export type RunParamsJob = keyof typeof runParams;
export type RunParams<J extends RunParamsJob> = z.infer<(typeof runParams)[J]>;
