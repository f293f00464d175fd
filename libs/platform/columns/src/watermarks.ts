import { Readable } from 'node:stream';
import { z } from 'zod';
import type { WorkspaceId } from '@kohort/kernel-contracts';
import type { LogPlace } from './column-logs';
import type { Columns } from './open-columns';

/** How far each log of a workspace is in the store: kept there, so that who loses the one loses the other. */
export interface Watermarks {
  readonly places: Map<string, LogPlace>;
  /** Rises with each writing; among the rows of one log the greatest counts. */
  loaded: bigint;
  /** The filling of the store that this was read from. */
  readonly store: string;
}

/** One log's new place. `log` is `events`, `traits`, `memberships`, `consents`, or `scores:<model key>` (then `seq` is a version). */
export interface Watermark {
  readonly workspaceId: WorkspaceId;
  readonly log: string;
  readonly place: LogPlace;
}

const rowSchema = z.object({
  log: z.string(),
  xid: z.string(),
  seq: z.string(),
  loaded: z.string(),
  store: z.string(),
});
const identitySchema = z.object({ store: z.string() });

/** Reads the places of a workspace; none for an empty store. */
export async function readWatermarks(columns: Columns, workspaceId: WorkspaceId): Promise<Watermarks> {
  const { database } = columns;
  const [identity] = await columns.select(`SELECT toString(min(id)) AS store FROM ${database}.store_identity`);
  const { store } = identitySchema.parse(identity);
  const rows = await columns.select(
    `SELECT toString(log) AS log, toString(xid) AS xid, toString(seq) AS seq, toString(loaded) AS loaded,
       toString(store) AS store
     FROM ${database}.watermarks FINAL WHERE workspace_id = {workspaceId:UUID}`,
    { workspaceId },
  );
  const marks = rows.map((row) => rowSchema.parse(row));
  const own = marks.filter((mark) => mark.store === store);
  return {
    places: new Map(own.map(({ log, xid, seq }) => [log, { xid, seq }])),
    loaded: marks.reduce((most, { loaded }) => (BigInt(loaded) > most ? BigInt(loaded) : most), 0n),
    store,
  };
}

/**
 * Moves a place. Two loaders at once may set it back to an earlier one: then rows are loaded again, which changes
 * nothing, because the last row of a key counts once.
 */
export async function writeWatermark(columns: Columns, watermarks: Watermarks, mark: Watermark): Promise<void> {
  watermarks.loaded += 1n;
  const { workspaceId, log, place } = mark;
  const line = `${[workspaceId, log, place.xid, place.seq, watermarks.loaded, watermarks.store].join('\t')}\n`;
  await columns.insertLines('watermarks', Readable.from([Buffer.from(line)], { objectMode: false }));
  watermarks.places.set(log, place);
}
