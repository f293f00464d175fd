import { ChangeWebhookResolver } from './mutations/change-webhook.resolver';
import { ClusterMutationsResolver } from './mutations/cluster.mutations.resolver';
import { ConnectionMutationsResolver } from './mutations/connection.mutations.resolver';
import { DeliveryMutationsResolver } from './mutations/delivery.mutations.resolver';
import { IdentityMutationsResolver } from './mutations/identity.mutations.resolver';
import { JobMutationsResolver } from './mutations/job.mutations.resolver';
import { LinkMutationsResolver } from './mutations/link.mutations.resolver';
import { ModelMutationsResolver } from './mutations/model.mutations.resolver';
import { PullSourceMutationsResolver } from './mutations/pull-source.mutations.resolver';
import { ListMutationsResolver } from './mutations/list.mutations.resolver';
import { SegmentMutationsResolver } from './mutations/segment.mutations.resolver';
import { PrivacyMutationsResolver } from './mutations/privacy.mutations.resolver';
import { WorkspaceMutationsResolver } from './mutations/workspace.mutations.resolver';
import {
  AccountPersonResolver,
  AccountResolver,
  MembershipAccountResolver,
  ProfileAccountsResolver,
} from './queries/account.resolver';
import { IdentityResolver, ProfileMergesResolver } from './queries/identity.resolver';
import { ClusterLifeResolver } from './queries/cluster-life.resolver';
import { ComputedTraitResolver } from './queries/computed-trait.resolver';
import { JobResolver } from './queries/job.resolver';
import { LineageResolver } from './queries/lineage.resolver';
import { LinkCandidateResolver } from './queries/link.resolver';
import {
  FeatureChangeResolver,
  ModelResolver,
  ModelVersionResolver,
  OutlierGroupResolver,
  ScoreResolver,
} from './queries/model.resolver';
import { EventResolver, ProfileResolver } from './queries/profile.resolver';
import { ConsentResolver, PrivacyResolver } from './queries/privacy.resolver';
import { QualityResolver } from './queries/quality.resolver';
import { PullSourceResolver } from './queries/pull-source.resolver';
import { MembershipExplanationResolver } from './queries/membership-explanation.resolver';
import { RuleAdviceResolver } from './queries/rule-advice.resolver';
import { SegmentFiguresResolver } from './queries/segment-figures.resolver';
import { SegmentDiffResolver } from './queries/segment-diff.resolver';
import { SegmentPreviewResolver } from './queries/segment-preview.resolver';
import { FreshnessResolver, MembershipResolver, SegmentResolver } from './queries/segment.resolver';
import { DestinationResolver, SyncRecordResolver, SyncResolver, SyncRunResolver } from './queries/sync.resolver';
import { LedgerEntryResolver, WorkspaceResolver } from './queries/workspace.resolver';
import { TrackingMutationsResolver } from './mutations/tracking.mutations.resolver';
import { LedgerBalanceResolver, LedgerPointResolver } from './queries/ledger.resolver';
import {
  AlertResolver,
  PlanViolationResolver,
  QuarantineResolver,
  TrackingPlanResolver,
} from './queries/tracking.resolver';
import { StreamResolver } from './subscriptions/stream.resolver';

/** Everything that answers a field: what the host provides, what the schema is made from, what must name a policy. */
export const RESOLVERS = [
  WorkspaceResolver,
  LedgerEntryResolver,
  SegmentResolver,
  SegmentFiguresResolver,
  SegmentPreviewResolver,
  MembershipExplanationResolver,
  RuleAdviceResolver,
  SegmentDiffResolver,
  FreshnessResolver,
  MembershipResolver,
  ProfileResolver,
  EventResolver,
  AccountResolver,
  AccountPersonResolver,
  ProfileAccountsResolver,
  MembershipAccountResolver,
  IdentityResolver,
  ProfileMergesResolver,
  LineageResolver,
  LinkCandidateResolver,
  ModelResolver,
  ModelMutationsResolver,
  ClusterLifeResolver,
  ModelVersionResolver,
  OutlierGroupResolver,
  FeatureChangeResolver,
  ScoreResolver,
  DestinationResolver,
  SyncResolver,
  SyncRunResolver,
  SyncRecordResolver,
  JobResolver,
  QualityResolver,
  ComputedTraitResolver,
  PrivacyResolver,
  ConsentResolver,
  PullSourceResolver,
  PullSourceMutationsResolver,
  SegmentMutationsResolver,
  ListMutationsResolver,
  JobMutationsResolver,
  IdentityMutationsResolver,
  LinkMutationsResolver,
  ClusterMutationsResolver,
  ConnectionMutationsResolver,
  DeliveryMutationsResolver,
  PrivacyMutationsResolver,
  WorkspaceMutationsResolver,
  LedgerBalanceResolver,
  LedgerPointResolver,
  TrackingPlanResolver,
  PlanViolationResolver,
  QuarantineResolver,
  AlertResolver,
  TrackingMutationsResolver,
  ChangeWebhookResolver,
  StreamResolver,
] as const;
