import type { MessageScreen, UnassignedEvent, WorkspaceId } from '@kohort/kernel-contracts';
import type { WorkspaceTransaction } from '../database';
import { suppressedAmong } from '../privacy/suppression-list';

/** What was accepted before somebody was suppressed and is resolved after it counts for nobody, and joins nobody. */
export async function withoutSuppressed<E extends UnassignedEvent>(
  tx: WorkspaceTransaction,
  { workspaceId, screen }: { readonly workspaceId: WorkspaceId; readonly screen: MessageScreen | null },
  events: readonly E[],
): Promise<readonly E[]> {
  if (!screen) return events;
  const digestsOf = (event: E) => screen.digestsOf(workspaceId, event);
  const hidden = await suppressedAmong(tx, workspaceId, { items: events, digestsOf });
  return hidden.size === 0 ? events : events.filter((event) => !hidden.has(event));
}
