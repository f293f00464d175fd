import type { RunId, SegmentId, WorkspaceId } from '../ids';
import type { Fence } from '../runs';
import type { MembershipChange } from './change-log.port';
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
}

/** An endpoint that is being set up. */
export interface NewChangeWebhook {
  readonly url: string;
  readonly segmentId: SegmentId | null;
  readonly kinds: readonly string[] | null;
}

/** What people do with the endpoints of one workspace. */
export interface WorkspaceChangeWebhooks {
  list(page: PageRequest): Promise<Page<ChangeWebhookRecord>>;
  /** It is sent what is committed from now on; `seal` is told the id that the secret is bound to. */
  create(
    webhook: NewChangeWebhook,
    idempotencyKey: string | null,
    seal: (id: string) => Uint8Array,
  ): Promise<{ readonly record: ChangeWebhookRecord; readonly fresh: boolean }>;
  /** Throws  CHANGE_WEBHOOK_MISSING */
  rotate(id: string, reseal: (sealed: Uint8Array) => Uint8Array): Promise<ChangeWebhookRecord>;
  /** Throws  CHANGE_WEBHOOK_MISSING */
  pause(id: string): Promise<ChangeWebhookRecord>;
  /** Goes on where it stood; from now on when the log has begun anew since. Throws  CHANGE_WEBHOOK_MISSING */
  resume(id: string): Promise<ChangeWebhookRecord>;
  /** Throws  CHANGE_WEBHOOK_MISSING */
  remove(id: string): Promise<void>;
}

/** The endpoints of all workspaces. */
export interface ChangeWebhookAdmin {
  forWorkspace(workspaceId: WorkspaceId, deadlineMs: number): WorkspaceChangeWebhooks;
}

/** A change as it is sent: the cursor is for those who ask. */
export type SentChange = Omit<MembershipChange, 'cursor'>;

/** What is sent next, in the order of the log. */
export interface DueChanges {
  readonly url: string;
  readonly secrets: Uint8Array;
  readonly failures: number;
  readonly changes: readonly SentChange[];
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
  /** The changes up to a position were acknowledged. Holds the fence. */
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
  readonly changes: readonly SentChange[];
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
