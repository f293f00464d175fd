import type { ProfileId, RunId, SegmentId, WorkspaceId } from '../ids';
import type { Fence } from '../runs';
import type { ChangePlace, MembershipChange } from './change-log.port';
import type { Page, PageRequest } from './read.port';

/** `stopped` by what cannot mend itself (the receiver is gone, the log has begun anew); `paused` by a person. */
export type ChangeWebhookStatus = 'active' | 'retrying' | 'paused' | 'stopped';

/** An endpoint of a workspace that is sent the membership change log. Times in epoch milliseconds. */
export interface ChangeWebhookRecord {
  readonly id: string;
  readonly url: string;
  readonly segmentId: SegmentId | null;
  readonly kinds: readonly string[] | null;
  readonly status: ChangeWebhookStatus;
  /** Tries in a row that failed. */
  readonly failures: number;
  readonly errorCode: string | null;
  readonly errorMessage: string | null;
  /** Changes that were acknowledged. */
  readonly delivered: number;
  readonly deliveredAt: number | null;
  /** Not tried again before; null while it is paused or stopped. */
  readonly nextAt: number | null;
  readonly createdAt: number;
  /** Those who were in where it stands in the log are being sent; what follows comes behind them. */
  readonly isSendingMembers: boolean;
}

/** An endpoint that is being set up. */
export interface NewChangeWebhook {
  readonly url: string;
  readonly segmentId: SegmentId | null;
  readonly kinds: readonly string[] | null;
  /** Where it begins; with what comes from now on when absent. */
  readonly start?: ChangeStart | undefined;
}

/** Behind a place of the log, or with everybody who is in now and then what follows. */
export type ChangeStart = { readonly after: ChangePlace } | 'members';

/** What people do with the endpoints of one workspace. */
export interface WorkspaceChangeWebhooks {
  list(page: PageRequest): Promise<Page<ChangeWebhookRecord>>;
  /** `seal` is told the id that the secret is bound to. */
  create(
    webhook: NewChangeWebhook,
    idempotencyKey: string | null,
    seal: (id: string) => Uint8Array,
  ): Promise<{ readonly record: ChangeWebhookRecord; readonly fresh: boolean }>;
  /** Throws  CHANGE_WEBHOOK_MISSING */
  rotate(id: string, reseal: (sealed: Uint8Array) => Uint8Array): Promise<ChangeWebhookRecord>;
  /** Throws  CHANGE_WEBHOOK_MISSING */
  pause(id: string): Promise<ChangeWebhookRecord>;
  /**
   * Goes on where it stood; from now on when the log has begun anew since. Beginning anew with `members` sends everybody
   * who is in now, and then what follows.
   *
   * Throws  CHANGE_WEBHOOK_MISSING
   */
  resume(id: string, start?: 'members'): Promise<ChangeWebhookRecord>;
  /** Throws  CHANGE_WEBHOOK_MISSING */
  remove(id: string): Promise<void>;
}

/** The endpoints of all workspaces. */
export interface ChangeWebhookAdmin {
  forWorkspace(workspaceId: WorkspaceId, deadlineMs: number): WorkspaceChangeWebhooks;
}

/** A change as it is sent: the cursor is for those who ask. */
export type SentChange = Omit<MembershipChange, 'cursor' | 'place'>;

/** Somebody who is in, as it is sent. */
export interface SentMember {
  readonly segmentId: SegmentId;
  readonly segmentKey: string;
  readonly profileId: ProfileId;
  readonly changeVersion: number;
  readonly segmentVersion: number;
  /** Epoch milliseconds. */
  readonly enteredAt: number | null;
}

/** What one message holds: changes in the order of the log, or some of those who were in before them. */
export type ChangeContent =
  | { readonly changes: readonly SentChange[] }
  | { readonly members: readonly SentMember[]; /** The changes follow. */ readonly isLast: boolean };

/** What is sent next; changes in the order of the log. */
export interface DueChanges {
  readonly url: string;
  readonly secrets: Uint8Array;
  readonly failures: number;
  readonly content: ChangeContent;
  /** Where it stands once these are acknowledged. Opaque. */
  readonly position: string;
  /** False when the log's present end is reached. */
  readonly more: boolean;
}

/** How an endpoint is looked after by the worker. */
export interface ChangeWebhookStore {
  /** Asks for the runs of those that are due and have something to be sent, one at a time each; how many. */
  startDue(limit: number): Promise<number>;
  /** What is sent next; null when the endpoint is not to be sent anything. Throws  POSTGRES_CURSOR_EXPIRED */
  next(place: { readonly workspaceId: WorkspaceId; readonly id: string }, limit: number): Promise<DueChanges | null>;
  /** What comes up to a position was acknowledged, `delivered` changes among it. Holds the fence. */
  advance(fence: Fence, id: string, to: { readonly position: string; readonly delivered: number }): Promise<void>;
  /** A try failed; it is not tried again for `afterMs`, never when that is null. Holds the fence. */
  failed(
    fence: Fence,
    id: string,
    because: { readonly code: string; readonly message: string; readonly afterMs: number | null },
  ): Promise<void>;
}

/** One message to an endpoint. */
export interface ChangeMessage {
  readonly workspaceId: WorkspaceId;
  readonly webhookId: string;
  readonly runId: RunId;
  readonly url: string;
  readonly secrets: Uint8Array;
  readonly content: ChangeContent;
}

/** What became of a message. */
export type ChangeReceipt =
  | { readonly ok: true }
  | {
      readonly ok: false;
      readonly code: string;
      readonly message: string;
      /** The receiver asks never to be sent anything again. */
      readonly isGone: boolean;
      /** The receiver asks for so much time. */
      readonly afterMs: number | null;
    };

/** Signs and sends messages. It never throws for what the receiver does. */
export interface ChangeSender {
  send(message: ChangeMessage, signal: AbortSignal): Promise<ChangeReceipt>;
}
