import { sql, type Kysely } from 'kysely';
import { workspaceIdSchema, type WorkspaceId } from '@kohort/kernel-contracts';
import type { KohortTables } from './tables';

/** The channel on which a process says that it has committed what others wait for. */
export const OUTBOX_CHANNEL = 'kohort_outbox';

/** Tasks of one job and workspace that were just committed. */
export interface OwedWork {
  readonly workspaceId: WorkspaceId;
  readonly job: string;
}

/** What a transaction has for others. */
interface News {
  /** Tasks that workers look for at once. */
  readonly work: Map<string, OwedWork>;
  /** Whether the relay has something to do that cannot wait for its next look. */
  forRelay: boolean;
}

type Look = (work: readonly OwedWork[]) => void;

/** Relays and workers of this process, by the database that they read. */
const relays = new Map<string, Set<() => void>>();
const lookers = new Map<string, Set<Look>>();

/** Transactions that appended to the outbox and have not ended yet. */
const appended = new WeakMap<object, News>();

const keyOf = ({ workspaceId, job }: OwedWork): string => `${workspaceId} ${job}`;

/** Remembers that this transaction has something for others. */
export function markAppended(tx: object, { work, forRelay }: { work: readonly OwedWork[]; forRelay: boolean }): void {
  const news = appended.get(tx) ?? { work: new Map(), forRelay: false };
  for (const one of work) news.work.set(keyOf(one), one);
  news.forRelay ||= forRelay;
  appended.set(tx, news);
}

/** What the transaction has for others; undefined: nothing. */
export function newsOf(tx: object): News | undefined {
  return appended.get(tx);
}

function register<T>(all: Map<string, Set<T>>, url: string, one: T): () => void {
  const set = all.get(url) ?? new Set();
  all.set(url, set.add(one));
  return () => void set.delete(one);
}

/** Registers a relay of this process; returns how to take it back. */
export const onOutboxCommit = (url: string, wake: () => void): (() => void) => register(relays, url, wake);

/** Registers workers of this process, who look for what was committed; returns how to take it back. */
export const onWorkCommit = (url: string, look: Look): (() => void) => register(lookers, url, look);

/** The payload of a notification: a `!` where the relay is meant too, and work as `workspace job`. */
function writeNews({ work, forRelay }: News): string {
  return [...(forRelay ? ['!'] : []), ...work.keys()].join(',');
}

/** What a notification says; an empty one, as after a connection was lost, is for the relay. */
export function readNews(payload: string): { readonly work: readonly OwedWork[]; readonly forRelay: boolean } {
  const parts = payload.split(',');
  const work = parts.flatMap((part): OwedWork[] => {
    const [id, job] = part.split(' ');
    const workspaceId = workspaceIdSchema.safeParse(id);
    return workspaceId.success && job !== undefined ? [{ workspaceId: workspaceId.data, job }] : [];
  });
  return { work, forRelay: work.length < parts.length };
}

/** Work that one notification names; PostgreSQL takes 8,000 bytes. */
const MOST_NAMED = 60;

/**
 * Tells of a commit: directly who lives in this process, else by a NOTIFY of its own. Never inside the writing
 * transaction, where a NOTIFY would make all commits wait for each other; and never more than one at a time: what commits
 * meanwhile shares the next one. The relay looks by itself as well, so a lost wake-up costs time only.
 */
export function outboxSignal(url: string, relay: Kysely<KohortTables>): (news: News) => void {
  let sending = false;
  let waiting: News | undefined;
  const send = async (): Promise<void> => {
    sending = true;
    try {
      while (waiting) {
        const payload = writeNews(waiting);
        waiting = undefined;
        await sql`select pg_notify(${OUTBOX_CHANNEL}, ${payload})`.execute(relay);
      }
    } finally {
      sending = false;
    }
  };
  const sendLater = ({ work, forRelay }: News): void => {
    const next = waiting ?? { work: new Map<string, OwedWork>(), forRelay: false };
    for (const [key, one] of work) {
      if (next.work.size < MOST_NAMED) next.work.set(key, one);
      else next.forRelay = true;
    }
    next.forRelay ||= forRelay;
    waiting = next;
    // The rows are committed; whether the wake-up arrives is not the caller's concern.
    if (!sending) send().catch(() => undefined);
  };
  return ({ work, forRelay }) => {
    const local = { relays: relays.get(url) ?? new Set(), lookers: lookers.get(url) ?? new Set() };
    if (forRelay) for (const wake of local.relays) wake();
    if (work.size > 0) for (const look of local.lookers) look([...work.values()]);
    const abroad: News = {
      work: local.lookers.size > 0 ? new Map() : work,
      forRelay: forRelay && local.relays.size === 0,
    };
    if (abroad.work.size > 0 || abroad.forRelay) sendLater(abroad);
  };
}
