import { registerEnumType } from '@nestjs/graphql';
import { SCOPES } from '@kohort/access-domain';
import {
  ALERT_KINDS,
  CONSENT_KINDS,
  CONSENT_STATES,
  DRIFT_LEVELS,
  LINK_STATES,
  LINK_VERDICTS,
  PLAN_ACTIONS,
  PLAN_RULES,
  QUALITY_SUBJECTS,
  REFIT_KINDS,
  SERVING_CAUSES,
  SIZE_STEPS,
  TIME_STEPS,
} from '@kohort/kernel-contracts';
import { COLUMN_TYPES, DRIFT_VERDICTS, FINDING_CODES, SEVERITIES } from '@kohort/quality-domain';

/** Enum values as GraphQL shows them (`INSUFFICIENT_DATA`) over the words that are stored (`insufficient_data`). */
export type EnumMap<V extends string> = Readonly<Record<string, V>>;

function enumOf<const V extends string>(name: string, values: readonly V[], description: string): EnumMap<V> {
  const map: Record<string, V> = {};
  for (const value of values) map[value.replaceAll(':', '_').toUpperCase()] = value;
  registerEnumType(map, { name, description });
  return map;
}

export const SegmentKind = enumOf(
  'SegmentKind',
  ['rule', 'cluster', 'predictive', 'list'],
  'What decides who is in a segment.',
);
export const SegmentEntity = enumOf('SegmentEntity', ['profile', 'account'], 'Whom a segment holds.');
export const SegmentStatus = enumOf(
  'SegmentStatus',
  ['draft', 'backfilling', 'live', 'held', 'paused', 'failed', 'archived'],
  'Where a segment stands.',
);
export const ChangeCause = enumOf(
  'ChangeCause',
  ['event', 'time', 'edit', 'merge', 'import', 'model', 'erasure'],
  'Why a membership changed.',
);
export const MembershipChangeKind = enumOf('MembershipChangeKind', ['entered', 'exited'], 'In or out.');
export const ChangeWebhookStatus = enumOf(
  'ChangeWebhookStatus',
  ['active', 'retrying', 'paused', 'stopped'],
  'Whether an endpoint is sent changes; stopped: by what cannot mend itself.',
);
export const TraitKind = enumOf('TraitKind', ['custom', 'computed', 'predictive', 'cluster'], 'Where a trait is from.');
export const LineageKind = enumOf(
  'LineageKind',
  ['source', 'event', 'trait', 'segment', 'model', 'destination'],
  'What stands in a lineage.',
);
export const SourceKind = enumOf('SourceKind', ['http', 'import', 'demo'], 'How records come in.');
export const MaskKind = enumOf(
  'MaskKind',
  ['email', 'phone', 'card', 'iban', 'ip', 'person'],
  'What may be taken out of texts. `PERSON`: names, as far as English word lists know them; 5 to 90 ms a text.',
);
export const ReasonUnit = enumOf(
  'ReasonUnit',
  ['log_odds', 'squared_distance', 'probability'],
  'What contributions are in.',
);
export const ModelKind = enumOf('ModelKind', ['clustering', 'propensity'], 'What a model says of people.');
export const ClusterVerdictKind = enumOf(
  'ClusterVerdictKind',
  ['same', 'split', 'merged', 'new', 'gone'],
  'What became of a cluster when its model was fitted again.',
);
export const Representation = enumOf(
  'Representation',
  ['over', 'under', 'as_expected'],
  'Whether a group has a larger or smaller share of a cluster than of everybody else.',
);
export const ServingCause = enumOf(
  'ServingCause',
  SERVING_CAUSES,
  'Why a version of a model began to be served: it was fitted, returned to, or scored everybody anew.',
);
export const RefitKind = enumOf('RefitKind', REFIT_KINDS, 'When a clustering is fitted again by itself.');
export const DriftLevel = enumOf(
  'DriftLevel',
  DRIFT_LEVELS,
  'How far the people of now are from those of a fit; MOVED is told as an alert.',
);
export const ModelVersionStatus = enumOf(
  'ModelVersionStatus',
  ['training', 'insufficient_data', 'refused', 'failed', 'ready', 'degraded', 'retired'],
  'Where a version of a model stands; which one is served is a pointer, not a status.',
);
export const ModelGrade = enumOf(
  'ModelGrade',
  ['poor', 'fair', 'good', 'excellent'],
  'How far a model can be trusted.',
);
export const SyncMode = enumOf('SyncMode', ['live', 'manual'], 'Whether changes leave by themselves.');
export const SyncRunStatus = enumOf(
  'SyncRunStatus',
  ['queued', 'held', 'running', 'succeeded', 'partial', 'failed', 'cancelled'],
  'Where a sync run stands; partial is not success.',
);
export const MemberState = enumOf(
  'MemberState',
  ['clean', 'owed', 'sending', 'unknown', 'rejected', 'parked', 'held'],
  'How a person stands in a destination.',
);
export const RecordFate = enumOf(
  'RecordFate',
  ['pending', 'sent', 'accepted', 'rejected', 'unknown', 'unattributed', 'skipped', 'matched'],
  "One member's fate in one run.",
);
export const SyncOperation = enumOf('SyncOperation', ['add', 'remove'], 'What was to be done at the destination.');
export const JobStatus = enumOf(
  'JobStatus',
  ['queued', 'running', 'succeeded', 'failed', 'cancelled'],
  'Where a long job stands.',
);
export const KeyScope = enumOf('KeyScope', SCOPES, 'What an API key may do.');
export const QualitySubject = enumOf('QualitySubject', QUALITY_SUBJECTS, 'What a profile of data is of.');
export const FieldValueType = enumOf('FieldValueType', COLUMN_TYPES, 'What the values of a field are.');
export const IsolatedSide = enumOf('IsolatedSide', ['low', 'high'], 'On which side of all others a value lies.');
export const FindingCode = enumOf('FindingCode', FINDING_CODES, 'What was found about a field.');
export const FindingSeverity = enumOf(
  'FindingSeverity',
  SEVERITIES,
  'An error loses records, a warning makes figures wrong, a note is good to know.',
);
export const DriftVerdict = enumOf('DriftVerdict', DRIFT_VERDICTS, 'Whether a field is as it was.');
export const ConsentState = enumOf('ConsentState', CONSENT_STATES, 'What was said about a purpose.');
export const ConsentKind = enumOf(
  'ConsentKind',
  CONSENT_KINDS,
  'Stamped on a message, the person’s own act, or Global Privacy Control.',
);
export const ConsentSubjectType = enumOf(
  'ConsentSubjectType',
  ['user_id', 'anonymous_id', 'email', 'phone'],
  'What consent was stated of.',
);
export const IdentityRulesStatus = enumOf(
  'IdentityRulesStatus',
  ['draft', 'active', 'retired'],
  'Whether people are told apart by these rules.',
);
export const MergeKind = enumOf('MergeKind', ['merged', 'refused', 'held', 'unmerged'], 'What became of two people.');
export const MergeCause = enumOf('MergeCause', ['event', 'alias', 'import', 'linkage', 'manual'], 'Who said so.');
export const LinkCandidateState = enumOf(
  'LinkCandidateState',
  LINK_STATES,
  'Where a pair stands; gone: one of the two was merged or suppressed meanwhile.',
);
export const LinkVerdict = enumOf('LinkVerdict', LINK_VERDICTS, 'What the linkage itself would say of a pair.');
export const PlanStatus = enumOf(
  'PlanStatus',
  ['draft', 'approved', 'archived'],
  'Only the approved version is in force.',
);
export const PlanOrigin = enumOf('PlanOrigin', ['written', 'learned'], 'Who wrote a version of a plan.');
export const PlanRule = enumOf('PlanRule', PLAN_RULES, 'What a plan finds wrong.');
export const PlanAction = enumOf(
  'PlanAction',
  PLAN_ACTIONS,
  'What is done about it: quarantined, stored and counted, or counted alone.',
);
export const PlanChangeKind = enumOf(
  'PlanChangeKind',
  ['added', 'removed', 'loosened', 'tightened', 'changed'],
  'How a version stands to the one in force.',
);
export const AlertKind = enumOf(
  'AlertKind',
  ALERT_KINDS,
  'Too few, too many, none at all; drift under a model, damage of its file.',
);
export const AlertState = enumOf('AlertState', ['open', 'acknowledged', 'resolved'], 'Where an alert stands.');
export const KnownAs = enumOf(
  'KnownAs',
  ['then', 'now'],
  'The past as it was known then, or with all that has become known since.',
);
export const SizeStep = enumOf('SizeStep', SIZE_STEPS, 'How finely the past of a segment is told.');
export const TimeStep = enumOf('TimeStep', TIME_STEPS, 'How finely the books are added up.');
