import { downstreamCalls } from '@kohort/sync-domain';
import type { SegmentId, SyncView } from '@kohort/kernel-contracts';
import type { GatewayContext } from '../context/gateway-context';

/** Syncs of one segment that are named. */
const MOST_SYNCS = 100;

/** What each sync of a segment would have to bring to its destination for so many people. */
export async function callsOfSyncs(
  context: GatewayContext,
  segmentId: SegmentId,
  people: { readonly adds: number; readonly removes: number },
) {
  const { items } = await context.reader.syncs.list({ segmentId }, { first: MOST_SYNCS, after: null });
  const callsOf = async ({ destinationId }: SyncView) => {
    const destination = await context.loaders.destination.load(destinationId);
    const card = context.services.connectors.cards.find(({ id }) => id === destination?.plugin);
    return card?.calls ? downstreamCalls(people, card.calls) : [];
  };
  return Promise.all(items.map(async ({ node }) => ({ sync: node, ...people, calls: await callsOf(node) })));
}
