import { totalmem } from 'node:os';
import type { DoorRequest } from './door-request';
import type { Engine, EngineSession } from './engine';
import { refuse } from './exception';

/** What a statement of the `query` user may use up. On a server the same stands in the user's settings profile. */
export interface QueryLimits {
  readonly maxMemoryBytes: number;
  readonly maxThreads: number;
  readonly maxExecutionSeconds: number;
}

/** A quarter of the machine, within what a laptop spares and what one statement can use. */
const memoryOfMachine = Math.min(8 * 1024 ** 3, Math.max(2 * 1024 ** 3, Math.floor(totalmem() / 4)));

export const DEFAULT_QUERY_LIMITS: QueryLimits = {
  maxMemoryBytes: memoryOfMachine,
  maxThreads: 2,
  maxExecutionSeconds: 60,
};

/** Compiled rules may be long; the engine's own limit of 256 KiB is meant for people. */
const MAX_STATEMENT_BYTES = 64 * 1024 * 1024;
const SHORT_BYTES = 60_000;
/**
 * Two searches, for aggregates of what is grouped by and for comparisons that follow from others. Compiled rules have
 * nothing for either, and both go through all that lies below anew for each of their nested statements: half of the time
 * that twenty sequences take to plan.
 */
const PLANNING = 'optimize_aggregators_of_group_by_keys = 0, optimize_and_compare_chain = 0';

/** Databases that the `query` user may not stand in: `default` is an overlay on the file system. */
const CLOSED_DATABASES = new Set(['default', 'system', 'information_schema', 'INFORMATION_SCHEMA']);

const literal = (text: string): string => `'${text.replace(/\\/g, '\\\\').replace(/'/g, "\\'")}'`;

function checkQueryUser(request: DoorRequest): void {
  const [setting] = request.settings.keys();
  if (setting !== undefined) throw refuse(164, 'READONLY', `Cannot modify '${setting}' setting in readonly mode`);
  if (request.database !== undefined && CLOSED_DATABASES.has(request.database)) {
    throw refuse(497, 'ACCESS_DENIED', 'that database is not open to this user');
  }
}

function settingsOf(request: DoorRequest, limits: QueryLimits): readonly string[] {
  const own = [...request.settings].map(([name, value]) => `${name} = ${literal(value)}`);
  if (request.user === 'admin') return own;
  return [
    ...own,
    `max_memory_usage = ${limits.maxMemoryBytes}`,
    `max_threads = ${limits.maxThreads}`,
    `max_execution_time = ${limits.maxExecutionSeconds}`,
    // It looks for chains of comparisons and finds none: a third of the planning of a hundred rules.
    'optimize_and_compare_chain = 0',
  ];
}

function setUpOf(request: DoorRequest, limits: QueryLimits, word: string): readonly string[] {
  const settings = [...settingsOf(request, limits), `log_comment = ${literal(word)}`];
  return [
    `SET max_query_size = ${MAX_STATEMENT_BYTES}, ${PLANNING}`,
    `SET ${settings.join(', ')}`,
    ...[...request.parameters].map(([name, value]) => `SET param_${name} = ${literal(value)}`),
    ...(request.database === undefined ? [] : [`USE \`${request.database}\``]),
    ...(request.user === 'query' ? ['SET readonly = 1'] : []),
  ];
}

/**
 * A connection of its own for one statement, set up before the statement is seen: settings, parameters, database, and
 * for the `query` user the limits and, last, `readonly = 1`, which the statement itself can no longer lift. `word` names
 * the statement for `Engine.cancel`.
 *
 * Throws  DOOR_STATEMENT_REFUSED; what the engine says of an unknown setting or database
 */
export async function openStatementSession(
  engine: Engine,
  request: DoorRequest,
  { limits, word }: { readonly limits: QueryLimits; readonly word: string },
): Promise<EngineSession> {
  if (request.user === 'query') checkQueryUser(request);
  const session = engine.session();
  try {
    const statements = setUpOf(request, limits, word);
    // One round for all, unless it is longer than the engine reads before its own limit is lifted.
    const rounds = statements.join(';').length < SHORT_BYTES ? [statements.join('; ')] : statements;
    for (const round of rounds) await session.run(round, 'Null');
    return session;
  } catch (thrown) {
    session.close();
    throw thrown;
  }
}
