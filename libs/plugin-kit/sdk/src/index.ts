export { defineAction, interpretStatus, reject, sendHttp } from './action';
export type {
  Action,
  ActionContext,
  ActionDefinition,
  Built,
  BuiltRequest,
  Interpretation,
  MappedMember,
  MemberRef,
  OpenInput,
  OpenedPage,
  PreparedMember,
  RejectedDelta,
  Rejection,
} from './action';
export { cutBatches, groupBy, utf8Bytes } from './batching';
export type { BatchLimits } from './batching';
export { capabilitiesSchema } from './capabilities.schema';
export type { ConnectorCapabilities } from './capabilities.schema';
export { ERROR_CLASSES, ERROR_CLASS_KINDS, classifyStatus, pluginErrors } from './error-classes';
export type { ErrorClass } from './error-classes';
export { field, fieldsOf, secret, secretKeys, settingsJsonSchema } from './fields';
export type { FieldInfo } from './fields';
export { fingerprint, memberKey, requestKey } from './keys';
export type { MemberKeyParts } from './keys';
export { SDK_VERSION, fitsSdk, manifestSchema, parseManifest } from './manifest.schema';
export type { PluginManifest } from './manifest.schema';
export { applyMapping, faultOfMapping, traitKeysOf } from './mapping';
export type { Mapping, MappingScope } from './mapping';
export { definePlugin } from './plugin';
export type { ConnectedAction, Connection, PageInput, Plugin, PluginDefinition } from './plugin';
export type { FetchLike, FileArea, PluginHost, Reply } from './plugin-host';
export { defineSource } from './source';
export type { ConnectedSource, Dial, Source, SourceDefinition, SourceHost } from './source';
export { parseSourceManifest, sourceManifestSchema } from './source-manifest.schema';
export type { SourceManifest } from './source-manifest.schema';
