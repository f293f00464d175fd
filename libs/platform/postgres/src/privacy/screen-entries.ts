import type {
  BatchId,
  ConsentStatement,
  MessageScreen,
  NormalisedMessage,
  SuppressionGate,
  WorkspaceId,
} from '@kohort/kernel-contracts';
import type { Database, WorkspaceTransaction } from '../database';
import { addStatements, readPurposes } from './consent-rows';
import { suppressedAmong } from './suppression-list';

interface Screened {
  readonly workspaceId: WorkspaceId;
  readonly screen: MessageScreen | null;
}

/** Those of the entries whose message names somebody on the suppression list; none without a screen. */
export async function namingSuppressed<T extends { readonly keyed: { readonly message: NormalisedMessage } }>(
  tx: WorkspaceTransaction,
  { workspaceId, screen }: Screened,
  entries: readonly T[],
): Promise<ReadonlySet<T>> {
  if (!screen) return new Set();
  return suppressedAmong(tx, workspaceId, {
    items: entries,
    digestsOf: ({ keyed }) => screen.digestsOf(workspaceId, keyed.message),
  });
}

/**
 * What is stamped on every message of a visit is kept once a transaction: of one subject, purpose, state and kind only the
 * latest can ever decide. What people said themselves is kept whole.
 */
function latestOfEach(statements: readonly ConsentStatement[]): readonly ConsentStatement[] {
  const latest = new Map<string, ConsentStatement>();
  for (const statement of statements) {
    const { subject, purpose, state, kind, at } = statement;
    const own = kind === 'explicit' ? String(at) : '';
    const key = [subject.type, subject.value, purpose, state, kind, own].join('\n');
    const known = latest.get(key);
    if (!known || known.at < at) latest.set(key, statement);
  }
  return [...latest.values()];
}

/** Keeps what the stored messages say about consent: nothing is asked of the database when none says anything. */
export async function addConsents(
  tx: WorkspaceTransaction,
  { workspaceId, batchId, screen }: Screened & { readonly batchId: BatchId },
  fresh: readonly (readonly [eventId: string, entry: { readonly keyed: { readonly message: NormalisedMessage } }])[],
): Promise<void> {
  if (!screen) return;
  const saying = fresh.flatMap(([, { keyed }]) => (screen.mentionsConsent(keyed.message) ? [keyed.message] : []));
  if (saying.length === 0) return;
  const vocabulary = await readPurposes(tx, workspaceId);
  const statements = saying.flatMap((message) => screen.consentsOf(message, vocabulary));
  await addStatements(tx, { workspaceId, batchId }, latestOfEach(statements));
}

/** The suppression list, asked outside of a store. */
export function suppressionGate(database: Database, screen: MessageScreen): SuppressionGate {
  return {
    async suppressed(workspaceId, messages) {
      const found = await database.inWorkspace(workspaceId, (tx) =>
        suppressedAmong(tx, workspaceId, {
          items: messages,
          digestsOf: (message) => screen.digestsOf(workspaceId, message),
        }),
      );
      return messages.map((message) => found.has(message));
    },
  };
}
