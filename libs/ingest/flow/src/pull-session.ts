import type { Clock } from '@kohort/kernel-clock-random';
import type {
  ArtifactStore,
  IngestCounts,
  IngestStore,
  Json,
  KnownPeople,
  MaskGate,
  Masking,
  PlanCheck,
  PlanGate,
  SourceConnectionRecord,
  SourceConnections,
  SourceConnectors,
  SourceCursor,
  SourceFile,
  SuppressionGate,
} from '@kohort/kernel-contracts';
import { ingestErrors, type ImportLimits, type Mapping, type ParquetDecoder } from '@kohort/ingest-domain';
import type { ImportContext } from './import.flow';
import { afterStep } from './import.state';
import { withRejects, type PullCheckpoint } from './pull.state';
import type { StoredStep, UnitTarget } from './store-units';

/** Ports and settings of pulls. */
export interface PullDeps {
  readonly store: IngestStore;
  readonly people: KnownPeople;
  readonly artifacts: ArtifactStore;
  readonly connections: SourceConnections;
  readonly connectors: SourceConnectors;
  readonly mappings: readonly Mapping[];
  readonly clock: Clock;
  readonly limits: ImportLimits;
  /** Decodes Parquet; this thread does when absent. */
  readonly parquet?: ParquetDecoder | undefined;
  /** Tells whom no pull may bring back; nobody is told when absent. */
  readonly suppression?: SuppressionGate;
  /** The approved tracking plans; nothing is held against one when absent. */
  readonly plans?: PlanGate;
  /** What of a source's messages is masked; nothing when absent. */
  readonly masks?: MaskGate;
}

/** A pull under way. */
export interface PullSession {
  readonly deps: PullDeps;
  readonly context: ImportContext;
  readonly connection: SourceConnectionRecord;
  readonly mapping: Mapping | null;
  readonly check: PlanCheck | null;
  readonly masking: Masking | null;
  checkpoint: PullCheckpoint;
}

/** Which units they are. `records`: of a mirrored source, kept with the last of them. */
interface UnitsOf {
  readonly createProfiles: boolean;
  readonly file: SourceFile | null;
  readonly position?: Json;
  readonly records?: SourceCursor['records'];
  readonly areGone?: boolean;
}

/** What a step makes of the checkpoint; `file`: the one that the step's rows are of. */
function after(
  session: PullSession,
  step: StoredStep,
  of: UnitsOf & { readonly counts: IngestCounts },
): PullCheckpoint {
  const { checkpoint } = session;
  const { counts, file } = of;
  const before = checkpoint.file?.rows ?? 0;
  const rowsConsumed = file ? checkpoint.rowsConsumed + step.rowsConsumed - before : step.rowsConsumed;
  return {
    ...afterStep(checkpoint, { ...step, rowsConsumed }, counts),
    removed: checkpoint.removed + (of.areGone ? step.messages : 0),
    areRead: checkpoint.areRead || of.areGone === true,
    file: file ? { name: file.name, version: file.version, rows: step.rowsConsumed } : null,
    rejects: withRejects(checkpoint.rejects, step.units, file?.name ?? null),
  };
}

function cursorOf({ connection }: PullSession, position: Json, records: SourceCursor['records']): SourceCursor {
  return { connectionId: connection.id, position, ...(records ? { records } : {}) };
}

/** Where the units of a pull go; the session's checkpoint follows what was committed. */
export function targetOf(session: PullSession, of: UnitsOf): UnitTarget {
  const { deps, context, connection } = session;
  const { createProfiles, position } = of;
  return {
    store: deps.store,
    people: deps.people,
    clock: deps.clock,
    fence: context.fence,
    sourceId: connection.sourceId,
    createProfiles,
    suppression: deps.suppression,
    check: session.check,
    masking: session.masking,
    ...(position === undefined ? {} : { cursor: cursorOf(session, position, of.records) }),
    checkpoint: (step, counts) => after(session, step, { ...of, counts }),
    onStored(step, counts) {
      session.checkpoint = after(session, step, { ...of, counts });
    },
  };
}

/** Moves the position without rows: a page that held none, or the end of a file. */
export async function movePosition(
  session: PullSession,
  to: { readonly position: Json; readonly checkpoint: PullCheckpoint; readonly records?: SourceCursor['records'] },
): Promise<void> {
  const { deps, context, connection } = session;
  const { position, checkpoint, records } = to;
  await deps.store.store({
    workspaceId: context.fence.workspaceId,
    sourceId: connection.sourceId,
    receivedAt: deps.clock.now(),
    dedupeDays: 1,
    messages: [],
    refused: { rejected: 0, suppressed: 0, quarantined: 0 },
    run: { fence: context.fence, checkpoint: () => checkpoint, cursor: cursorOf(session, position, records) },
  });
  session.checkpoint = checkpoint;
}

/** Throws  INGEST_CANCELLED */
export function requireGoing({ context }: PullSession): void {
  if (context.signal.aborted) throw ingestErrors.INGEST_CANCELLED();
}

/** Tells how many rows are settled. */
export const report = ({ context, checkpoint }: PullSession): void =>
  context.onProgress({ phase: 'pulling rows', done: checkpoint.rowsConsumed, total: null });
