import { z } from 'zod';
import {
  isTextsFeature,
  readTexts,
  textEventsStatement,
  type FeatureDefinition,
  type HistoryEvent,
  type TextEventsRequest,
  type TextReader,
} from '@kohort/features-domain';
import type { ColumnStore, FeatureValue, JobControl, JsonObject } from '@kohort/kernel-contracts';

/** Loads what reads texts; asked for when a trait needs it. */
export type LoadTextReader = () => Promise<TextReader>;

/** Features that are read out of texts, by person: values in the order of the definitions. */
export interface ReadTexts {
  readonly definitions: readonly FeatureDefinition[];
  readonly valuesOf: ReadonlyMap<string, readonly FeatureValue[]>;
}

/** Events that are held at once. */
const EVENTS_AT_ONCE = 5_000;

const properties = z.string().transform((text): JsonObject => z.record(z.string(), z.json()).parse(JSON.parse(text)));
const rowSchema = z.object({
  profile: z.string(),
  events: z.array(
    z
      .tuple([z.string(), z.string(), z.coerce.number(), properties])
      .transform(([eventId, name, ts, properties]): HistoryEvent => ({ eventId, name, ts, properties })),
  ),
});

/** What reading texts of everybody needs. */
export interface TextReadingPorts {
  readonly columns: ColumnStore;
  readonly texts?: LoadTextReader | undefined;
  /** Lets others have their turn. */
  readonly rest?: (() => Promise<void>) | undefined;
}

/**
 * Reads those of a set's features that are read out of texts, for everybody, as `readTexts` does for one.
 *
 * Cost    as `readTexts`, person by person; one pass over the events for each 5,000 of them
 */
export async function readEverybodysTexts(
  { columns, texts, rest }: TextReadingPorts,
  request: Omit<TextEventsRequest, 'definitions'> & {
    readonly timeZone: string;
    readonly definitions: readonly FeatureDefinition[];
  },
  control: JobControl,
): Promise<ReadTexts> {
  const definitions = request.definitions.filter(isTextsFeature);
  const valuesOf = new Map<string, readonly FeatureValue[]>();
  if (definitions.length === 0 || !texts) return { definitions, valuesOf };
  const read = await texts();
  const asked = { ...request, definitions };
  const all = textEventsStatement(asked);
  const [size] = await columns.query(
    `SELECT sum(length(events)) AS n FROM (${all.sql})`,
    all.params,
    (row) => z.object({ n: z.coerce.number() }).parse(row).n,
    control,
  );
  const slices = Math.max(1, Math.ceil((size ?? 0) / EVENTS_AT_ONCE));
  for (let slice = 0; slice < slices; slice += 1) {
    control.onProgress?.({ phase: 'reading texts', done: slice, total: slices });
    const { sql, params } = textEventsStatement(asked, { slices, slice });
    for (const { profile, events } of await columns.query(sql, params, (row) => rowSchema.parse(row), control)) {
      control.signal?.throwIfAborted();
      valuesOf.set(profile, readTexts(definitions, events, { asOf: request.asOf, timeZone: request.timeZone, read }));
      await rest?.();
    }
  }
  return { definitions, valuesOf };
}
