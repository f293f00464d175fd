import type { Clock } from '@kohort/kernel-clock-random';
import type { ArtifactStore, JobControl, SuppressionGate, WorkspaceId } from '@kohort/kernel-contracts';
import {
  dryRunReport,
  refuseUnits,
  type DryRunReport,
  type ImportBatch,
  type ImportLimits,
  type Mapping,
  type ParquetDecoder,
} from '@kohort/ingest-domain';
import { importFile, importErrors, openSource, type ImportParams } from './import-source';

/** A dry run's answer: the report, and with which mapping it was made. */
export interface DryRunResult extends DryRunReport {
  readonly mapping: string;
  readonly format: string;
}

/** What a dry run needs. */
export interface DryRunDeps {
  readonly artifacts: ArtifactStore;
  readonly mappings: readonly Mapping[];
  readonly clock: Clock;
  readonly limits?: ImportLimits;
  readonly parquet?: ParquetDecoder | undefined;
  /** Tells whom the import would leave out; nobody is told when absent. */
  readonly suppressionList?: { readonly gate: SuppressionGate; readonly workspaceId: WorkspaceId };
}

/** Rows of people on the suppression list, as the import would leave them out. */
async function* asImported(deps: DryRunDeps, batches: AsyncIterable<ImportBatch>): AsyncGenerator<ImportBatch> {
  const { suppressionList: list } = deps;
  for await (const batch of batches) {
    const asked = batch.units.flatMap(({ message }) => (message ? [message] : []));
    const answers = list ? await list.gate.suppressed(list.workspaceId, asked) : [];
    const hidden = new Set(asked.filter((_message, i) => answers[i] === true));
    const units = refuseUnits(batch.units, ({ message }) => (message && hidden.has(message) ? 'suppressed' : null));
    yield { ...batch, units };
  }
}

/**
 * Says what the import of an upload would do and writes nothing.
 *
 * Throws  INGEST_… for what is wrong with the file
 */
export async function dryRunFlow(
  deps: DryRunDeps,
  params: ImportParams,
  control: JobControl = {},
): Promise<DryRunResult> {
  if (params.artifactKey === undefined) throw importErrors.INGEST_FILE_MISSING();
  const file = await importFile(deps.artifacts, params.artifactKey, params.fileName);
  const { mappings, limits, parquet, clock } = deps;
  const reading = await openSource(file, params, { mappings, limits, parquet, receivedAt: clock.now() });
  const report = await dryRunReport(asImported(deps, reading.batches(control)));
  const { mapping, format } = reading;
  return { ...report, mapping: `${mapping.name}@${mapping.version}`, format };
}
