import {
  KNOWN_PEOPLE_ONLY,
  type JobControl,
  type Json,
  type KnownPeople,
  type OpenedSource,
  type RunParams,
  type SourceConnectionRecord,
  type WorkspaceId,
} from '@kohort/kernel-contracts';
import {
  dryRunReport,
  importRecords,
  ingestErrors,
  pulledUnits,
  refuseUnits,
  type ImportBatch,
  type ImportUnit,
  type Mapping,
} from '@kohort/ingest-domain';
import { z } from 'zod';
import { askedMapping } from './import-source';
import type { PullDeps } from './pull-session';

/** Rows of a preview when none are said. */
const PREVIEW_ROWS = 1_000;

type InspectDeps = Pick<
  PullDeps,
  'people' | 'connections' | 'connectors' | 'mappings' | 'clock' | 'limits' | 'parquet'
>;

interface Preview {
  readonly connection: SourceConnectionRecord;
  readonly mapping: Mapping | null;
  readonly limit: number;
}

async function* rowBatches(
  deps: InspectDeps,
  source: Extract<OpenedSource, { kind: 'rows' }>,
  { connection, mapping, limit }: Preview,
): AsyncGenerator<ImportBatch> {
  if (!mapping) throw ingestErrors.INGEST_PULL_MAPPING();
  const createProfiles = connection.createProfiles ?? mapping.createProfiles;
  const { id: connectionId, sourceId } = connection;
  let rowsBefore = 0;
  for await (const page of source.pages({ position: connection.position, limit })) {
    const origin = { connectionId, sourceId, receivedAt: deps.clock.now(), createProfiles, rowsBefore };
    const units = pulledUnits(page, mapping, origin);
    rowsBefore += units.length;
    yield { units, rowsConsumed: rowsBefore };
    if (rowsBefore >= limit) return;
  }
}

/** Units up to so many rows, so that a preview of a large file stays short. */
function firstRows(units: readonly ImportUnit[], room: number): ImportUnit[] {
  let rows = 0;
  return units.filter((unit) => {
    rows += unit.rows;
    return rows <= room || rows === unit.rows;
  });
}

async function* fileBatches(
  deps: InspectDeps,
  source: Extract<OpenedSource, { kind: 'files' }>,
  { connection, mapping, limit }: Preview,
): AsyncGenerator<ImportBatch> {
  let rows = 0;
  for await (const file of source.files({ position: connection.position })) {
    if (file.bytes === 0) continue;
    const reading = await importRecords(
      { name: file.name, bytes: file.bytes, sha256: file.version, read: (range) => file.read(range) },
      {
        sourceId: connection.sourceId,
        receivedAt: deps.clock.now(),
        mapping,
        mappings: deps.mappings,
        createProfiles: connection.createProfiles ?? undefined,
        limits: deps.limits,
        parquet: deps.parquet,
      },
    );
    for await (const batch of reading.batches()) {
      const units = firstRows(batch.units, limit - rows);
      rows += units.reduce((sum, unit) => sum + unit.rows, 0);
      yield { units, rowsConsumed: rows };
      if (rows >= limit) return;
    }
  }
}

/** Rows of people who are not known, as a pull would leave them out. */
async function* withoutStrangers(
  people: KnownPeople,
  connection: SourceConnectionRecord,
  batches: AsyncIterable<ImportBatch>,
): AsyncGenerator<ImportBatch> {
  const { workspaceId, sourceId } = connection;
  for await (const batch of batches) {
    const asked = batch.units.filter(({ message }) => message?.flags.includes(KNOWN_PEOPLE_ONLY));
    const found = await people.recognise(
      { workspaceId, sourceId },
      asked.flatMap(({ message }) => message ?? []),
    );
    const strangers = new Set(asked.filter((_unit, i) => found[i] === 'unknown'));
    yield { ...batch, units: refuseUnits(batch.units, (unit) => (strangers.has(unit) ? 'person_unknown' : null)) };
  }
}

async function preview(deps: InspectDeps, asked: Preview, control: JobControl): Promise<Json> {
  const source = await deps.connectors.open(asked.connection, control);
  try {
    const batches = source.kind === 'rows' ? rowBatches(deps, source, asked) : fileBatches(deps, source, asked);
    return z.json().parse(await dryRunReport(withoutStrangers(deps.people, asked.connection, batches)));
  } finally {
    await source.close();
  }
}

/**
 * Looks at a source connection: whether it works, what it offers, or what its next rows would become. Stores nothing; the
 * answer holds no content of a row.
 *
 * Throws  SOURCE_CONNECTION_MISSING, INGEST_…, the connector's own errors
 */
export async function inspectSource(
  deps: InspectDeps,
  asked: RunParams<'ingest.inspect'> & { readonly workspaceId: WorkspaceId },
  control: JobControl,
): Promise<Json> {
  const connection = await deps.connections.find(asked.workspaceId, asked.connectionId);
  if (asked.look === 'check') {
    const diagnoses = await deps.connectors.check(connection, control);
    return z.json().parse({ ok: diagnoses.every(({ ok }) => ok), diagnoses });
  }
  if (asked.look === 'discover') {
    return z.json().parse({ tables: await deps.connectors.discover(connection, control) });
  }
  const mapping = askedMapping(connection.mapping, deps.mappings);
  return preview(deps, { connection, mapping, limit: asked.limit ?? PREVIEW_ROWS }, control);
}
