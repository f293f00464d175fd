import { createHash } from 'node:crypto';
import type { GroupedRequest, KeyOutcome, KeyedMessage } from '@kohort/kernel-contracts';
import { LONGEST_DAYS } from './dedupe-days';

/** A message of a group, with the request that it came in. */
export interface GroupEntry extends KeyedMessage {
  readonly request: GroupedRequest;
  /** Place of the request in the group, and of the message in the request. */
  readonly at: readonly [request: number, message: number];
  /** Source and message id: what must be unique. */
  readonly key: string;
}

/** Under which key a message of a source is remembered. */
export function entryKey(sourceId: string, messageId: string): string {
  return `${sourceId}\n${messageId}`;
}

/** All messages of the group, in the order in which they came. */
export function entriesOf(requests: readonly GroupedRequest[]): GroupEntry[] {
  return requests.flatMap((request, r) =>
    request.messages.map((keyed, m) => ({
      ...keyed,
      request,
      at: [r, m] as const,
      key: entryKey(request.sourceId, keyed.message.messageId),
    })),
  );
}

/** The first entry of each key, sorted, so that two transactions with the same ids wait for each other and never deadlock. */
export function firstOfEach(entries: readonly GroupEntry[]): GroupEntry[] {
  const first = new Map<string, GroupEntry>();
  for (const entry of entries) {
    if (!first.has(entry.key)) first.set(entry.key, entry);
  }
  return [...first.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
}

const DAY_MS = 86_400_000;

/**
 * Id of an event: a digest of workspace, source, message id and the day of its receipt, so that what is ordered by event
 * id hardly depends on arrival, and an id that comes again when its days are over (at the least one; and its key was
 * swept) is another event. Formed as a UUID of version 8.
 */
export function eventIdOf(entry: GroupEntry): string {
  const { workspaceId, sourceId, receivedAt, dedupeDays } = entry.request;
  // The ids of imports are remembered for ever.
  const isLive = dedupeDays <= LONGEST_DAYS;
  const parts = [workspaceId, sourceId, entry.message.messageId, ...(isLive ? [Math.floor(receivedAt / DAY_MS)] : [])];
  const digest = createHash('sha256').update(parts.join('\n')).digest();
  digest[6] = ((digest[6] ?? 0) & 0x0f) | 0x80;
  digest[8] = ((digest[8] ?? 0) & 0x3f) | 0x80;
  const hex = digest.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20, 32)}`;
}

/**
 * What became of each entry, request by request.
 *
 * Shape   stored: the entries whose rows are written; suppressed: those that name somebody who must not come back; known:
 *         body digests of what stands under the other keys
 */
export function judgeEntries(
  requests: readonly GroupedRequest[],
  entries: readonly GroupEntry[],
  found: {
    readonly stored: ReadonlySet<GroupEntry>;
    readonly suppressed: ReadonlySet<GroupEntry>;
    readonly known: ReadonlyMap<string, string>;
  },
): KeyOutcome[][] {
  const outcomes: KeyOutcome[][] = requests.map(() => []);
  for (const entry of entries) {
    const repeated = found.known.get(entry.key) === entry.bodyHash ? 'duplicate' : 'duplicate_conflict';
    const outcome = found.suppressed.has(entry) ? 'suppressed' : repeated;
    outcomes[entry.at[0]]?.push(found.stored.has(entry) ? 'stored' : outcome);
  }
  return outcomes;
}
