import type { JobRecord, RunParams, RunParamsJob } from '@kohort/kernel-contracts';
import type { GatewayContext } from '../context/gateway-context';

/** What a mutation asks a worker for; the parameters were parsed by the worker's own schema. */
export interface JobAsked<J extends RunParamsJob> {
  readonly job: J;
  readonly params: RunParams<J>;
  readonly idempotencyKey: string | null | undefined;
}

/**
 * Writes the job and answers it at once.
 *
 * Throws  COMMAND_IDEMPOTENCY_REUSED
 */
export function requestJob<J extends RunParamsJob>(context: GatewayContext, asked: JobAsked<J>): Promise<JobRecord> {
  return context.commands.requestRun({ ...asked, idempotencyKey: asked.idempotencyKey ?? null });
}

/** Epoch milliseconds as the instants of run parameters are written. */
export function instantText(epochMs: number): string {
  return new Date(epochMs).toISOString();
}
