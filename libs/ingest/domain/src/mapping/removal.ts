import { createHash } from 'node:crypto';
import { KNOWN_PEOPLE_ONLY, type NormalisedMessage } from '@kohort/kernel-contracts';
import type { RemovalSpec } from './mapping-schema';

/** Flag of a message that says that a record is gone. */
const RECORD_REMOVED = 'record_removed';
const PREFIX = 'removed-';
const STANDING = new Set(['', 'false', 'f', 'no', 'n', '0']);

/** Whether the cell of a marker's column says that the record is gone: a time, `true`, `1`, any word but a plain no. */
export function isMarkedGone(cell: string): boolean {
  return !STANDING.has(cell.trim().toLowerCase());
}

/** Id of what takes back the message of an id: another one, and the same each time. */
export function removalId(messageId: string): string {
  return `${PREFIX}${createHash('sha256').update(messageId, 'utf8').digest('hex').slice(0, 48)}`;
}

/** Whether the message of this id took its record back already. */
export function isRemovalId(messageId: string): boolean {
  return messageId.startsWith(PREFIX);
}

/** Gives a message another id, by which a removal is still known for one. */
export function withMessageId(message: NormalisedMessage, messageId: string): NormalisedMessage {
  return { ...message, messageId: message.flags.includes(RECORD_REMOVED) ? removalId(messageId) : messageId };
}

/**
 * What a record's message becomes when the record is gone: the event that the mapping names, and its traits taken back
 * (null takes a trait off from the message's time on). It makes nobody, and says nothing about consent.
 */
export function removalOf(message: NormalisedMessage, removal: RemovalSpec): NormalisedMessage {
  const { event } = removal;
  return {
    ...message,
    type: event === undefined ? 'identify' : 'track',
    name: event ?? null,
    messageId: removalId(message.messageId),
    properties: event === undefined ? {} : message.properties,
    traits: Object.fromEntries(removal.traits.map((key) => [key, null])),
    context: {},
    flags: [...new Set([...message.flags, KNOWN_PEOPLE_ONLY, RECORD_REMOVED])],
  };
}
