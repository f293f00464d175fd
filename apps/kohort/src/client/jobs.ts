import { setTimeout as pause } from 'node:timers/promises';
import type { Progress } from '@kohort/kernel-contracts';
import { progressView } from '../terminal/progress-bar';
import { clientErrors } from './client-errors';
import type { GatewayClient, RemoteJob } from './gateway-client';

const JOB_FIELDS = 'id job status progress { phase done total perSecond etaMs } result error { code message }';
const POLL_MS = 150;
const ENDED = new Set(['SUCCEEDED', 'FAILED', 'CANCELLED']);

/** A job's present state. */
export async function readJob(client: GatewayClient, id: string): Promise<RemoteJob> {
  const { job } = await client.query<{ job: RemoteJob }>(`query ($id: ID!) { job(id: $id) { ${JOB_FIELDS} } }`, { id });
  return job;
}

/**
 * Waits for a job and shows how far it is.
 *
 * Throws  CLIENT_JOB_FAILED with the job's own reason
 */
export async function followJob(client: GatewayClient, id: string, label: string): Promise<RemoteJob> {
  const view = progressView(label);
  try {
    for (;;) {
      const job = await readJob(client, id);
      if (job.progress) view.update(job.progress);
      if (ENDED.has(job.status)) {
        if (job.status === 'SUCCEEDED') return job;
        const reason = job.error?.message ?? job.status.toLowerCase();
        throw clientErrors.CLIENT_JOB_FAILED({ job: job.job, reason, remoteCode: job.error?.code ?? null });
      }
      await pause(POLL_MS);
    }
  } finally {
    view.end();
  }
}

/** Waits until every accepted record has gone through identity, segments and the column store. */
export async function followBacklog(client: GatewayClient, label: string): Promise<void> {
  const view = progressView(label);
  let most = 0;
  try {
    for (;;) {
      const { workspace } = await client.query<{ workspace: { backlog: number } }>('{ workspace { backlog } }');
      most = Math.max(most, workspace.backlog);
      const progress: Progress = { phase: 'working off the backlog', done: most - workspace.backlog, total: most };
      if (most > 0) view.update(progress);
      if (workspace.backlog === 0) return;
      await pause(POLL_MS);
    }
  } finally {
    view.end();
  }
}
