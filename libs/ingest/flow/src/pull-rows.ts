import type { Json, OpenedSource, RowPage, SeenRecord } from '@kohort/kernel-contracts';
import {
  goneUnits,
  ingestErrors,
  pullMapping,
  pulledKeyDigest,
  pulledMessageId,
  pulledUnits,
  type ImportUnit,
  type RemovalSpec,
  type TableMapping,
} from '@kohort/ingest-domain';
import { movePosition, report, requireGoing, targetOf, type PullSession } from './pull-session';
import { storeUnits } from './store-units';

/** Rows of a page; a page is a transaction. */
const PAGE_ROWS = 2_000;

type RowSource = Extract<OpenedSource, { kind: 'rows' }>;

interface PulledPage {
  readonly units: readonly ImportUnit[];
  /** Of a mirrored source: what is remembered of the page's records. */
  readonly seen: readonly SeenRecord[];
}

function unitsOf(session: PullSession, page: RowPage, of: { mapping: TableMapping; versions?: readonly number[] }) {
  const { connection, checkpoint } = session;
  const { receivedAt, rowsConsumed: rowsBefore } = checkpoint;
  const createProfiles = connection.createProfiles ?? of.mapping.createProfiles;
  const { id: connectionId, sourceId } = connection;
  const origin = { connectionId, sourceId, receivedAt, createProfiles, rowsBefore, versions: of.versions };
  return pulledUnits(page, of.mapping, origin);
}

/**
 * A page of a mirrored source. A record whose content differs from what is remembered is another version, also when it
 * had that content before, or was gone: its message is a new one.
 */
async function mirroredPage(session: PullSession, page: RowPage, mapping: TableMapping): Promise<PulledPage> {
  const { connection, context, deps } = session;
  const keys = page.rows.map((row) => pulledKeyDigest(connection.id, row));
  const known = await deps.connections.recordsOf(context.fence.workspaceId, connection.id, keys);
  const contents = page.rows.map((row) => pulledMessageId(connection.id, row));
  const versions = keys.map((key, i) => {
    const record = known.get(key);
    if (!record) return 0;
    return record.version + (record.isGone || record.content !== contents[i] ? 1 : 0);
  });
  const units = unitsOf(session, page, { mapping, versions });
  // A row is a unit: without a group none is put together with another.
  const seen = keys.map((key, i) => ({
    key,
    content: contents[i] ?? '',
    version: versions[i] ?? 0,
    messageId: units[i]?.message?.messageId ?? null,
  }));
  return { units, seen };
}

/** Takes back what the records said that no longer come, a page of them at a time. */
async function takeBackGone(session: PullSession, removal: RemovalSpec, maxGoneShare: number): Promise<void> {
  const { deps, context, connection } = session;
  const { workspaceId, runId } = context.fence;
  const look = () => deps.connections.unseen({ workspaceId, id: connection.id, runId, limit: PAGE_ROWS });
  let found = await look();
  if (found.unseen > found.known * maxGoneShare) {
    const { known, unseen: gone } = found;
    throw ingestErrors.INGEST_PULL_GONE({ gone, known, share: maxGoneShare });
  }
  for (; found.records.length > 0; found = await look()) {
    requireGoing(session);
    const { receivedAt, rowsConsumed: rowsBefore } = session.checkpoint;
    const units = goneUnits(found.records, removal, { receivedAt, rowsBefore });
    const records = { seen: [], gone: found.records.map(({ key }) => key) };
    // Whom they are of need not be known yet: the message makes nobody, whenever it is worked off.
    const target = { createProfiles: true, file: null, position: null, records, areGone: true };
    const checkpoint = { ...session.checkpoint, areRead: true };
    if (units.length === 0) await movePosition(session, { position: null, checkpoint, records });
    else await storeUnits(targetOf(session, target), units);
  }
}

/** A mirror reads from the beginning with every run: what an earlier one left half read says nothing of what is gone. */
function startOf({ connection, context }: PullSession, source: RowSource): Json {
  return source.mirror && context.run.checkpoint === null ? null : connection.position;
}

function removalOf(mapping: TableMapping): RemovalSpec {
  if (!mapping.removal) throw ingestErrors.INGEST_PULL_NO_REMOVAL();
  return mapping.removal;
}

/**
 * Pulls the rows of a table or query, page by page; of a mirrored one also says what is gone. Answers whether rows were
 * allowed to make people.
 *
 * Throws  INGEST_PULL_MAPPING, INGEST_PULL_NO_REMOVAL, INGEST_PULL_GONE, INGEST_COLUMNS_MISSING, INGEST_CANCELLED
 */
export async function pullRows(session: PullSession, source: RowSource): Promise<boolean> {
  const { mirror } = source;
  const mapping = pullMapping(session.mapping);
  const removal = mirror ? removalOf(mapping) : null;
  const createProfiles = session.connection.createProfiles ?? mapping.createProfiles;
  // With the first that is gone the position stands at the beginning again: a later start of this run reads no page more.
  const pages = session.checkpoint.areRead
    ? []
    : source.pages({ position: startOf(session, source), limit: PAGE_ROWS });
  for await (const page of pages) {
    requireGoing(session);
    const { units, seen } = mirror
      ? await mirroredPage(session, page, mapping)
      : { units: unitsOf(session, page, { mapping }), seen: [] };
    const { position } = page;
    const records = mirror ? { seen, gone: [] } : undefined;
    if (units.length === 0) await movePosition(session, { position, checkpoint: session.checkpoint });
    else await storeUnits(targetOf(session, { createProfiles, file: null, position, records }), units);
    report(session);
  }
  if (mirror && removal) await takeBackGone(session, removal, mirror.maxGoneShare);
  return createProfiles;
}
