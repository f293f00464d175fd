import { z } from 'zod';
import type { ColumnStore, JobControl, WorkspaceId } from '@kohort/kernel-contracts';
import type { SeenEvent, SeenRecords, SeenValues, ValueKind } from '@kohort/segments-domain';

/** Rows of a name that are looked at, of events half of them of the latest month: reading ends there. */
const LOOKED_AT = 20_000;
/** Names that are looked at: a rule with more is not told of the rest. */
const MOST_NAMES = 40;
const LATEST_DAYS = 31;
/**
 * Texts are choices when they are so few, so short, and each is of so many people: only those are ever named to anybody,
 * never what tells of a few.
 */
const CHOICES = { most: 100, longest: 100, people: 5 } as const;

const KIND_OF_FIRST: Readonly<Record<string, ValueKind>> = {
  '"': 'text',
  t: 'boolean',
  f: 'boolean',
  '[': 'list',
  '{': 'object',
};

const EVENT_ROWS = `SELECT profile_id, properties FROM events
  WHERE workspace_id = {workspaceId:UUID} AND sign > 0 AND name =`;

/** Values of the properties of an event, by its place among the names: any, and the latest, for they may be others. */
const eventRows = (i: number): string => `
  SELECT 'event' AS kind, toUInt16(${i}) AS place, pair.1 AS path, pair.2 AS raw, profile_id FROM (
    SELECT * FROM (${EVENT_ROWS} {e${i}:String} LIMIT ${LOOKED_AT / 2})
    UNION ALL
    SELECT * FROM (${EVENT_ROWS} {e${i}:String} AND ts > now64(3, 'UTC') - INTERVAL ${LATEST_DAYS} DAY LIMIT ${LOOKED_AT / 2})
  ) ARRAY JOIN JSONExtractKeysAndValuesRaw(properties) AS pair`;

/** Values of a trait; rows lie by person, so that the first are any. */
const traitRows = (i: number): string => `
  SELECT 'trait' AS kind, toUInt16(${i}) AS place, '' AS path, value AS raw, profile_id FROM trait_rows
  WHERE workspace_id = {workspaceId:UUID} AND sign > 0 AND key = {t${i}:String} LIMIT ${LOOKED_AT}`;

/** Of each name and path: first characters of the values' JSON, texts, of how few people one is, and whether one is long. */
const statement = (parts: readonly string[]): string => `
  SELECT kind, place, path, groupUniqArray(first) AS firsts, groupArrayIf(${CHOICES.most + 1})(text, first = '"') AS texts,
    minIf(people, first = '"') AS fewest, max(isLong) AS long
  FROM (
    SELECT kind, place, path, substring(raw, 1, 1) AS first, length(raw) > ${CHOICES.longest} AS isLong,
      if(first = '"' AND NOT isLong, JSONExtractString(raw), '') AS text, uniq(profile_id) AS people
    FROM (${parts.map((part) => `SELECT * FROM (${part})`).join(' UNION ALL ')})
    GROUP BY kind, place, path, first, isLong, text
  ) GROUP BY kind, place, path`;

const rowSchema = z.object({
  kind: z.enum(['trait', 'event']),
  place: z.coerce.number(),
  path: z.string(),
  firsts: z.array(z.string()),
  texts: z.array(z.string()),
  fewest: z.coerce.number(),
  long: z.coerce.number(),
});

function valuesOf({ firsts, texts, fewest, long }: z.infer<typeof rowSchema>, isWhole: boolean): SeenValues {
  // Null takes a value away.
  const kinds = firsts.filter((first) => first !== 'n').map((first) => KIND_OF_FIRST[first] ?? 'number');
  const areChoices = texts.length <= CHOICES.most && long === 0 && (texts.length === 0 || fewest >= CHOICES.people);
  return { kinds: new Set(kinds), texts: areChoices && isWhole ? texts : null, isWhole };
}

/** Rows that a workspace has of each event and trait that a rule names. */
export interface NamesToSee {
  readonly workspaceId: WorkspaceId;
  readonly events: ReadonlyMap<string, number>;
  readonly traits: ReadonlyMap<string, number>;
}

/**
 * What some of a workspace's records hold under names: kinds of value, and the texts where they are few.
 *
 * Shape   40 events and 40 traits at most; what has no value is without kinds
 * Cost    one statement; 20,000 rows a name at most
 * Throws  COLUMNS_…
 */
export async function seenRecords(
  columns: ColumnStore,
  { workspaceId, ...names }: NamesToSee,
  control?: JobControl,
): Promise<SeenRecords> {
  const events = [...names.events].slice(0, MOST_NAMES);
  const traits = [...names.traits].slice(0, MOST_NAMES);
  const seenEvents = events.map(([name, n]): [string, SeenEvent & { properties: Map<string, SeenValues> }] => [
    name,
    { isWhole: n <= LOOKED_AT / 2, properties: new Map() },
  ]);
  const seenTraits = new Map<string, SeenValues>();
  const parts = [...events.map((_, i) => eventRows(i)), ...traits.map((_, i) => traitRows(i))];
  if (parts.length === 0) return { events: new Map(), traits: seenTraits };
  const params = Object.fromEntries([
    ...events.map(([name], i) => [`e${i}`, name]),
    ...traits.map(([name], i) => [`t${i}`, name]),
  ]);
  const asked = { ...params, workspaceId };
  for (const row of await columns.query(statement(parts), asked, (each) => rowSchema.parse(each), control)) {
    const [, event] = seenEvents[row.place] ?? [];
    const [key, n = 0] = traits[row.place] ?? [];
    if (row.kind === 'event') event?.properties.set(row.path, valuesOf(row, event.isWhole));
    else if (key !== undefined) seenTraits.set(key, valuesOf(row, n <= LOOKED_AT));
  }
  return { events: new Map(seenEvents), traits: seenTraits };
}
