import type { Json, JsonObject } from '../json';
import type { SourceId, WorkspaceId } from '../ids';

/** What became of one item of a batch. Only `stored` and `duplicate` need no attention. */
export type IngestOutcome = 'stored' | 'duplicate' | 'rejected' | 'suppressed' | 'quarantined';

export interface IngestVerdict {
  /** Place of the item in the batch, from 0. */
  readonly index: number;
  readonly outcome: IngestOutcome;
  readonly messageId: string | null;
  /** Stable reason of a rejection or quarantine (`no_user_anon_id`); null otherwise. */
  readonly reason: string | null;
}

/** What the call as a whole said; items do not repeat it. Times are epoch milliseconds. */
export interface IngestEnvelope {
  readonly receivedAt: number;
  /** The batch's own `sentAt`, as sent; null when it had none. */
  readonly sentAt: string | null;
  /** The batch's `context` and `integrations`; an item's own wins. */
  readonly context: JsonObject;
  readonly integrations: JsonObject;
}

/**
 * The way in for events.
 *
 * A caller may rely on: when the promise resolves, everything `stored` is committed, with its dedupe key, its ledger
 * row and its outbox row; one verdict an item, in the order of the items; the same items again give `duplicate`.
 */
export interface IngestPort {
  accept(
    origin: { readonly workspaceId: WorkspaceId; readonly sourceId: SourceId },
    items: readonly Json[],
    envelope: IngestEnvelope,
  ): Promise<readonly IngestVerdict[]>;
}
