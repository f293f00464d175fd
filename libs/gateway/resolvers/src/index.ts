export { PolicyGuard } from './context/policy.guard';
export { TextInterceptor } from './context/text.interceptor';
export { Policy, handlersWithoutPolicy, policyOf, requirePolicies } from './context/policy';
export type { PolicyName } from './context/policy';
export { callerOf, openContext } from './context/gateway-context';
export type {
  Asked,
  GatewayContext,
  GatewayServices,
  KeyMaker,
  LiveConnection,
  LiveExplanation,
  ListEditor,
  MembershipExplainer,
  SegmentPreviewer,
  ScoreExplainer,
  SourceSealer,
} from './context/gateway-context';
export { gatewayErrors } from './errors/gateway.errors';
export { toPublicError } from './errors/public-error';
export type { ErrorSetting } from './errors/public-error';
export { ChangeFeed } from './feeds/change-feed';
export type { FeedParts } from './feeds/change-feed';
export { ChangeStream } from './feeds/change-stream';
export { BoundStream } from './feeds/live-stream';
export { withSnapshotToken } from './feeds/snapshot-token';
export { HorizonPulse } from './feeds/horizon-pulse';
export type { Beat, PulseParts } from './feeds/horizon-pulse';
export { progressFeeds } from './feeds/progress-feeds';
export type { ProgressFeeds } from './feeds/progress-feeds';
export { checkDocument, requireParsed } from './limits/check-document';
export type { DocumentRules } from './limits/check-document';
export { DEFAULT_LIMITS, MAX_FIRST } from './limits/limits';
export type { GatewayLimits } from './limits/limits';
export { measureDocument } from './limits/measure-document';
export type { DocumentMeasure } from './limits/measure-document';
export { RESOLVERS } from './resolver-list';
export { buildSchema, schemaText } from './schema-text';
