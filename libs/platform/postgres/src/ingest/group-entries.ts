import { hash } from 'node:crypto';
import type { GroupedRequest, KeyOutcome, KeyedMessage } from '@kohort/kernel-contracts';
import { LONGEST_DAYS } from './dedupe-days';

/** A message of a group, with the request that it came in and its place there. */
export interface GroupEntry {
  readonly keyed: KeyedMessage;
  readonly request: GroupedRequest;
  readonly requestAt: number;
}

/** All messages of the group, in the order in which they came. */
export function entriesOf(requests: readonly GroupedRequest[]): GroupEntry[] {
  const entries: GroupEntry[] = [];
  requests.forEach((request, requestAt) => {
    for (const keyed of request.messages) entries.push({ keyed, request, requestAt });
  });
  return entries;
}

/** Entries by what must be unique, source and message id. */
export class EntryMap<V> {
  private readonly bySource = new Map<string, Map<string, V>>();

  get(sourceId: string, messageId: string): V | undefined {
    return this.bySource.get(sourceId)?.get(messageId);
  }

  set(sourceId: string, messageId: string, value: V): void {
    const known = this.bySource.get(sourceId);
    if (known) known.set(messageId, value);
    else this.bySource.set(sourceId, new Map([[messageId, value]]));
  }
}

/** Entries of a group without those whose key an earlier one has. */
export interface UniqueEntries {
  /** In the order of their keys, so that two transactions with the same keys wait for each other and never deadlock. */
  readonly unique: readonly GroupEntry[];
  /** Of each other entry the one that has its key. */
  readonly earlier: ReadonlyMap<GroupEntry, GroupEntry>;
}

const inOrder = (a: string, b: string): number => (a < b ? -1 : a === b ? 0 : 1);

/** Parts the entries into the first of each key and the others. */
export function firstOfEach(entries: readonly GroupEntry[]): UniqueEntries {
  const first = new EntryMap<GroupEntry>();
  const unique: GroupEntry[] = [];
  const earlier = new Map<GroupEntry, GroupEntry>();
  for (const entry of entries) {
    const { sourceId } = entry.request;
    const { messageId } = entry.keyed.message;
    const known = first.get(sourceId, messageId);
    if (known) {
      earlier.set(entry, known);
    } else {
      first.set(sourceId, messageId, entry);
      unique.push(entry);
    }
  }
  unique.sort(
    (a, b) =>
      inOrder(a.request.sourceId, b.request.sourceId) || inOrder(a.keyed.message.messageId, b.keyed.message.messageId),
  );
  return { unique, earlier };
}

const DAY_MS = 86_400_000;
/** The digit of a UUID whose upper two bits are its variant, by the digit that stood there. */
const VARIANTS: Readonly<Record<string, string>> = Object.fromEntries(
  Array.from({ length: 16 }, (_, digit) => [digit.toString(16), ((digit & 0x3) | 0x8).toString(16)]),
);

/**
 * Id of an event: a digest of workspace, source, message id and the day of its receipt, so that what is ordered by event
 * id hardly depends on arrival, and an id that comes again when its days are over (at the least one; and its key was
 * swept) is another event. Formed as a UUID of version 8.
 */
export function eventIdOf(entry: GroupEntry): string {
  const { workspaceId, sourceId, receivedAt, dedupeDays } = entry.request;
  // The ids of imports are remembered for ever.
  const day = dedupeDays <= LONGEST_DAYS ? `\n${Math.floor(receivedAt / DAY_MS)}` : '';
  const hex = hash('sha256', `${workspaceId}\n${sourceId}\n${entry.keyed.message.messageId}${day}`, 'hex');
  const variant = VARIANTS[hex.charAt(16)] ?? '8';
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/**
 * What became of each entry, request by request.
 *
 * Shape   stored: the entries whose rows are written; suppressed: those that name somebody who must not come back;
 *         earlier: of a repeated entry the one that has its key; bodies: digests of what stands under keys that were not
 *         free
 */
export function judgeEntries(
  requests: readonly GroupedRequest[],
  entries: readonly GroupEntry[],
  found: {
    readonly stored: ReadonlySet<GroupEntry>;
    readonly suppressed: ReadonlySet<GroupEntry>;
    readonly earlier: ReadonlyMap<GroupEntry, GroupEntry>;
    readonly bodies: ReadonlyMap<GroupEntry, string>;
  },
): KeyOutcome[][] {
  const outcomes: KeyOutcome[][] = requests.map(() => []);
  const judge = (entry: GroupEntry): KeyOutcome => {
    if (found.stored.has(entry)) return 'stored';
    if (found.suppressed.has(entry)) return 'suppressed';
    const first = found.earlier.get(entry) ?? entry;
    const body = found.stored.has(first) ? first.keyed.bodyHash : found.bodies.get(first);
    return body === entry.keyed.bodyHash ? 'duplicate' : 'duplicate_conflict';
  };
  for (const entry of entries) outcomes[entry.requestAt]?.push(judge(entry));
  return outcomes;
}
