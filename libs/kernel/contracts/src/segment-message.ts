import type { JsonObject } from './json';

export const MESSAGE_TYPES = ['identify', 'track', 'page', 'screen', 'group', 'alias'] as const;
export type MessageType = (typeof MESSAGE_TYPES)[number];

/**
 * Flag of a message that counts only for a person who is known already: it never makes a profile. Imports and pulls set
 * it unless they were asked to create people.
 */
export const KNOWN_PEOPLE_ONLY = 'known_people_only';

/**
 * One accepted message, normalised: what `normaliseEvent` makes of a Segment-spec call or of a mapped row. Times are
 * epoch milliseconds; `ts` is corrected event time (receivedAt − (sentAt − originalTimestamp), clamped at +24 h).
 */
export interface NormalisedMessage {
  readonly type: MessageType;
  /** Event name: the track's event, `Page Viewed`, `Screen Viewed`; null for identify, group, alias. */
  readonly name: string | null;
  readonly messageId: string;
  readonly userId: string | null;
  readonly anonymousId: string | null;
  readonly previousId: string | null;
  readonly groupId: string | null;
  readonly ts: number;
  readonly originalTs: number | null;
  readonly sentAt: number | null;
  readonly receivedAt: number;
  readonly properties: JsonObject;
  readonly traits: JsonObject;
  readonly context: JsonObject;
  /** Things worth knowing that are no reason to refuse, e.g. `future_clamped`, `properties_over_300`. */
  readonly flags: readonly string[];
  /** How many input records this message stands for (rows of a grouped import); 1 otherwise. */
  readonly rowWeight: number;
}
