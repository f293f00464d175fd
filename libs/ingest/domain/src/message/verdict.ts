import type { NormalisedMessage } from '@kohort/kernel-contracts';

/** Why a record cannot be an event. Stable: they are counted, listed and documented. */
export const REJECTION_CODES = [
  'not_an_object',
  'type_unknown',
  'wrong_type',
  'no_user_anon_id',
  'event_required',
  'group_id_required',
  'previous_id_required',
  'user_id_required',
  'id_too_long',
  'message_id_too_long',
  'key_too_long',
  'event_too_large',
  'too_deep',
  'forbidden_key',
  'number_not_finite',
  'timestamp_invalid',
  'timestamp_out_of_range',
] as const;
export type RejectionCode = (typeof REJECTION_CODES)[number];

/** Well-formed, but no store of ours can hold it: kept aside for a person, not sent back. */
export const QUARANTINE_CODES = ['nul_character', 'lone_surrogate'] as const;
export type QuarantineCode = (typeof QUARANTINE_CODES)[number];

/** What normalising makes of one raw item. `field` is a path without values, so that it may be logged. */
export type NormaliseResult =
  | { readonly verdict: 'accepted'; readonly message: NormalisedMessage }
  | { readonly verdict: 'rejected'; readonly code: RejectionCode; readonly field: string }
  | { readonly verdict: 'quarantined'; readonly code: QuarantineCode; readonly field: string };

export type Refusal = Exclude<NormaliseResult, { verdict: 'accepted' }>;
