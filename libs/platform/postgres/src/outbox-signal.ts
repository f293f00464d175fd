import { sql, type Kysely } from 'kysely';
import type { KohortTables } from './tables';

/** The channel on which a process without a relay says that it has committed outbox rows. */
export const OUTBOX_CHANNEL = 'kohort_outbox';

/** Relays of this process, by the database that they read. */
const relays = new Map<string, Set<() => void>>();

/** Transactions that appended to the outbox and have not ended yet. */
const appended = new WeakSet<object>();

/** Remembers that this transaction has something for the relay. */
export function markAppended(tx: object): void {
  appended.add(tx);
}

/** Whether the transaction appended to the outbox. */
export function hasAppended(tx: object): boolean {
  return appended.has(tx);
}

/** Registers a relay of this process; returns how to take it back. */
export function onOutboxCommit(url: string, wake: () => void): () => void {
  const set = relays.get(url) ?? new Set();
  relays.set(url, set.add(wake));
  return () => void set.delete(wake);
}

/**
 * Wakes the relay after a commit: directly when it lives in this process, else by a NOTIFY of its own. Never inside the
 * writing transaction, where a NOTIFY would make all commits wait for each other; and never more than one at a time: what
 * commits meanwhile shares the next one. The relay polls as well, so a lost wake-up costs time only.
 */
export function outboxSignal(url: string, relay: Kysely<KohortTables>): () => void {
  let sending = false;
  let again = false;
  const send = async (): Promise<void> => {
    sending = true;
    try {
      do {
        again = false;
        await sql`select pg_notify(${OUTBOX_CHANNEL}, '')`.execute(relay);
      } while (again);
    } finally {
      sending = false;
    }
  };
  return () => {
    const local = relays.get(url);
    if (local && local.size > 0) {
      for (const wake of local) wake();
    } else if (sending) {
      again = true;
    } else {
      // The rows are committed; whether the wake-up arrives is not the caller's concern.
      send().catch(() => undefined);
    }
  };
}
