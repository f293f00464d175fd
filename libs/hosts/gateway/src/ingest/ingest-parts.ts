import type { KeyRing, WriteOrigin } from '@kohort/access-flow';
import { accessErrors, keyOfAuthorization, requireScope } from '@kohort/access-domain';
import type { Clock } from '@kohort/kernel-clock-random';
import type { ArtifactStore, IngestVerdict, ReadPort } from '@kohort/kernel-contracts';
import { AppError, isAppError } from '@kohort/kernel-errors';
import type { Logger } from '@kohort/kernel-telemetry';
import { LIMITS } from '@kohort/ingest-domain';
import type { GatewayMetrics } from '../operations/metrics';
import type { IngestDoor } from './open-ingest';
import type { ParsedCall } from './parse-call';
import type { Accepted } from './spooled-ingest';
import { wireErrors } from './wire.errors';

/** What the ingest paths stand on. */
export interface IngestParts {
  readonly keys: KeyRing;
  readonly door: IngestDoor;
  readonly artifacts: ArtifactStore;
  readonly read: ReadPort;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: GatewayMetrics;
  readonly maxArtifactBytes: number;
  readonly deadlineMs: number;
}

/** A call with the size that its body had. */
export type ReadCall = ParsedCall & { readonly bytes: number };

/** Bytes that a body may have, decompressed. */
export const MAX_BODY_BYTES = LIMITS.batchBytes;

/**
 * The source that a call speaks for: the header's key and the body's key must agree when both are there.
 *
 * Throws  WIRE_WRITE_KEY_MISMATCH, WIRE_WRITE_KEY_MISSING, WIRE_WRITE_KEY_UNKNOWN
 */
export async function originOf(
  parts: IngestParts,
  headerKey: string | null,
  bodyKey: string | null,
): Promise<WriteOrigin> {
  if (headerKey !== null && bodyKey !== null && headerKey !== bodyKey) throw wireErrors.WIRE_WRITE_KEY_MISMATCH();
  const key = headerKey ?? bodyKey;
  if (key === null) throw wireErrors.WIRE_WRITE_KEY_MISSING();
  try {
    return await parts.keys.writeOrigin(key);
  } catch (thrown) {
    if (isAppError(thrown) && thrown.kind === 'unauthenticated') throw wireErrors.WIRE_WRITE_KEY_UNKNOWN();
    throw thrown;
  }
}

/**
 * The source that a call on the native path speaks for: of its write key, or named beside an API key with `ingest:write`.
 *
 * Throws  what `originOf` throws; WIRE_SOURCE_UNNAMED, WIRE_SOURCE_UNKNOWN, ACCESS_SCOPE_MISSING
 */
export async function nativeOriginOf(
  parts: IngestParts,
  asked: { headerKey: string | null; bodyKey: string | null; source: string | null },
): Promise<WriteOrigin> {
  const key = asked.headerKey;
  if (key === null || !key.startsWith('khk_')) return originOf(parts, key, asked.bodyKey);
  const caller = await parts.keys.caller(key);
  requireScope(caller.scopes, 'ingest:write');
  if (asked.source === null) throw wireErrors.WIRE_SOURCE_UNNAMED();
  const deadline = parts.clock.now() + parts.deadlineMs;
  const source = await parts.read.forWorkspace(caller.workspaceId, deadline).sourceByKey(asked.source);
  if (!source) throw wireErrors.WIRE_SOURCE_UNKNOWN();
  return { workspaceId: caller.workspaceId, sourceId: source.id };
}

/** One step a counter and call: a counter that is told of each item costs as much as the item. */
function countVerdicts(metrics: GatewayMetrics, verdicts: readonly IngestVerdict[]): void {
  const outcomes = new Map<string, number>();
  const reasons = new Map<string, number>();
  for (const { outcome, reason } of verdicts) {
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    if (reason !== null) reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  }
  for (const [outcome, count] of outcomes) metrics.ingestItems.inc({ outcome }, count);
  for (const [reason, count] of reasons) metrics.ingestReasons.inc({ reason }, count);
}

/**
 * Hands a call on and counts what became of it. Resolves after the commit, or when it is on the disk of the spool.
 *
 * Throws  WIRE_OVERLOADED when its workspace has as much under way as it may
 */
export async function accept(parts: IngestParts, origin: WriteOrigin, call: ReadCall): Promise<Accepted> {
  const { door, metrics, clock } = parts;
  const release = door.admission.enterStore(origin, { bytes: call.bytes, rows: call.items.length });
  try {
    const accepted = await door.accept(origin, call.items, { ...call.envelope, receivedAt: clock.now() });
    if (accepted.durability === 'spool') metrics.ingestItems.inc({ outcome: 'spooled' }, call.items.length);
    else countVerdicts(metrics, accepted.verdicts);
    return accepted;
  } finally {
    release();
  }
}

/** The caller of an upload. Throws  ACCESS_KEY_MISSING, ACCESS_KEY_REFUSED, ACCESS_SCOPE_MISSING */
export async function uploaderOf(parts: IngestParts, authorization: string | undefined): Promise<void> {
  const key = keyOfAuthorization(authorization);
  if (key === null) throw accessErrors.ACCESS_KEY_MISSING();
  const caller = await parts.keys.caller(key);
  requireScope(caller.scopes, 'artifacts:write');
}

/** Whatever was thrown while a database was away is worth another try: SDKs repeat 503 after a while. */
export function asRetryable(thrown: unknown): unknown {
  if (isAppError(thrown)) return thrown;
  return new AppError({
    code: 'WIRE_UNAVAILABLE',
    kind: 'transient',
    message: 'not stored; send it again',
    afterMs: 2_000,
    cause: thrown,
  });
}
