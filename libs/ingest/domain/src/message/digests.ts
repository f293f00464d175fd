import { hash } from 'node:crypto';
import type { NormalisedMessage } from '@kohort/kernel-contracts';
import { canonicalJson } from '../json/canonical-json';

const sha256 = (text: string): string => hash('sha256', text, 'hex');

/** What an id is made of when the sender gave none. */
export interface MessageIdParts {
  readonly sourceId: string;
  /** The call's `sentAt`, or what else stays the same when the same bytes come again (an import's digest). */
  readonly salt: string | null;
  readonly index: number;
  readonly raw: unknown;
}

/**
 * Id of a message that came without one: SHA-256 over source, salt, place in the batch and canonical event, so that a
 * byte-identical retry of the call gives the same ids.
 */
export function derivedMessageId(parts: MessageIdParts): string {
  return sha256(`${parts.sourceId}\n${parts.salt ?? ''}\n${parts.index}\n${canonicalJson(parts.raw)}`);
}

/**
 * Digest of what a message says, without what a retry may change (times of sending and receipt, context). Two messages
 * with one id and different digests are a conflict: the first stays, the second is counted.
 */
export function bodyHash(message: NormalisedMessage): string {
  const { type, name, userId, anonymousId, previousId, groupId, originalTs, properties, traits } = message;
  return sha256(canonicalJson([type, name, userId, anonymousId, previousId, groupId, originalTs, properties, traits]));
}
