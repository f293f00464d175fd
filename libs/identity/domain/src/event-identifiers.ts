import type { Identifier, UnassignedEvent } from '@kohort/kernel-contracts';
import { isBlockedIdentifier } from './blocked-values';

/** What a workspace may set. */
export interface IdentityPolicy {
  /**
   * Whether the `email` of an identify call names a person (trimmed, lower case). Off by default: a shared mailbox would
   * merge a family.
   */
  readonly emailIdentifies: boolean;
}

export const DEFAULT_POLICY: IdentityPolicy = { emailIdentifies: false };

const MAX_EMAIL_CHARS = 320;

function emailOf(event: UnassignedEvent, policy: IdentityPolicy): string | null {
  if (!policy.emailIdentifies || event.type !== 'identify') return null;
  const { email } = event.traits;
  if (typeof email !== 'string') return null;
  const plain = email.trim().toLowerCase();
  return plain.includes('@') && plain.length <= MAX_EMAIL_CHARS ? plain : null;
}

/**
 * The identifiers that an event joins; none when it names nobody. An alias joins its user id with whatever carries its
 * previous id. A group call joins nothing: it counts for its user id, else for its anonymous id.
 */
export function identifiersOfEvent(event: UnassignedEvent, policy: IdentityPolicy): readonly Identifier[] {
  const found: Identifier[] = [];
  const add = (type: Identifier['type'], value: string | null): void => {
    if (value !== null && !isBlockedIdentifier(value)) found.push({ type, value });
  };
  add('user_id', event.userId);
  if (event.type !== 'group' || found.length === 0) add('anonymous_id', event.anonymousId);
  if (found.length === 0) return found;
  if (event.type === 'alias') add('previous_id', event.previousId);
  add('email', emailOf(event, policy));
  return found;
}

/** One key a distinct identifier. */
export const identifierKey = ({ type, value }: Identifier): string => `${type}\u0000${value}`;

/**
 * The identifiers on the other side of an alias's bridge: a previous id joins the user id and the anonymous id of the
 * same value wherever they exist, and they join it.
 */
export function bridgesOf({ type, value }: Identifier): readonly Identifier[] {
  if (type === 'previous_id')
    return [
      { type: 'user_id', value },
      { type: 'anonymous_id', value },
    ];
  return type === 'email' ? [] : [{ type: 'previous_id', value }];
}
