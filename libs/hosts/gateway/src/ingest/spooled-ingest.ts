import type { WriteOrigin } from '@kohort/access-flow';
import type { Clock } from '@kohort/kernel-clock-random';
import { maskCall } from '@kohort/ingest-domain';
import type { IngestEnvelope, IngestPort, IngestVerdict, Json, MaskGate } from '@kohort/kernel-contracts';
import { AppError, isAppError } from '@kohort/kernel-errors';
import type { Logger } from '@kohort/kernel-telemetry';
import { isAway } from '@kohort/platform-postgres';
import type { Spool } from '@kohort/platform-spool';
import { decodeCall, encodeCall, type SpooledCall } from './spool-record';
import { wireErrors } from './wire.errors';

/** Where an accepted call is. In the spool its items have no verdicts yet: they get them when it is drained. */
export type Accepted =
  { readonly durability: 'committed'; readonly verdicts: readonly IngestVerdict[] } | { readonly durability: 'spool' };

export interface SpooledIngestParts {
  readonly ingest: IngestPort;
  readonly spool: Spool;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Asks PostgreSQL anything; throws while it is away. */
  readonly probe: () => Promise<unknown>;
  /** Keeps a record that the way in refuses for good, for a person. */
  readonly setAside: (record: Buffer) => Promise<void>;
  /** What of a source's messages is masked: no disk sees what was sent either. Nothing when absent. */
  readonly masks?: Pick<MaskGate, 'known'>;
  readonly later: (waitMs: number, work: () => void) => () => void;
  /** After so long a call goes to the spool instead: what was sent to the store may still be committed, once. */
  readonly patienceMs?: number;
}

const PATIENCE_MS = 15_000;
const RETRY_MS = 250;
/** Above this part of the spool callers are sent away, while there is room for those under way. */
const FULL_SHARE = 0.8;
/** A record that fails for another reason than an outage is tried so often before it is set aside. */
const ATTEMPTS = 3;

/** Whether the thrown error, or what it was made of, says that PostgreSQL cannot be reached. */
function saysAway(thrown: unknown): boolean {
  if (isAppError(thrown))
    return thrown.code === 'INGEST_STORE_AWAY' || thrown.code === 'WIRE_SLOW' || isAway(thrown.cause);
  return isAway(thrown);
}

/**
 * The way in with a spool beside it. While PostgreSQL is away, calls are kept in local files, fsynced, and drained in
 * their order when it is back.
 *
 * Promise   when it resolves, the call is committed or on the disk
 * Key       source + message id: a call whose commit was not heard of, or that is drained twice, is stored once
 * Order     in the spool as received; calls that come after the outage do not wait for the drain
 * Resume    a process that was killed finds its spool again and drains it
 * Size      the spool's limit; meant for outages of up to a minute
 * Throws    what the way in throws, but for outages; WIRE_OVERLOADED when the spool is four fifths full; SPOOL_…
 */
export class SpooledIngest {
  private away = false;
  private since: number | null = null;
  private cancel: () => void = () => undefined;
  private running: Promise<void> | null = null;
  private stopped = false;
  private isDue = false;
  private attempts = 0;
  /** Calls that were answered from the spool. */
  spooled = 0;

  constructor(private readonly parts: SpooledIngestParts) {
    if (parts.spool.isOwed) this.schedule(0);
  }

  /** How long PostgreSQL has been away; null: it is not. */
  get awayMs(): number | null {
    return this.since === null ? null : this.parts.clock.now() - this.since;
  }

  get isNearlyFull(): boolean {
    return this.parts.spool.bytes > FULL_SHARE * this.parts.spool.limitBytes;
  }

  /** The drain under way, if there is one. */
  get draining(): Promise<void> | null {
    return this.running;
  }

  get spool(): Pick<Spool, 'bytes' | 'records'> {
    return this.parts.spool;
  }

  async accept(origin: WriteOrigin, items: readonly Json[], envelope: IngestEnvelope): Promise<Accepted> {
    if (!this.away) {
      try {
        return {
          durability: 'committed',
          verdicts: await this.patiently(this.parts.ingest.accept(origin, items, envelope)),
        };
      } catch (thrown) {
        if (!saysAway(thrown)) throw thrown;
        this.leave();
      }
    }
    return this.keep({ origin, items, envelope });
  }

  /** Ends the timer; what waits is drained by the next start. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.cancel();
    await this.running;
  }

  private async keep(call: SpooledCall): Promise<Accepted> {
    if (this.isNearlyFull) throw wireErrors.WIRE_OVERLOADED({}, { afterMs: 10_000 });
    await this.parts.spool.append(encodeCall(this.masked(call)));
    this.spooled += 1;
    this.schedule(RETRY_MS);
    return { durability: 'spool' };
  }

  /** Throws  WIRE_MASKING_UNKNOWN when nobody knows yet what of the source is to be masked */
  private masked(call: SpooledCall): SpooledCall {
    const { masks } = this.parts;
    if (!masks) return call;
    const masking = masks.known(call.origin);
    if (masking === undefined) throw wireErrors.WIRE_MASKING_UNKNOWN({}, { afterMs: 2_000 });
    return masking === null ? call : { ...call, ...maskCall(call, masking) };
  }

  private async patiently<T>(work: Promise<T>): Promise<T> {
    let cancel: () => void = () => undefined;
    const late = new Promise<never>((_done, fail) => {
      const slow = (): void =>
        fail(new AppError({ code: 'WIRE_SLOW', kind: 'transient', message: 'the store is slow' }));
      cancel = this.parts.later(this.parts.patienceMs ?? PATIENCE_MS, slow);
    });
    try {
      return await Promise.race([work, late]);
    } finally {
      cancel();
    }
  }

  private leave(): void {
    if (!this.away) this.parts.logger.warn('PostgreSQL is away: events go to the spool');
    this.away = true;
    this.since ??= this.parts.clock.now();
    this.schedule(RETRY_MS);
  }

  private comeBack(): void {
    if (this.away) this.parts.logger.info('PostgreSQL is back', { count: this.parts.spool.records });
    this.away = false;
    this.since = null;
  }

  /** A turn that is due already stays due: calls that keep coming must not push it away. */
  private schedule(waitMs: number): void {
    if (this.stopped || this.running || this.isDue) return;
    this.isDue = true;
    this.cancel = this.parts.later(waitMs, () => {
      this.isDue = false;
      this.running = this.turn();
    });
  }

  /** One try to get rid of what waits. Never throws. */
  private async turn(): Promise<void> {
    try {
      await this.patiently(this.parts.probe());
      this.comeBack();
      await this.parts.spool.drain((records) => this.drainRecords(records));
    } catch (thrown) {
      if (saysAway(thrown)) this.leave();
      else this.parts.logger.error('the spool is not drained', { code: isAppError(thrown) ? thrown.code : 'unknown' });
    }
    this.running = null;
    if (this.away || this.parts.spool.isOwed) this.schedule(RETRY_MS);
  }

  /** Throws when any of them may succeed later; the drain then begins with the same records again. */
  private async drainRecords(records: readonly Buffer[]): Promise<void> {
    const ends = await Promise.allSettled(records.map((record) => this.drainRecord(record)));
    const failed = ends.flatMap((end, i) =>
      end.status === 'rejected' ? [{ reason: end.reason, record: records[i] }] : [],
    );
    const [first] = failed;
    if (!first) return;
    const passing = failed.find(
      ({ reason }) => saysAway(reason) || (isAppError(reason) && reason.kind === 'transient'),
    );
    this.attempts += passing ? 0 : 1;
    if (passing || this.attempts < ATTEMPTS) throw (passing ?? first).reason;
    this.attempts = 0;
    for (const { record } of failed) if (record) await this.parts.setAside(record);
    this.parts.logger.error('records of the spool were set aside', { count: failed.length });
  }

  private async drainRecord(record: Buffer): Promise<void> {
    const call = decodeCall(record);
    if (!call) return this.parts.setAside(record);
    await this.patiently(this.parts.ingest.accept(call.origin, call.items, call.envelope));
  }
}
