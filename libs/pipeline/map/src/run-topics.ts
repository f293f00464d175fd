import type { JobName } from './pipeline';
import type { TopicName } from './topics';

/** What a run of each kind asks for: the topic that requests it. */
export const runTopics = {
  'ingest.import': 'ImportRequested',
  'ingest.pull': 'PullRequested',
  'ingest.inspect': 'SourceLookRequested',
  'segments.backfill': 'BackfillRequested',
  'segments.crowd': 'CrowdRequested',
  'features.compute': 'FeaturesRequested',
  'models.fitClusters': 'ClustersRequested',
  'models.fitPropensity': 'PropensityRequested',
  'models.watch': 'ModelWatchRequested',
  'models.score': 'ModelScoresRequested',
  'sync.run': 'SyncRequested',
  'sync.preview': 'PreviewRequested',
  'changes.deliver': 'ChangeDeliveryRequested',
  'destinations.check': 'CheckRequested',
  'identity.simulate': 'IdentitySimulationRequested',
  'identity.rebuild': 'IdentityRebuildRequested',
  'identity.link': 'IdentityLinkRequested',
  'tracking.replay': 'ReplayRequested',
  'tracking.learn': 'LearnPlanRequested',
  'quality.profile': 'QualityRequested',
} as const satisfies Partial<Record<JobName, TopicName>>;
export type RunJob = keyof typeof runTopics;
