import { z } from 'zod';
import type {
  Json,
  JsonObject,
  QualityEvent,
  QualitySnapshot,
  QualityStore,
  QualitySubject,
  RunContext,
  RunParams,
  WorkspaceId,
} from '@kohort/kernel-contracts';
import { seededRandom } from '@kohort/kernel-clock-random';
import {
  TableProfiler,
  WORKER_BUDGET,
  columnProfileSchema,
  compareProfiles,
  flattenRecord,
  namesPerson,
  qualityErrors,
  recordQuality,
  snapshotColumn,
  type ColumnProfile,
  type TableProfile,
} from '@kohort/quality-domain';

/** What a profile run needs of the world. */
export interface ProfileQualityPorts {
  readonly store: QualityStore;
  /** Weeks for which snapshots are kept. */
  readonly keepWeeks: number;
}

const json: z.ZodType<Json> = z.json();
const DAY_MS = 86_400_000;
/** Events of one source that are profiled by name; rarer ones beyond are counted under the source alone. */
const MOST_EVENTS = 60;
/** Messages of one source that are looked at; a week of more is judged by these. */
const MOST_MESSAGES = 1_000_000;
const FIELD_CHARS = 255;
const SAMPLED_ROWS = 500;
const SAMPLED_PEOPLE = 5_000;
/** The same records isolate the same ones each time. */
const FOREST_SEED = 1;

/** The Monday, in UTC, of an instant's week: `yyyy-MM-dd`. */
export function weekOf(epochMs: number): string {
  const day = Math.floor(epochMs / DAY_MS);
  // 1 January 1970 was a Thursday.
  return new Date((day - ((day + 3) % 7)) * DAY_MS).toISOString().slice(0, 10);
}

const newProfiler = (): TableProfiler =>
  new TableProfiler({ header: [], budget: WORKER_BUDGET, sampleRows: SAMPLED_ROWS });

/** What can be said of any message, whatever it is about. */
function envelopeOf(event: QualityEvent): JsonObject {
  const { type, name, userId, anonymousId, ts, receivedAt } = event;
  return {
    type,
    event: name,
    userId,
    anonymousId,
    timestamp: new Date(ts).toISOString(),
    secondsUntilReceived: Math.round((receivedAt - ts) / 1000),
  };
}

/** What makes two messages one and the same, whatever their ids and the time that they came in. */
const sameMessage = ({ type, name, userId, anonymousId, ts, properties }: QualityEvent): string =>
  JSON.stringify([type, name, userId, anonymousId, ts, properties]);

/** People are compared who have a trait that names somebody: two of whom nothing is known but a plan are not one. */
const samePerson = (traits: JsonObject): string | null =>
  Object.keys(traits).some(namesPerson) ? JSON.stringify(traits) : null;

async function profileOf(profiler: TableProfiler, { signal }: RunContext): Promise<TableProfile> {
  const profile = profiler.finish();
  return { ...profile, isolated: await profiler.isolated(profile, { signal, random: seededRandom(FOREST_SEED) }) };
}

interface SourceProfiles {
  readonly messages: number;
  readonly complete: boolean;
  readonly tables: readonly { readonly subject: QualitySubject; readonly profiler: TableProfiler }[];
}

async function readSource(
  ports: ProfileQualityPorts,
  context: RunContext,
  source: Awaited<ReturnType<QualityStore['sources']>>[number],
  window: { readonly fromMs: number; readonly toMs: number },
): Promise<SourceProfiles> {
  const { workspaceId } = context.run;
  const envelope = newProfiler();
  const events = new Map<string, TableProfiler>();
  let messages = 0;
  let after: string | null = null;
  do {
    context.signal.throwIfAborted();
    const page: Awaited<ReturnType<QualityStore['events']>> = await ports.store.events(
      workspaceId,
      { sourceId: source.id, ...window },
      after,
    );
    for (const event of page.items) {
      messages += 1;
      const named = { id: event.id, same: sameMessage(event) };
      envelope.addRecord(flattenRecord(envelopeOf(event)), messages, named);
      const name = event.name ?? '';
      if (name === '') continue;
      let profiler = events.get(name);
      if (!profiler && events.size < MOST_EVENTS) events.set(name, (profiler = newProfiler()));
      profiler?.addRecord(flattenRecord(event.properties), messages, named);
    }
    after = page.next;
    context.onProgress({ phase: `reading source ${source.key}`, done: messages, total: null });
  } while (after !== null && messages < MOST_MESSAGES);
  const byName = [...events].map(([event, profiler]) => ({
    subject: { kind: 'event' as const, key: source.key, event },
    profiler,
  }));
  const own = { subject: { kind: 'source' as const, key: source.key, event: '' }, profiler: envelope };
  return { messages, complete: after === null, tables: [own, ...byName] };
}

function parseColumn(profile: Json): ColumnProfile | null {
  const parsed = columnProfileSchema.safeParse(profile);
  return parsed.success ? parsed.data : null;
}

/** A subject's fields, compared with what it was in an earlier week. */
async function snapshotOf(
  store: QualityStore,
  workspaceId: WorkspaceId,
  table: {
    readonly subject: QualitySubject;
    readonly profile: Pick<TableProfile, 'rows' | 'columns'>;
    /** The whole table, where its records are kept under this subject. */
    readonly records: TableProfile | null;
    readonly at: number;
  },
): Promise<QualitySnapshot> {
  const { subject, profile, records, at } = table;
  const week = weekOf(at);
  const before = await store.before(workspaceId, subject, week);
  const earlier = before?.fields.map(({ profile: saved }) => parseColumn(saved)).filter((column) => column !== null);
  const columns = profile.columns.filter(({ name }) => name.length <= FIELD_CHARS).map(snapshotColumn);
  const rows = profile.rows;
  const drift = earlier && compareProfiles({ rows: before?.fields[0]?.rows ?? 0, columns: earlier }, { rows, columns });
  const drifts = new Map(drift?.columns.map((each) => [each.column, each]));
  const fields = columns.map((column) => ({
    field: column.name,
    rows,
    profile: json.parse(column),
    drift: json.parse(drifts.get(column.name) ?? null),
  }));
  const kept = records && { rows: records.rows, quality: json.parse(recordQuality(records)) };
  return { subject, week, at, baselineWeek: before?.week ?? null, fields, records: kept };
}

async function profileTraits(ports: ProfileQualityPorts, context: RunContext, at: number): Promise<number> {
  const { workspaceId } = context.run;
  const { people: total } = await ports.store.counts(workspaceId);
  const profiler = new TableProfiler({
    header: [],
    budget: { ...WORKER_BUDGET, columns: 500 },
    sampleRows: SAMPLED_PEOPLE,
  });
  let people = 0;
  let after: string | null = null;
  do {
    context.signal.throwIfAborted();
    const page: Awaited<ReturnType<QualityStore['people']>> = await ports.store.people(workspaceId, after);
    for (const { id, traits } of page.items) {
      people += 1;
      profiler.addRecord(flattenRecord(traits), people, { id, same: samePerson(traits) });
    }
    after = page.next;
    context.onProgress({ phase: 'reading traits', done: people, total });
  } while (after !== null);
  const profile = await profileOf(profiler, context);
  const keys = new Map<string, ColumnProfile[]>();
  for (const column of profile.columns) {
    const key = column.name.split('.')[0] ?? column.name;
    keys.set(key, [...(keys.get(key) ?? []), column]);
  }
  const snapshots: QualitySnapshot[] = [];
  for (const [key, columns] of keys) {
    if (key.length > FIELD_CHARS || key === '') continue;
    const subject: QualitySubject = { kind: 'trait', key, event: '' };
    const table = { subject, profile: { rows: people, columns }, records: null, at };
    snapshots.push(await snapshotOf(ports.store, workspaceId, table));
  }
  if (people > 0) {
    const subject: QualitySubject = { kind: 'trait', key: '', event: '' };
    const table = { subject, profile: { rows: people, columns: [] }, records: profile, at };
    snapshots.push(await snapshotOf(ports.store, workspaceId, table));
  }
  await ports.store.save(context.fence, snapshots);
  return keys.size;
}

/**
 * Profiles what sources took in during the days before an instant, event by event, and people's traits as they stand;
 * keeps both as the snapshot of that week, compared with the one before.
 *
 * Promise  at least once
 * Key      subject + field + week: a repeat overwrites with what it finds then
 * Order    read a source page by page → compare with the week before → one transaction a source under the run's fence
 * Resume   from the start; sources done before are done again
 * Size     a page of messages and at most 60 tables of 100 fields in memory; a million messages a source
 * Throws   QUALITY_SOURCE_UNKNOWN; what the signal says
 */
export async function profileQualityFlow(
  ports: ProfileQualityPorts,
  context: RunContext,
  params: RunParams<'quality.profile'>,
): Promise<Json> {
  const { workspaceId } = context.run;
  const at = Date.parse(params.asOf);
  const window = { fromMs: at - params.days * DAY_MS, toMs: at };
  const all = await ports.store.sources(workspaceId);
  const chosen = params.source === undefined ? all : all.filter(({ key }) => key === params.source);
  if (chosen.length === 0 && params.source !== undefined) {
    throw qualityErrors.QUALITY_SOURCE_UNKNOWN({ source: params.source });
  }
  let [messages, fields, incomplete] = [0, 0, 0];
  for (const source of chosen) {
    const read = await readSource(ports, context, source, window);
    messages += read.messages;
    incomplete += read.complete ? 0 : 1;
    const snapshots: QualitySnapshot[] = [];
    for (const { subject, profiler } of read.messages === 0 ? [] : read.tables) {
      const profile = await profileOf(profiler, context);
      const snapshot = await snapshotOf(ports.store, workspaceId, { subject, profile, records: profile, at });
      fields += snapshot.fields.length;
      snapshots.push(snapshot);
    }
    await ports.store.save(context.fence, snapshots);
  }
  const traits = params.traits ? await profileTraits(ports, context, at) : 0;
  await ports.store.prune(context.fence, weekOf(at - ports.keepWeeks * 7 * DAY_MS));
  return { week: weekOf(at), sources: chosen.length, messages, fields, traits, incompleteSources: incomplete };
}
