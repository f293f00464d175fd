export { ingestErrors } from './ingest-errors';
export { EARLIEST_TIME, IMPORT_LIMITS, LATEST_TIME, LIMITS } from './limits';
export type { ImportLimits } from './limits';
export { canonicalJson } from './json/canonical-json';
export { isDeeperThan } from './json/is-deeper-than';
export { isWithinBytes } from './json/json-bytes';
export { inspectJson, isJsonObject, textFault } from './json/inspect-json';
export type { JsonFault } from './json/inspect-json';
export { bodyHash, derivedMessageId } from './message/digests';
export { correctTime, parseInstant } from './message/instant';
export type { InstantResult } from './message/instant';
export { envelopeFault } from './message/envelope-fault';
export { normaliseEvent } from './message/normalise-event';
export type { NormaliseContext } from './message/normalise-event';
export { MASKED_FLAG, compileMasking } from './masking/compile-masking';
export { maskCall } from './masking/mask-call';
export type { CallContent } from './masking/mask-call';
export { QUARANTINE_CODES, REJECTION_CODES } from './message/verdict';
export type { NormaliseResult, QuarantineCode, Refusal, RejectionCode } from './message/verdict';
export { chooseMapping, missingColumns, namedMapping } from './mapping/choose-mapping';
export type { ImportUnit, RefusedRow } from './mapping/import-unit';
export type { Mapping, RemovalSpec, TableMapping } from './mapping/mapping-schema';
export { mappingDigest } from './mapping/mapping-digest';
export { mappingFromData, parseMapping } from './mapping/parse-mapping';
export { importMessageId } from './mapping/table-units';
export type { ImportFile } from './reading/import-file';
export { openImport } from './reading/open-import';
export type { ImportFormat, OpenedImport } from './reading/open-import';
export { readOutline } from './reading/parquet/parquet-footer';
export type { ParquetOutline } from './reading/parquet/parquet-footer';
export { ParquetSession } from './reading/parquet/parquet-session';
export type {
  ColumnOfGroup,
  ParquetDecoder,
  ParquetDecoding,
  ParquetFileName,
  ParquetFooter,
} from './reading/parquet/parquet-decoder.port';
export type { PackedRows } from './reading/parquet/packed-rows';
export { READ_FAULTS } from './reading/source-row';
export type { ReadRow } from './reading/source-row';
export { dryRunReport } from './importing/dry-run-report';
export type { DryRunReport, ReasonCount } from './importing/dry-run-report';
export { importRecords } from './importing/import-records';
export type { ImportBatch, ImportPlan, ImportReading } from './importing/import-records';
export { goneUnits } from './importing/gone-units';
export type { GoneOrigin } from './importing/gone-units';
export { pullMapping, pulledKeyDigest, pulledMessageId, pulledUnits } from './importing/pulled-rows';
export type { PullOrigin } from './importing/pulled-rows';
export { refuseUnits } from './importing/refuse-units';
export type { Judge, LeftOutCode } from './importing/refuse-units';
export { GatheredRejects, rejectLines } from './importing/reject-lines';
