import type { Page, PageRequest } from '@kohort/kernel-contracts';
import type { Connection, PageArgs } from '@kohort/gateway-schema';
import { gatewayErrors } from '../errors/gateway.errors';
import { MAX_FIRST } from '../limits/limits';

/**
 * Reads the arguments of a list.
 *
 * Throws  GATEWAY_FIRST_OUT_OF_RANGE
 */
export function pageOf(args: PageArgs): PageRequest {
  if (args.first < 1 || args.first > MAX_FIRST) throw gatewayErrors.GATEWAY_FIRST_OUT_OF_RANGE();
  return { first: args.first, after: args.after ?? null };
}

/** A page as a Relay connection, each record made into a node. */
export function connection<R, N = R>(page: Page<R>, node: (record: R) => N): Connection<N> {
  const edges = page.items.map((item) => ({ cursor: item.cursor, node: node(item.node) }));
  return {
    edges,
    nodes: edges.map((edge) => edge.node),
    pageInfo: { hasNextPage: page.hasNextPage, endCursor: edges.at(-1)?.cursor ?? null },
  };
}

/** A record that is its own node. */
export function asIs<T>(record: T): T {
  return record;
}
