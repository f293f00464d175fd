import type { ModelId, SourceId } from '../ids';
import type { Page, PageRequest } from './read.port';
import type { PlanAction, PlanRule } from './tracking.port';
import type { NewTrackingPlan, QuarantineFilter, QuarantinedRecord, TrackingPlanRecord } from './tracking-store.port';
import type { AlertKind, EventOfSource } from './watch-store.port';

/** Which versions; what is absent does not narrow. `sourceId` null: of the workspace. */
export interface PlanFilter {
  readonly sourceId?: SourceId | null | undefined;
  readonly status?: string | undefined;
  readonly origin?: string | undefined;
}

/** From when to when, epoch milliseconds, `toMs` excluded. */
export interface TimeRange {
  readonly fromMs?: number | undefined;
  readonly toMs?: number | undefined;
}

/** How often a plan found something in an event. `at`: the hour or day of receipt; null when added up. */
export interface ViolationRecord extends EventOfSource {
  readonly planId: string;
  readonly planVersion: number;
  readonly rule: PlanRule;
  readonly action: PlanAction;
  readonly at: number | null;
  readonly messages: number;
}

export type AlertState = 'open' | 'acknowledged' | 'resolved';

/** An alert of volume or silence of an event, or of drift under a model. Times in epoch milliseconds. */
export interface AlertRecord {
  /** Null of an alert about a model, and the other way round. */
  readonly sourceId: SourceId | null;
  readonly modelId: ModelId | null;
  /** Of a model: what moved most. */
  readonly event: string;
  readonly id: string;
  readonly kind: AlertKind;
  readonly state: AlertState;
  readonly openedAt: number;
  readonly seenAt: number;
  /** The hour that was judged last; null for silence. */
  readonly hour: number | null;
  readonly observed: number;
  readonly expected: number;
  readonly score: number;
  readonly acknowledgedBy: string | null;
  readonly acknowledgedAt: number | null;
  readonly resolvedAt: number | null;
}

/** A line of the books of a source. */
export interface LedgerPoint {
  readonly sourceId: SourceId;
  readonly at: number;
  readonly received: number;
  readonly stored: number;
  readonly duplicate: number;
  readonly rejected: number;
  readonly suppressed: number;
  readonly quarantined: number;
}

/** The books held against the events that are there, at one instant. */
export interface LedgerBalanceRecord extends Omit<LedgerPoint, 'sourceId' | 'at'> {
  /** Stored records whose events are assigned to a person, and those that still are to be. */
  readonly processed: number;
  readonly pending: number;
}

export const TIME_STEPS = ['minute', 'hour', 'day'] as const;
export type TimeStep = (typeof TIME_STEPS)[number];

/** Plans, what they found, quarantine, alerts and the books. */
export interface TrackingReader {
  plans(filter: PlanFilter, page: PageRequest): Promise<Page<TrackingPlanRecord>>;
  plan(id: string): Promise<TrackingPlanRecord | null>;
  /** The approved version of a source (null: of the workspace), or the version that is named. */
  planOf(sourceId: SourceId | null, version: number | null): Promise<TrackingPlanRecord | null>;
  violations(
    filter: TimeRange & {
      readonly sourceId?: SourceId | undefined;
      readonly event?: string | undefined;
      readonly rule?: string | undefined;
      readonly step?: 'hour' | 'day' | undefined;
    },
    page: PageRequest,
  ): Promise<Page<ViolationRecord>>;
  /** Oldest first. */
  quarantined(filter: QuarantineFilter, page: PageRequest): Promise<Page<QuarantinedRecord>>;
  /** Newest first. */
  alerts(
    filter: {
      readonly state?: string | undefined;
      readonly kind?: string | undefined;
      readonly sourceId?: SourceId | undefined;
    },
    page: PageRequest,
  ): Promise<Page<AlertRecord>>;
  /** By time, then source. */
  ledgerSeries(
    of: TimeRange & { readonly sourceId?: SourceId | undefined; readonly step: TimeStep },
    page: PageRequest,
  ): Promise<Page<LedgerPoint>>;
  balance(of: TimeRange & { readonly sourceId?: SourceId | undefined }): Promise<LedgerBalanceRecord>;
}

/** What may be done to plans and alerts; each says which key did it. */
export interface TrackingCommands {
  draftPlan(plan: Omit<NewTrackingPlan, 'id'>, idempotencyKey: string | null): Promise<TrackingPlanRecord>;
  /** The version is in force from here on; the one that was is archived. One that is in force already stays as it is. */
  approvePlan(id: string, by: string): Promise<TrackingPlanRecord>;
  archivePlan(id: string, by: string): Promise<TrackingPlanRecord>;
  acknowledgeAlert(id: string, by: string): Promise<AlertRecord>;
  resolveAlert(id: string): Promise<AlertRecord>;
}
