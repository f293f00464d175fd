/** What can be found in a text. */
export const ENTITY_KINDS = [
  'person',
  'place',
  'organisation',
  'product',
  'email',
  'url',
  'phone',
  'card',
  'iban',
  'ip',
  'money',
  'date',
  'time',
  'duration',
  'percent',
  'number',
  'mention',
  'hashtag',
  'emoji',
] as const;
export type EntityKind = (typeof ENTITY_KINDS)[number];

/** One find: text.slice(start, end) is `text`. */
export interface Entity {
  readonly kind: EntityKind;
  readonly text: string;
  /** Places in UTF-16 code units. */
  readonly start: number;
  readonly end: number;
}

/**
 * Keeps of overlapping finds the one of the earlier list, in one list the longer; answers them by place.
 *
 * Cost    O(n²) in the finds of one text
 */
export function withoutOverlaps(lists: readonly (readonly Entity[])[]): Entity[] {
  const kept: Entity[] = [];
  for (const list of lists) {
    const longest = [...list].sort((a, b) => b.end - b.start - (a.end - a.start) || a.start - b.start);
    for (const entity of longest) {
      if (entity.end > entity.start && kept.every(({ start, end }) => end <= entity.start || entity.end <= start)) {
        kept.push(entity);
      }
    }
  }
  return kept.sort((a, b) => a.start - b.start);
}
