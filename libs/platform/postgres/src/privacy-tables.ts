import type { ColumnType, Generated } from 'kysely';
import type { Timestamp } from './column-types';

/** Table `consent_purpose` of 0015-privacy. */
export interface ConsentPurposeTable {
  workspace_id: string;
  key: string;
  name: string;
  categories: Generated<string[]>;
  sale_or_sharing: Generated<boolean>;
  created_at: ColumnType<Date, Date | string | undefined, Date | string>;
}

/** Table `consent_event` of 0015-privacy. */
export interface ConsentEventTable {
  workspace_id: string;
  subject_type: string;
  subject_value: string;
  purpose: string;
  at: Timestamp;
  state: string;
  kind: string;
  basis: string;
  source: string;
  proof: string;
  batch_id: string;
  recorded_at: ColumnType<Date, Date | string | undefined, Date | string>;
}

/** Table `consent_change` of 0015-privacy. */
export interface ConsentChangeTable {
  workspace_id: string;
  batch_id: string;
  profile_id: string;
}

/** Table `consent_given` of 0030-consent-given. */
export interface ConsentGivenTable {
  workspace_id: string;
  profile_id: string;
  purpose: string;
  given: boolean;
  xid: Generated<string>;
  seq: Generated<string>;
}

/** Table `suppression` of 0015-privacy. */
export interface SuppressionTable {
  workspace_id: string;
  generation: string;
  kind: string;
  hash: Buffer;
  reason: string;
  at: ColumnType<Date, Date | string | undefined, Date | string>;
}
