import { createHash } from 'node:crypto';
import type { PostgresCursor, PostgresPool, PostgresPoolClient, PostgresQueryResult } from 'kysely';
import { isStalePlan } from './classify-failure';
import { postgresErrors } from './postgres-errors';

/** What is used of a connection of the driver. */
export interface DriverClient {
  query<R>(statement: {
    readonly text: string;
    readonly name?: string;
    readonly values?: unknown[];
  }): Promise<PostgresQueryResult<R>>;
  /** `true`: it is closed and not used again. */
  release(destroy?: boolean): void;
  /** What it writes to: while corked it gathers what is written. */
  readonly connection?: { readonly stream: { cork(): void; uncork(): void } };
}

/** What is used of the driver's pool. It must send statements as they are given, without waiting (`pipeline`). */
export interface DriverPool {
  connect(): Promise<DriverClient>;
}

/** How statements are sent through a pool. */
export interface QuickPoolOptions {
  /**
   * Statements with parameters are parsed and planned once a connection, not each time, whatever the values are. For
   * paths whose statements are few, always the same and go by keys: where an index serves, no table is read whole.
   */
  readonly keepPlans: boolean;
  /** Milliseconds. */
  readonly now: () => number;
}

/**
 * Kept plans are made anew after this, then after twice as long each time, up to the longest: what fits an empty table
 * may not fit it when it has filled, and a table fills most in its first minutes. Statistics that are gathered meanwhile
 * make plans anew by themselves.
 */
const FIRST_PLANS_MS = 5_000;
const LONGEST_PLANS_MS = 20_000;
/** Texts that a connection keeps; what is more is planned each time. */
const MOST_KEPT = 300;

/** Begins a statement of whose answer nothing is read: it leaves with the next one of its transaction. */
export const ALONG = '/* along */';
/** Begins a statement behind which its transaction asks nothing more: the commit leaves with it. */
export const LAST = '/* last */';

/**
 * How a connection plans statements that are kept. Left to itself the server plans anew, each time, what it takes to be
 * cheaper for fewer values than a plan for any number of them foresees; to plan costs as much as to look up fifty rows.
 */
const FOR_ANY_VALUES = [
  'set plan_cache_mode = force_generic_plan',
  'set enable_seqscan = off',
  'set max_parallel_workers_per_gather = 0',
  'set jit = off',
].join('; ');
const AS_USUAL = FOR_ANY_VALUES.replace(/set (\w+) = \w+/g, 'reset $1');

/** Connections that plan for any values: pools with and without kept plans may stand on the same ones. */
const planningForAny = new WeakSet<DriverClient>();

/** Answered before whatever is asked next; a connection that fails here fails there. */
function say(client: DriverClient, text: string): void {
  client.query({ text }).catch(() => undefined);
}

function planFor(client: DriverClient, keepPlans: boolean): void {
  if (planningForAny.has(client) === keepPlans) return;
  if (keepPlans) planningForAny.add(client);
  else planningForAny.delete(client);
  say(client, keepPlans ? FOR_ANY_VALUES : AS_USUAL);
}

const OPENING = /^(?:begin$|start transaction\b|set local )/;
const ENDING = /^(?:commit|rollback)$/;
const NOTHING = { command: 'SELECT' as const, rowCount: 0, rows: [] };

/** What is remembered of a connection from one use to the next. */
class Statements {
  private readonly names = new Map<string, string>();
  private lastMs = FIRST_PLANS_MS;
  private plannedAt: number;

  constructor(now: number) {
    this.plannedAt = now;
  }

  /** The name under which a text is kept; undefined: it is not. */
  nameOf(text: string): string | undefined {
    const known = this.names.get(text);
    if (known !== undefined || this.names.size >= MOST_KEPT) return known;
    const name = createHash('sha256').update(text).digest('base64url').slice(0, 22);
    this.names.set(text, name);
    return name;
  }

  /** Whether it is time to plan anew; from now on it is not. */
  areOld(now: number): boolean {
    const old = now - this.plannedAt >= this.lastMs;
    if (!old) return false;
    this.plannedAt = now;
    this.lastMs = Math.min(this.lastMs * 2, LONGEST_PLANS_MS);
    return true;
  }
}

interface Statement {
  readonly text: string;
  readonly parameters: readonly unknown[];
}

/** A connection as long as it is out of the pool. */
class QuickClient implements PostgresPoolClient {
  /** What opens the transaction and was not sent yet. */
  private held: string[] = [];
  /** What leaves with the next statement. */
  private along: Statement[] = [];
  private isOpen = false;
  /** The commit has left; nothing more may be asked until it was waited for. */
  private isClosed = false;
  private isStale = false;

  constructor(
    private readonly client: DriverClient,
    private readonly statements: Statements | null,
  ) {}

  query<R>(text: string, parameters: readonly unknown[]): Promise<PostgresQueryResult<R>>;
  query<R>(cursor: PostgresCursor<R>): PostgresCursor<R>;
  query<R>(
    asked: string | PostgresCursor<R>,
    parameters: readonly unknown[] = [],
  ): Promise<PostgresQueryResult<R>> | PostgresCursor<R> {
    if (typeof asked !== 'string') throw postgresErrors.POSTGRES_NO_CURSORS();
    if (this.isClosed && !ENDING.test(asked)) throw postgresErrors.POSTGRES_AFTER_LAST();
    if (parameters.length > 0) {
      if (asked.startsWith(LAST) && this.isWithin) return this.sendLast<R>(asked, parameters);
      if (!asked.startsWith(ALONG) || !this.isWithin) return this.send<R>(asked, parameters);
      this.along.push({ text: asked, parameters });
      return Promise.resolve(NOTHING);
    }
    if (OPENING.test(asked)) {
      this.held.push(asked);
      return Promise.resolve(NOTHING);
    }
    if (!ENDING.test(asked)) return this.send<R>(asked, parameters);
    return this.end<R>(asked);
  }

  release(): void {
    this.client.release(this.isStale);
  }

  /** Whether a transaction was begun, said or not. */
  private get isWithin(): boolean {
    return this.isOpen || this.held.length > 0;
  }

  private async end<R>(how: string): Promise<PostgresQueryResult<R>> {
    if (how === 'commit' && this.along.length > 0) {
      // A commit of what has failed is a rollback, and says nothing of it: the failure is that of a statement before it.
      const answer = this.send<R>(how, []);
      this.isOpen = false;
      return answer;
    }
    this.held = [];
    this.along = [];
    this.isClosed = false;
    // Nothing was asked between beginning and end: nothing was begun.
    if (!this.isOpen) return NOTHING;
    this.isOpen = false;
    return this.client.query({ text: how });
  }

  private send<R>(text: string, parameters: readonly unknown[]): Promise<PostgresQueryResult<R>> {
    const { along } = this;
    this.along = [];
    // They leave in one write: a call of the system costs more than what it carries.
    const stream = this.held.length + along.length > 0 ? this.client.connection?.stream : undefined;
    stream?.cork();
    const before = [this.open(), ...along.map((one) => this.ask(one))];
    const answer = this.ask<R>({ text, parameters });
    stream?.uncork();
    return this.heard(answer, [...before, answer]);
  }

  /** A statement and the commit behind it. Where the statement fails the commit is a rollback, and it is over as well. */
  private sendLast<R>(text: string, parameters: readonly unknown[]): Promise<PostgresQueryResult<R>> {
    const stream = this.client.connection?.stream;
    stream?.cork();
    const answer = this.send<R>(text, parameters);
    const commit = this.client.query({ text: 'commit' });
    stream?.uncork();
    this.isOpen = false;
    this.isClosed = true;
    return this.heard(answer, [answer, commit]);
  }

  /**
   * All are on their way. Where one fails those behind it do too: they stand in a transaction that is aborted. The first
   * that failed says why.
   */
  private async heard<R>(
    answer: Promise<PostgresQueryResult<R>>,
    sent: readonly (Promise<unknown> | undefined)[],
  ): Promise<PostgresQueryResult<R>> {
    const ends = await Promise.allSettled(sent);
    const failed = ends.find((end) => end.status === 'rejected');
    if (failed === undefined) return answer;
    this.isStale ||= isStalePlan(failed.reason);
    throw failed.reason;
  }

  private ask<R>({ text, parameters }: Statement): Promise<PostgresQueryResult<R>> {
    const name = parameters.length > 0 ? this.statements?.nameOf(text) : undefined;
    return this.client.query<R>({ ...(name === undefined ? {} : { name }), text, values: [...parameters] });
  }

  /** Sends what opens the transaction, if that was not done yet. */
  private open(): Promise<unknown> | undefined {
    if (this.held.length === 0) return undefined;
    const text = this.held.join('; ');
    this.held = [];
    this.isOpen = true;
    return this.client.query({ text });
  }
}

/**
 * The driver's pool as the query builder wants it, with fewer round trips: a transaction begins, and its settings are
 * made, in one message with its first statement; what is `LAST` takes its commit along; and a transaction that asks
 * nothing says nothing. `set local` is for transactions alone.
 *
 * Throws  POSTGRES_NO_CURSORS where a cursor is asked for
 */
export function quickPool(pool: DriverPool, options: QuickPoolOptions): PostgresPool {
  const kept = new WeakMap<DriverClient, Statements>();
  return {
    async connect() {
      const client = await pool.connect();
      planFor(client, options.keepPlans);
      if (!options.keepPlans) return new QuickClient(client, null);
      const now = options.now();
      const statements = kept.get(client) ?? new Statements(now);
      kept.set(client, statements);
      if (statements.areOld(now)) say(client, 'discard plans');
      return new QuickClient(client, statements);
    },
    // Several may stand on one pool: whoever made it ends it.
    end: () => Promise.resolve(),
  };
}
