import { sql, type Kysely } from 'kysely';
import { workspaceIdSchema, type WorkspaceId } from '@kohort/kernel-contracts';
import type { KohortTables } from './tables';

/** The channel on which a process says that it has committed what others wait for. */
export const OUTBOX_CHANNEL = 'kohort_outbox';
/** The channel on which readers of the log hear of commits that they may not be able to read yet. */
export const COMMIT_CHANNEL = 'kohort_commit';

/** Tasks of one job and workspace that were just committed. */
export interface OwedWork {
  readonly workspaceId: WorkspaceId;
  readonly job: string;
}

/** What a transaction has for others. */
interface News {
  /** Tasks that workers look for at once. */
  readonly work: Map<string, OwedWork>;
  /** How soon the relay has something to do; null: it can wait for its next look. */
  relayInMs: number | null;
  /** Topics whose readers are told. */
  readonly topics: Set<string>;
}

/** What one message has for others. */
interface Appended {
  readonly work: readonly OwedWork[];
  readonly relayInMs: number | null;
  readonly topics: readonly string[];
}

type Wake = (inMs: number) => void;
type Look = (work: readonly OwedWork[]) => void;

/** Relays and workers of this process, by the database that they read. */
const relays = new Map<string, Set<Wake>>();
const lookers = new Map<string, Set<Look>>();

/** Transactions that appended to the outbox and have not ended yet. */
const appended = new WeakMap<object, News>();

const keyOf = ({ workspaceId, job }: OwedWork): string => `${workspaceId} ${job}`;

const noNews = (): News => ({ work: new Map(), relayInMs: null, topics: new Set() });

const sooner = (a: number | null, b: number | null): number | null =>
  a === null ? b : b === null ? a : Math.min(a, b);

/** Remembers that this transaction has something for others. */
export function markAppended(tx: object, { work, relayInMs, topics }: Appended): void {
  const news = appended.get(tx) ?? noNews();
  for (const one of work) news.work.set(keyOf(one), one);
  for (const topic of topics) news.topics.add(topic);
  news.relayInMs = sooner(news.relayInMs, relayInMs);
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
export const onOutboxCommit = (url: string, wake: Wake): (() => void) => register(relays, url, wake);

/** Registers workers of this process, who look for what was committed; returns how to take it back. */
export const onWorkCommit = (url: string, look: Look): (() => void) => register(lookers, url, look);

/** The payload of a notification: `!` and milliseconds where the relay is meant too, and work as `workspace job`. */
function writeNews({ work, relayInMs }: News): string {
  return [...(relayInMs === null ? [] : [`!${relayInMs}`]), ...work.keys()].join(',');
}

const WITHIN = /^!(\d{1,9})$/;

/** What a notification says; an empty one, as after a connection was lost, is for the relay. */
export function readNews(payload: string): Pick<Appended, 'work' | 'relayInMs'> {
  const work: OwedWork[] = [];
  let relayInMs: number | null = null;
  for (const part of payload.split(',')) {
    const [id, job] = part.split(' ');
    const workspaceId = workspaceIdSchema.safeParse(id);
    if (workspaceId.success && job !== undefined) work.push({ workspaceId: workspaceId.data, job });
    else relayInMs = sooner(relayInMs, Number(WITHIN.exec(part)?.[1] ?? 0));
  }
  return { work, relayInMs };
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
        const { topics } = waiting;
        const words = [[OUTBOX_CHANNEL, writeNews(waiting)] as const, [COMMIT_CHANNEL, [...topics].join(',')] as const];
        const said = words.filter(([, payload]) => payload !== '');
        waiting = undefined;
        await sql`select pg_notify(channel, payload)
          from unnest(${said.map(([channel]) => channel)}::text[], ${said.map(([, payload]) => payload)}::text[])
            as word (channel, payload)`.execute(relay);
      }
    } finally {
      sending = false;
    }
  };
  const sendLater = ({ work, relayInMs, topics }: News): void => {
    const next = waiting ?? noNews();
    for (const [key, one] of work) {
      if (next.work.size < MOST_NAMED) next.work.set(key, one);
      else next.relayInMs = 0;
    }
    for (const topic of topics) next.topics.add(topic);
    next.relayInMs = sooner(next.relayInMs, relayInMs);
    waiting = next;
    // The rows are committed; whether the wake-up arrives is not the caller's concern.
    if (!sending) send().catch(() => undefined);
  };
  return ({ work, relayInMs, topics }) => {
    const local = { relays: relays.get(url) ?? new Set(), lookers: lookers.get(url) ?? new Set() };
    if (relayInMs !== null) for (const wake of local.relays) wake(relayInMs);
    if (work.size > 0) for (const look of local.lookers) look([...work.values()]);
    const abroad: News = {
      work: local.lookers.size > 0 ? new Map() : work,
      relayInMs: local.relays.size === 0 ? relayInMs : null,
      topics,
    };
    if (abroad.work.size > 0 || abroad.relayInMs !== null || topics.size > 0) sendLater(abroad);
  };
}
