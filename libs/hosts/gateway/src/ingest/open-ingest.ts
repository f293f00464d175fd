import { acceptEvents, groupCommit } from '@kohort/ingest-flow';
import type { Clock } from '@kohort/kernel-clock-random';
import type { IngestPort } from '@kohort/kernel-contracts';
import { ingestStore, suppressionGate, trackingStore, type Database } from '@kohort/platform-postgres';
import { SuppressionKeys, messageScreen } from '@kohort/privacy-domain';
import { planGate } from '@kohort/quality-flow';

/** Days within which a repeated message id is a duplicate. */
const DEDUPE_DAYS = 7;

function later(waitMs: number, work: () => void): () => void {
  const timer = setTimeout(work, waitMs);
  return () => clearTimeout(timer);
}

/** The way in for events of this process: calls that come together are committed together. */
export function openIngest(parts: {
  readonly database: Database;
  readonly clock: Clock;
  readonly suppressionKeys: readonly Uint8Array[];
}): IngestPort {
  const screen = messageScreen(new SuppressionKeys(parts.suppressionKeys));
  const store = groupCommit({ store: ingestStore(parts.database, { screen }), clock: parts.clock, later });
  const plans = planGate({ store: trackingStore(parts.database), clock: parts.clock });
  const suppression = suppressionGate(parts.database, screen);
  return acceptEvents({ store, dedupeDays: DEDUPE_DAYS, plans, suppression });
}
