import { KNOWN_PEOPLE_ONLY, type GoneRecord, type NormalisedMessage } from '@kohort/kernel-contracts';
import type { ImportUnit } from '../mapping/import-unit';
import type { RemovalSpec } from '../mapping/mapping-schema';
import { isRemovalId, removalOf } from '../mapping/removal';

/** When records were found to be gone, and how many rows the pull had read. */
export interface GoneOrigin {
  readonly receivedAt: number;
  readonly rowsBefore: number;
}

function lastMessage(record: GoneRecord, receivedAt: number): NormalisedMessage | null {
  const { messageId, userId, anonymousId, properties } = record;
  if (messageId === null || isRemovalId(messageId) || (userId === null && anonymousId === null)) return null;
  const ids = { messageId, userId, anonymousId, previousId: null, groupId: null };
  const times = { ts: receivedAt, originalTs: null, sentAt: null, receivedAt };
  return {
    ...{ type: 'identify', name: null, ...ids, ...times, properties, traits: {}, context: {} },
    flags: [KNOWN_PEOPLE_ONLY],
    rowWeight: 1,
  };
}

/**
 * What records that are gone from a mirrored table say, one unit each; none for a record whose message is not held (it
 * was left out, or its person has been erased) or took it back already. They settle no row: the pull's rows are those that are there.
 */
export function goneUnits(
  records: readonly GoneRecord[],
  removal: RemovalSpec,
  { receivedAt, rowsBefore }: GoneOrigin,
): readonly ImportUnit[] {
  return records.flatMap((record) => {
    const message = lastMessage(record, receivedAt);
    if (!message) return [];
    return [{ firstRow: rowsBefore, rows: 1, message: removalOf(message, removal), refused: [], lines: [rowsBefore] }];
  });
}
