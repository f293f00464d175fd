import type { SourceId, WorkspaceId } from '../ids';
import type { Json, JsonObject } from '../json';
import type { Fence } from '../runs';
import type { Page, PageRequest } from './read.port';

/** What a profile is of: a source's messages as such, one event of a source, or a trait of people. */
export const QUALITY_SUBJECTS = ['source', 'event', 'trait'] as const;
export type QualitySubjectKind = (typeof QUALITY_SUBJECTS)[number];

/** `key`: the source's, or the trait's; `event`: the event's name, empty for the two others. */
export interface QualitySubject {
  readonly kind: QualitySubjectKind;
  readonly key: string;
  readonly event: string;
}

/** A stored message, as far as its quality is looked at. Times are epoch milliseconds. */
export interface QualityEvent {
  readonly id: string;
  readonly type: string;
  readonly name: string | null;
  readonly userId: string | null;
  readonly anonymousId: string | null;
  readonly ts: number;
  readonly receivedAt: number;
  readonly properties: JsonObject;
}

/** A page of something that is read once from end to end; `next` null at the end. */
export interface QualityPage<T> {
  readonly items: readonly T[];
  readonly next: string | null;
}

/** One field of a subject in one week: its profile, and how it differs from the week before. */
export interface QualityField {
  readonly field: string;
  readonly rows: number;
  readonly profile: Json;
  readonly drift: Json;
}

/** The snapshot of a subject in a week, as a run writes it. `week`: its Monday in UTC, `yyyy-MM-dd`. */
export interface QualitySnapshot {
  readonly subject: QualitySubject;
  readonly week: string;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly baselineWeek: string | null;
  readonly fields: readonly QualityField[];
  /** The records as wholes; null where they are not looked at. */
  readonly records: { readonly rows: number; readonly quality: Json } | null;
}

/**
 * What a profile run reads and writes.
 *
 * A caller may rely on: pages hold at most a few thousand items; every item that was committed before the first page and
 * lies in the window comes exactly once; `save` is one transaction under the run's fence and replaces what the subject had
 * for that week.
 */
export interface QualityStore {
  sources(workspaceId: WorkspaceId): Promise<readonly { readonly id: SourceId; readonly key: string }[]>;
  /** Messages of a source received in `[fromMs, toMs)`. */
  events(
    workspaceId: WorkspaceId,
    window: { readonly sourceId: SourceId; readonly fromMs: number; readonly toMs: number },
    after: string | null,
  ): Promise<QualityPage<QualityEvent>>;
  /** Living people's traits as they stand, one object a person. */
  people(
    workspaceId: WorkspaceId,
    after: string | null,
  ): Promise<QualityPage<{ readonly id: string; readonly traits: JsonObject }>>;
  /** How many there are about; for the progress. */
  counts(workspaceId: WorkspaceId): Promise<{ readonly people: number }>;
  /** The latest snapshot of a subject before a week; null without one. */
  before(
    workspaceId: WorkspaceId,
    subject: QualitySubject,
    week: string,
  ): Promise<{ readonly week: string; readonly fields: readonly QualityField[] } | null>;
  save(fence: Fence, snapshots: readonly QualitySnapshot[]): Promise<void>;
  /** Drops the snapshots of weeks before this one. */
  prune(fence: Fence, beforeWeek: string): Promise<void>;
}

/** One field as the API lists it. */
export interface QualityFieldRecord extends QualityField {
  readonly subject: QualitySubject;
  readonly week: string;
  readonly at: number;
  readonly baselineWeek: string | null;
}

/** A subject's records as wholes in its latest week. `gone`: of the ids in it those that are not there any more. */
export interface QualityRecordsRecord {
  readonly subject: QualitySubject;
  readonly week: string;
  readonly at: number;
  readonly rows: number;
  readonly quality: Json;
  readonly gone: readonly string[];
}

/** The latest snapshots, field by field. */
export interface QualityReader {
  /** Of a source: its messages' own fields first, then its events by name; `event` narrows to one. */
  ofSource(sourceKey: string, event: string | null, page: PageRequest): Promise<Page<QualityFieldRecord>>;
  /** Of a source: its messages as such first, then its events by name; without a source, of people. */
  records(
    of: { readonly sourceKey: string | null; readonly event: string | null },
    page: PageRequest,
  ): Promise<Page<QualityRecordsRecord>>;
  /** Of people's traits by key; `key` narrows to one. */
  ofTraits(key: string | null, page: PageRequest): Promise<Page<QualityFieldRecord>>;
}
