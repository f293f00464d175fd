import { core } from './0001-core';
import { records } from './0002-records';
import { segments } from './0003-segments';
import { models } from './0004-models';
import { sync } from './0005-sync';
import { refused } from './0006-refused';
import { loneStarts } from './0007-lone-starts';
import { together } from './0008-together';
import { door } from './0009-door';
import { quality } from './0010-quality';
import { tracking } from './0011-tracking';
import { identity } from './0012-identity';
import { sourceConnections } from './0013-source-connections';
import { linkCandidates } from './0014-link-candidates';
import { privacy } from './0015-privacy';
import { segmentWords } from './0016-segment-words';
import { workspaceSettings } from './0017-workspace-settings';
import { watchAway } from './0018-watch-away';
import { segmentLife } from './0019-segment-life';
import { rebuild } from './0020-rebuild';
import { sourceRecords } from './0021-source-records';
import { sealedHours } from './0022-sealed-hours';
import { quietWatch } from './0023-quiet-watch';
import { qualityRecords } from './0024-quality-records';
import { changeWebhooks } from './0025-change-webhooks';
import { accounts } from './0026-accounts';
import { webhookStarts } from './0027-webhook-starts';
import { featureSets } from './0028-feature-sets';
import { stream } from './0029-stream';
import { consentGiven } from './0030-consent-given';
import { segmentRefresh } from './0031-segment-refresh';
import { crowdCount } from './0032-crowd-count';
import { featureStatistics } from './0033-feature-statistics';
import { timerPacks } from './0034-timer-packs';
import { outliers } from './0035-outliers';
import { masking } from './0036-masking';
import { outlierGroup } from './0037-outlier-group';
import { clusterMoves } from './0038-cluster-moves';
import { modelWatch } from './0039-model-watch';
import { modelServing } from './0041-model-serving';
import { gonePeople } from './0042-gone-people';
import { membershipKeys } from './0043-membership-keys';
import { modelDamage } from './0044-model-damage';
import { batchStatistics } from './0045-batch-statistics';
import { eventReferences } from './0046-event-references';
import { unsuppressed } from './0047-unsuppressed';
import { batchPlaces } from './0048-batch-places';
import { proofVersion } from './0049-proof-version';

/** Every migration under the name that is recorded when it has run; they run in the order of their names. */
export const migrationList: Readonly<Record<string, string>> = {
  '0001-core': core,
  '0002-records': records,
  '0003-segments': segments,
  '0004-models': models,
  '0005-sync': sync,
  '0006-refused': refused,
  '0007-lone-starts': loneStarts,
  '0008-together': together,
  '0009-door': door,
  '0010-quality': quality,
  '0011-tracking': tracking,
  '0012-identity': identity,
  '0013-source-connections': sourceConnections,
  '0014-link-candidates': linkCandidates,
  '0015-privacy': privacy,
  '0016-segment-words': segmentWords,
  '0017-workspace-settings': workspaceSettings,
  '0018-watch-away': watchAway,
  '0019-segment-life': segmentLife,
  '0020-rebuild': rebuild,
  '0021-source-records': sourceRecords,
  '0022-sealed-hours': sealedHours,
  '0023-quiet-watch': quietWatch,
  '0024-quality-records': qualityRecords,
  '0025-change-webhooks': changeWebhooks,
  '0026-accounts': accounts,
  '0027-webhook-starts': webhookStarts,
  '0028-feature-sets': featureSets,
  '0029-stream': stream,
  '0030-consent-given': consentGiven,
  '0031-segment-refresh': segmentRefresh,
  '0032-crowd-count': crowdCount,
  '0033-feature-statistics': featureStatistics,
  '0034-timer-packs': timerPacks,
  '0035-outliers': outliers,
  '0036-masking': masking,
  '0037-outlier-group': outlierGroup,
  '0038-cluster-moves': clusterMoves,
  '0039-model-watch': modelWatch,
  '0041-model-serving': modelServing,
  '0042-gone-people': gonePeople,
  '0043-membership-keys': membershipKeys,
  '0044-model-damage': modelDamage,
  '0045-batch-statistics': batchStatistics,
  '0046-event-references': eventReferences,
  '0047-unsuppressed': unsuppressed,
  '0048-batch-places': batchPlaces,
  '0049-proof-version': proofVersion,
};
