import type { ColumnType } from 'kysely';
import type { JsonColumn, Timestamp } from './column-types';

/** Table `feature_set` of 0028-feature-sets. */
export interface FeatureSetTable {
  workspace_id: string;
  version: number;
  definitions: JsonColumn;
  created_at: ColumnType<Date, Date | string | undefined, Date | string>;
}

/** Table `feature_statistics` of 0033-feature-statistics. */
export interface FeatureStatisticsTable {
  workspace_id: string;
  definition_version: number;
  key: string;
  as_of: Timestamp;
  statistics: JsonColumn;
}

/** Table `feature_population` of 0033-feature-statistics. */
export interface FeaturePopulationTable {
  workspace_id: string;
  definition_version: number;
  as_of: Timestamp;
  figures: JsonColumn;
}

/** Table `profile_feature` of 0002-records. */
export interface ProfileFeatureTable {
  workspace_id: string;
  profile_id: string;
  definition_version: number;
  as_of: Timestamp;
  feature_values: JsonColumn;
  computed_at: ColumnType<Date, Date | string | undefined, Date | string>;
}
