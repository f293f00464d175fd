import type {
  Fence,
  IngestCounts,
  IngestStore,
  Json,
  KnownPeople,
  Masking,
  NormalisedMessage,
  PlanCheck,
  Recognition,
  SourceCursor,
  SourceId,
  SuppressionGate,
} from '@kohort/kernel-contracts';
import type { Clock } from '@kohort/kernel-clock-random';
import { isAppError } from '@kohort/kernel-errors';
import { bodyHash, refuseUnits, type ImportUnit, type Judge } from '@kohort/ingest-domain';
import type { ImportStep } from './import.state';
import { planUnits } from './plan-units';

/** Ids of imported rows stay known: the same row is never stored twice, however late it comes again. */
const IMPORT_DEDUPE_DAYS = 36_500;

/** A step with the units as they were settled: those left out carry their reasons. */
export interface StoredStep extends ImportStep {
  readonly units: readonly ImportUnit[];
}

/** Where units go, and what is written beside them. */
export interface UnitTarget {
  readonly store: IngestStore;
  readonly people: KnownPeople;
  readonly fence: Fence;
  readonly sourceId: SourceId;
  readonly clock: Clock;
  /** Without it a message whose person is not known is left out. */
  readonly createProfiles: boolean;
  /** Tells whom no import may bring back; nobody is told when absent. The store asks once more. */
  readonly suppression?: SuppressionGate | undefined;
  /** The approved tracking plan; null: there is none. */
  readonly check: PlanCheck | null;
  /** What of the messages is masked; null: nothing. */
  readonly masking: Masking | null;
  /** The run's checkpoint after a step; called within the transaction, which may yet fail. */
  checkpoint(step: StoredStep, counts: IngestCounts): Json;
  /** The step is committed. */
  onStored(step: StoredStep, counts: IngestCounts): void;
  /** Where the source's connection stands once these units are settled; written with the last of them. */
  readonly cursor?: SourceCursor;
}

type Message = { readonly message: NormalisedMessage };
const hasMessage = (unit: ImportUnit): unit is ImportUnit & Message => unit.message !== null;

/** What the store knows of the units' messages. */
export async function recogniseUnits(
  target: Pick<UnitTarget, 'people' | 'sourceId' | 'fence'>,
  units: readonly ImportUnit[],
): Promise<ReadonlyMap<ImportUnit, Recognition>> {
  const asked = units.filter(hasMessage);
  const { workspaceId } = target.fence;
  const found = await target.people.recognise(
    { workspaceId, sourceId: target.sourceId },
    asked.map(({ message }) => message),
  );
  return new Map(asked.map((unit, i) => [unit, found[i] ?? 'unknown']));
}

function refusedOf(units: readonly ImportUnit[]): {
  reasons: Map<string, number>;
  rejected: number;
  suppressed: number;
  quarantined: number;
} {
  const reasons = new Map<string, number>();
  const counts = { rejected: 0, suppressed: 0, quarantined: 0 };
  for (const { code, verdict } of units.flatMap((unit) => unit.refused)) {
    reasons.set(code, (reasons.get(code) ?? 0) + 1);
    counts[verdict] += 1;
  }
  return { reasons, ...counts };
}

/** One transaction: messages, refusals, the checkpoint after them, and the cursor where there is one. */
async function storeOnce(target: UnitTarget, read: readonly ImportUnit[], isLast: boolean): Promise<void> {
  const { units, keep, found } = planUnits(read, target.check);
  const { reasons, ...refused } = refusedOf(units);
  const messages = units.filter(hasMessage).map(({ message }) => {
    const plan = found.get(message);
    return { message, bodyHash: bodyHash(message), ...(plan ? { plan } : {}) };
  });
  const rowsConsumed = units.reduce((last, unit) => Math.max(last, unit.firstRow + unit.rows - 1), 0);
  const step: StoredStep = { rowsConsumed, messages: messages.length, reasons, units };
  const { counts } = await target.store.store({
    workspaceId: target.fence.workspaceId,
    sourceId: target.sourceId,
    receivedAt: target.clock.now(),
    dedupeDays: IMPORT_DEDUPE_DAYS,
    messages,
    refused,
    keep,
    run: {
      fence: target.fence,
      checkpoint: (counts) => target.checkpoint(step, counts),
      ...(isLast && target.cursor ? { cursor: target.cursor } : {}),
    },
  });
  target.onStored(step, counts);
}

async function storeHalving(target: UnitTarget, units: readonly ImportUnit[], isLast: boolean): Promise<void> {
  try {
    await storeOnce(target, units, isLast);
    return;
  } catch (thrown) {
    if (!isAppError(thrown) || thrown.code !== 'INGEST_STORE_REFUSED') throw thrown;
  }
  if (units.length === 1) {
    await storeOnce(
      target,
      refuseUnits(units, () => 'storage_refused'),
      isLast,
    );
    return;
  }
  const middle = Math.ceil(units.length / 2);
  await storeHalving(target, units.slice(0, middle), false);
  await storeHalving(target, units.slice(middle), isLast);
}

/** Takes back the messages of people on the suppression list, before anything of them is kept. */
export async function withoutSuppressed(
  target: Pick<UnitTarget, 'suppression' | 'fence'>,
  units: readonly ImportUnit[],
): Promise<readonly ImportUnit[]> {
  if (!target.suppression) return units;
  const asked = units.filter(hasMessage);
  const found = await target.suppression.suppressed(
    target.fence.workspaceId,
    asked.map(({ message }) => message),
  );
  const hidden = new Set<ImportUnit>(asked.filter((_unit, i) => found[i] === true));
  return hidden.size === 0 ? units : refuseUnits(units, (unit) => (hidden.has(unit) ? 'suppressed' : null));
}

/** Units without the personal data that their source is to mask. */
export function maskUnits(units: readonly ImportUnit[], masking: Masking | null): readonly ImportUnit[] {
  if (masking === null) return units;
  return units.map((unit) => (unit.message ? { ...unit, message: masking.message(unit.message) } : unit));
}

/**
 * Stores units. A batch that holds a value which the database refuses is halved until that value's unit stands alone;
 * messages of people who are not known are left out unless people may be made.
 *
 * Throws  POSTGRES_FENCE_LOST
 */
export async function storeUnits(target: UnitTarget, read: readonly ImportUnit[]): Promise<void> {
  const units = maskUnits(await withoutSuppressed(target, read), target.masking);
  if (target.createProfiles) {
    await storeHalving(target, units, true);
    return;
  }
  const recognised = await recogniseUnits(target, units);
  const judge: Judge = (unit) => (recognised.get(unit) === 'unknown' ? 'person_unknown' : null);
  await storeHalving(target, refuseUnits(units, judge), true);
}
