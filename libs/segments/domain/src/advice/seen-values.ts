/** What a stored value is, by its JSON. */
export type ValueKind = 'text' | 'number' | 'boolean' | 'list' | 'object';

/** What has been seen of one trait, or of one property of an event. */
export interface SeenValues {
  readonly kinds: ReadonlySet<ValueKind>;
  /** Its texts when they are few; null when they are many, or were not all looked at. */
  readonly texts: readonly string[] | null;
  /** All of its values were looked at. */
  readonly isWhole: boolean;
}

/** What has been seen of one event. */
export interface SeenEvent {
  /** All of its records were looked at. */
  readonly isWhole: boolean;
  readonly properties: ReadonlyMap<string, SeenValues>;
}

/** What a workspace has stored under the names that a rule uses. What is absent has never been seen. */
export interface SeenRecords {
  readonly traits: ReadonlyMap<string, SeenValues>;
  readonly events: ReadonlyMap<string, SeenEvent>;
}

/** What is known of several events' property of one name. */
export function togetherSeen(list: readonly SeenValues[]): SeenValues | undefined {
  if (list.length === 0) return undefined;
  const texts = list.map((seen) => seen.texts);
  return {
    kinds: new Set(list.flatMap(({ kinds }) => [...kinds])),
    isWhole: list.every(({ isWhole }) => isWhole),
    texts: texts.includes(null) ? null : [...new Set(texts.flatMap((some) => some ?? []))].sort(),
  };
}
