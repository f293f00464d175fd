import { randomInt } from 'node:crypto';
import type { WriteOrigin } from '@kohort/access-flow';
import { textMasker, type MaskCounts } from '@kohort/hosts-runtime';
import { acceptEvents, groupCommit, maskGate } from '@kohort/ingest-flow';
import { seededRandom, type Clock } from '@kohort/kernel-clock-random';
import { DEDUPE_DAYS, type IngestEnvelope, type IngestPort, type Json, type MaskGate } from '@kohort/kernel-contracts';
import type { Logger } from '@kohort/kernel-telemetry';
import {
  databaseHealth,
  ingestStore,
  maskingStore,
  suppressionGate,
  trackingStore,
  type Database,
} from '@kohort/platform-postgres';
import { openHandedDownSpool } from '@kohort/platform-spool';
import { SuppressionKeys, messageScreen } from '@kohort/privacy-domain';
import { planGate } from '@kohort/quality-flow';
import { Admission, type AdmissionLimits } from './admission';
import { setAsideIn } from './set-aside';
import { SpooledIngest, type Accepted } from './spooled-ingest';

/** Settings of the ingest door. */
export interface DoorSettings {
  /**
   * Where calls are kept while PostgreSQL is away, and how much of them; without it such calls are refused (503).
   * `keeper`: the process that holds the folder for gateways which follow each other; absent: this one.
   */
  readonly spool?: { readonly dir: string; readonly limitBytes: number; readonly keeper?: number | undefined };
  readonly admission?: Partial<AdmissionLimits>;
  /** Days within which a repeated message id is a duplicate where its workspace does not say, 1–30; 7 when absent. */
  readonly dedupeDays?: number | undefined;
}

export interface DoorParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Keys of the digests on the suppression list. */
  readonly suppressionKeys: readonly Uint8Array[];
  /** Where accepted events go instead of PostgreSQL. */
  readonly ingest?: IngestPort | undefined;
  readonly settings: DoorSettings;
}

/** The door of this process. */
export interface IngestDoor {
  readonly admission: Admission;
  /** The spool beside it, if it has one. */
  readonly spooled: SpooledIngest | null;
  /** What was masked so far, by kind. */
  readonly masked: MaskCounts;
  accept(origin: WriteOrigin, items: readonly Json[], envelope: IngestEnvelope): Promise<Accepted>;
  stop(): Promise<void>;
}

function later(waitMs: number, work: () => void): () => void {
  const timer = setTimeout(work, waitMs);
  return () => clearTimeout(timer);
}

/** Calls that come together are committed together. */
function openPort({ database, clock, settings, suppressionKeys }: DoorParts, masks: MaskGate): IngestPort {
  const screen = messageScreen(new SuppressionKeys(suppressionKeys));
  const store = groupCommit({ store: ingestStore(database, { screen }), clock, later });
  const plans = planGate({ store: trackingStore(database), clock });
  const suppression = suppressionGate(database, screen);
  return acceptEvents({ store, dedupeDays: settings.dedupeDays ?? DEDUPE_DAYS.usual, plans, masks, suppression });
}

/**
 * Opens the way in for events: admission, group commit, and the spool where one is named.
 *
 * Throws  SPOOL_IN_USE
 */
export async function openIngest(parts: DoorParts): Promise<IngestDoor> {
  const { clock, database, logger, settings } = parts;
  const masked: MaskCounts = new Map();
  const masks = maskGate({ store: maskingStore(database), clock, maskText: () => textMasker(masked) });
  const ingest = parts.ingest ?? openPort(parts, masks);
  const admission = new Admission({ clock, random: seededRandom(randomInt(2 ** 32)) }, settings.admission);
  if (!settings.spool) {
    return {
      ...{ admission, masked, spooled: null },
      accept: async (...call) => ({ durability: 'committed', verdicts: await ingest.accept(...call) }),
      stop: async () => undefined,
    };
  }
  const spool = await openHandedDownSpool(settings.spool);
  if (spool.badBytes > 0) logger.warn('the spool held torn records', { count: spool.badBytes });
  const spooled = new SpooledIngest({
    ...{ ingest, spool, clock, logger, later },
    ...(parts.ingest ? {} : { masks }),
    probe: () => databaseHealth(database, clock),
    setAside: setAsideIn(settings.spool.dir),
  });
  return {
    ...{ admission, masked, spooled },
    accept: (...call) => spooled.accept(...call),
    async stop() {
      await spooled.stop();
      await spool.close();
    },
  };
}
