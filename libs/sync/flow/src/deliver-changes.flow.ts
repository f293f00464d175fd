import { backoffMs } from '@kohort/sync-domain';
import type { Clock, Random } from '@kohort/kernel-clock-random';
import type { ChangeSender, ChangeWebhookStore, RunContext } from '@kohort/kernel-contracts';
import { isAppError } from '@kohort/kernel-errors';
import type { Logger } from '@kohort/kernel-telemetry';

/** What deliveries of the change log need of the world. */
export interface ChangeDeliveryPorts {
  readonly store: ChangeWebhookStore;
  readonly sender: ChangeSender;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

/** What one run has sent, and why it ended before the log did. */
export interface ChangeDelivery {
  readonly messages: number;
  readonly changes: number;
  readonly failure: string | null;
}

/** Changes of one message. */
export const MESSAGE_CHANGES = 100;

/**
 * Sends an endpoint the change log from where it stands to the log's present end, one message after the other; those who
 * were in where it begins go before, when they were asked for.
 *
 * Promise  at least once, in the order of the log: a message that was not acknowledged is sent again before any other
 * Key      ids of the changes; the id of a message is a function of them
 * Order    message → acknowledgement → position, under the run's fence
 * Resume   behind the last acknowledged message
 * Size     any number of changes, MESSAGE_CHANGES a message
 */
export async function deliverChanges(
  ports: ChangeDeliveryPorts,
  { run, fence, signal, onProgress }: RunContext,
  { webhookId }: { readonly webhookId: string },
): Promise<ChangeDelivery> {
  const { store, sender } = ports;
  const place = { workspaceId: run.workspaceId, id: webhookId };
  const done = { messages: 0, changes: 0, failure: null };
  for (let more = true; more;) {
    signal.throwIfAborted();
    const due = await nextOrStop(ports, { ...place, fence });
    if (due === null) return done;
    const { url, secrets, content } = due;
    const delivered = 'changes' in content ? content.changes.length : 0;
    if (delivered > 0 || 'members' in content) {
      const message = { workspaceId: run.workspaceId, runId: run.id, webhookId, url, secrets, content };
      const receipt = await sender.send(message, signal);
      // Stopped by us: whether it arrived is not known, and the next run sends it again.
      signal.throwIfAborted();
      if (!receipt.ok) {
        const afterMs = receipt.isGone ? null : (receipt.afterMs ?? backoffMs(due.failures + 1, ports.random));
        await store.failed(fence, webhookId, { code: receipt.code, message: receipt.message, afterMs });
        return { ...done, failure: receipt.code };
      }
      done.messages += 1;
      done.changes += delivered;
      onProgress({ phase: 'sending', done: done.changes, total: null });
    }
    await store.advance(fence, webhookId, { position: due.position, delivered });
    ({ more } = due);
  }
  return done;
}

/** What is sent next; an endpoint whose place in the log is gone is stopped, for a person to decide. */
async function nextOrStop(
  { store }: ChangeDeliveryPorts,
  {
    workspaceId,
    id,
    fence,
  }: {
    readonly workspaceId: RunContext['run']['workspaceId'];
    readonly id: string;
    readonly fence: RunContext['fence'];
  },
) {
  try {
    return await store.next({ workspaceId, id }, MESSAGE_CHANGES);
  } catch (thrown) {
    if (!isAppError(thrown) || thrown.code !== 'POSTGRES_CURSOR_EXPIRED') throw thrown;
    await store.failed(fence, id, { code: thrown.code, message: thrown.publicMessage, afterMs: null });
    return null;
  }
}
