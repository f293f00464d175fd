import { z } from 'zod';
import type { ColumnStore, JobControl, WorkspaceId } from '@kohort/kernel-contracts';
import type { SeenRecords, SeenValues, ValueKind } from '@kohort/segments-domain';

/** Rows of a name that are looked at: what comes in one of ten thousand is seen, and ten million rows are not read. */
const LOOKED_AT = 20_000;
/**
 * Texts are choices when they are so few, so short, and each stands in so many rows on average: only those are ever named
 * to anybody, never what tells of one person.
 */
const CHOICES = { most: 100, longest: 100, rowsEach: 5 } as const;

const KIND_OF_FIRST: Readonly<Record<string, ValueKind>> = {
  '"': 'text',
  t: 'boolean',
  f: 'boolean',
  '[': 'list',
  '{': 'object',
};

/** Of each name and path: the first characters of the values' JSON, the texts, their rows, and how long the longest is. */
const SEEN = `
  SELECT kind, word, path, groupUniqArray(substring(raw, 1, 1)) AS firsts,
    groupUniqArrayIf(${CHOICES.most + 1})(JSONExtractString(raw), startsWith(raw, '"') AND length(raw) <= ${CHOICES.longest}) AS texts,
    countIf(startsWith(raw, '"')) AS told, maxIf(length(raw), startsWith(raw, '"')) AS longest, max(rows) AS looked
  FROM (
    SELECT 'trait' AS kind, toString(key) AS word, '' AS path, value AS raw, count() OVER (PARTITION BY key) AS rows
    FROM (SELECT key, value FROM trait_rows WHERE workspace_id = {workspaceId:UUID} AND key IN {traits:Array(String)} LIMIT ${LOOKED_AT} BY key)
    UNION ALL
    SELECT 'event' AS kind, word, pair.1 AS path, pair.2 AS raw, rows
    FROM (
      SELECT toString(name) AS word, properties, count() OVER (PARTITION BY name) AS rows
      FROM (SELECT name, properties FROM events WHERE workspace_id = {workspaceId:UUID} AND name IN {events:Array(String)} LIMIT ${LOOKED_AT} BY name)
    ) ARRAY JOIN JSONExtractKeysAndValuesRaw(properties) AS pair
  ) GROUP BY kind, word, path`;

const rowSchema = z.object({
  kind: z.enum(['trait', 'event']),
  word: z.string(),
  path: z.string(),
  firsts: z.array(z.string()),
  texts: z.array(z.string()),
  told: z.coerce.number(),
  longest: z.coerce.number(),
  looked: z.coerce.number(),
});

function valuesOf({ firsts, texts, ...of }: z.infer<typeof rowSchema>): SeenValues {
  // Null takes a value away.
  const kinds = firsts.filter((first) => first !== 'n').map((first) => KIND_OF_FIRST[first] ?? 'number');
  const areFew = texts.length <= CHOICES.most && of.told >= CHOICES.rowsEach * texts.length;
  const areAll = of.longest <= CHOICES.longest && of.looked < LOOKED_AT;
  return { kinds: new Set(kinds), texts: areFew && areAll ? texts : null };
}

/**
 * What some of a workspace's records hold under names: kinds of value, and the texts where they are few.
 *
 * Shape   names without any row are absent
 * Cost    one statement; 20,000 rows a name at most
 * Throws  COLUMNS_…
 */
export async function seenRecords(
  columns: ColumnStore,
  names: { readonly workspaceId: WorkspaceId; readonly events: readonly string[]; readonly traits: readonly string[] },
  control?: JobControl,
): Promise<SeenRecords> {
  const { workspaceId, events, traits } = names;
  const seen = {
    traits: new Map<string, SeenValues>(),
    events: new Map(events.map((name) => [name, new Map<string, SeenValues>()])),
  };
  if (events.length + traits.length === 0) return seen;
  const rows = await columns.query(SEEN, { workspaceId, events, traits }, (row) => rowSchema.parse(row), control);
  for (const row of rows)
    if (row.kind === 'trait') seen.traits.set(row.word, valuesOf(row));
    else seen.events.get(row.word)?.set(row.path, valuesOf(row));
  return seen;
}
