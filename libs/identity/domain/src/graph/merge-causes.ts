import type { Identifier, KnownProfile, ProfileId } from '@kohort/kernel-contracts';
import { IdentityGraph, type MergeCause } from './identity-graph';
import type { Partition } from './partition';

/**
 * Which link made each profile part of another one: the links that hold people together are gone through in their order,
 * and where two sides both hold a profile the one with the worse name is absorbed by that link.
 *
 * Shape   attached: of each profile the identifiers that it brings along
 */
export function mergeCauses(
  { links }: Partition,
  profiles: readonly KnownProfile[],
  attached: (profile: ProfileId) => readonly Identifier[],
): ReadonlyMap<ProfileId, MergeCause> {
  const graph = new IdentityGraph();
  for (const profile of profiles) {
    const place = graph.addProfile(profile);
    for (const identifier of attached(profile.id)) graph.join(place, graph.add(identifier), null);
  }
  for (const { link, joins } of links) {
    if (!joins) continue;
    const { a, b, eventId, cause: reason } = link;
    graph.join(graph.add(a), graph.add(b), { eventId, reason, link: [a, b] });
  }
  return new Map(graph.merges.map((cause) => [cause.absorbed, cause]));
}
