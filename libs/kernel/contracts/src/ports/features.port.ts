import type { EventId, ProfileId, WorkspaceId } from '../ids';
import type { Json, JsonObject } from '../json';
import type { Fence } from '../runs';

/** A computed feature: a number, or a text where its definition says so; null where it is missing. */
export type FeatureValue = number | string | null;

/** One person's computed features by key. */
export interface FeatureRow {
  readonly profileId: ProfileId;
  readonly values: Readonly<Record<string, FeatureValue>>;
}

/** Which definitions, and known up to when (epoch milliseconds). */
export interface FeatureSetPoint {
  readonly definitionVersion: number;
  readonly asOf: number;
}

/** A workspace's own set of computed traits. Versions are never edited; they begin at 1,000. */
export interface FeatureSetRecord {
  readonly version: number;
  /** As `featureDefinitionSchema` reads them. */
  readonly definitions: Json;
}

/**
 * The latest computed features of people, for their pages and explanations.
 *
 * A caller may rely on: `save` is one transaction that holds the run's fence; a repeat overwrites; people that are gone
 * meanwhile are left out.
 */
export interface FeatureStore {
  /** The IANA time zone whose calendar the workspace's features follow. */
  timeZone(workspaceId: WorkspaceId): Promise<string>;
  /** The workspace's own set of a version, the latest when that is null; null when it has none such. */
  set(workspaceId: WorkspaceId, version: number | null): Promise<FeatureSetRecord | null>;
  /**
   * Adds a version behind `after`, which is null for the first one; null when another came before.
   */
  addSet(workspaceId: WorkspaceId, after: number | null, definitions: Json): Promise<FeatureSetRecord | null>;
  /** At most 5,000 rows a call. Answers how many were written. */
  save(fence: Fence, point: FeatureSetPoint, rows: readonly FeatureRow[]): Promise<number>;
}

/** What the values of a computed trait were like at an instant. */
export interface FeatureStatisticsRecord {
  readonly key: string;
  readonly definitionVersion: number;
  /** Epoch milliseconds. */
  readonly asOf: number;
  /** As `featureStatisticsSchema` reads it. */
  readonly statistics: Json;
}

/**
 * What passes over everybody tell of computed traits.
 *
 * A caller may rely on: `save` is one transaction that holds the run's fence; a repeat overwrites; the first statistics
 * of a version stay, of the later ones the newest.
 */
export interface FeatureStatisticsStore {
  save(
    fence: Fence,
    point: FeatureSetPoint,
    found: {
      readonly rows: readonly { readonly key: string; readonly statistics: Json }[];
      readonly population: Readonly<Record<string, readonly number[]>>;
    },
  ): Promise<void>;
  /** The newest of each trait of a version, newest first. */
  list(
    workspaceId: WorkspaceId,
    asked: { readonly definitionVersion: number; readonly first: number },
  ): Promise<readonly FeatureStatisticsRecord[]>;
  /** The first of each trait of a version. */
  earliest(workspaceId: WorkspaceId, definitionVersion: number): Promise<readonly FeatureStatisticsRecord[]>;
  /** What formulas of a version are told of everybody, by the latest pass; empty before the first one. */
  population(workspaceId: WorkspaceId, definitionVersion: number): Promise<Readonly<Record<string, readonly number[]>>>;
}

/** One event of a person's history. */
export interface PersonEvent {
  readonly eventId: EventId;
  /** Empty where the message has none. */
  readonly name: string;
  /** Epoch milliseconds. */
  readonly ts: number;
  /** Empty where they were not asked for. */
  readonly properties: JsonObject;
}

/**
 * What is known of one person, for the features of that person alone.
 *
 * A caller may rely on: events are those that count now (merges followed, erased ones gone), nothing later than `until`
 * (epoch milliseconds) among them, in no order.
 */
export interface PersonHistory {
  /** The kept features when they were computed as of exactly `asOf`; null otherwise. */
  features(
    workspaceId: WorkspaceId,
    at: FeatureSetPoint & { readonly profileId: ProfileId },
  ): Promise<FeatureRow['values'] | null>;
  /** Only events named in `propertiesOf` carry their properties; all do when it is null. */
  events(
    workspaceId: WorkspaceId,
    asked: { readonly profileId: ProfileId; readonly until: number; readonly propertiesOf: readonly string[] | null },
  ): Promise<readonly PersonEvent[]>;
}

/** The features of one person as of an instant. */
export interface PersonFeatures {
  /**
   * One value a name of `features`, in their order, a text where it is one; a missing one is null. Nothing after `asOf`
   * (epoch milliseconds) is in them. Null where nothing is known of the person by then, or a name belongs to no feature.
   */
  at(
    workspaceId: WorkspaceId,
    asked: {
      readonly profileId: ProfileId;
      readonly asOf: number;
      readonly features: readonly string[];
      /** Of the set; the latest when absent. */
      readonly definitionVersion?: number | undefined;
    },
  ): Promise<readonly (number | string | null)[] | null>;
}
