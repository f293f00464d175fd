import { maskIdentifier } from '@kohort/identity-domain';
import type { GatewayClient } from './gateway-client';

/** One trait of a pair as it was compared, with the two values as they may be shown. */
export interface ComparedTrait {
  readonly trait: string;
  readonly level: string;
  readonly weight: number;
  readonly values: readonly [string | null, string | null];
}

/** A pair of people who may be one. */
export interface LinkPair {
  readonly profileIds: readonly [string, string];
  readonly probability: number;
  readonly weight: number;
  readonly verdict: string;
  readonly state: string;
  readonly foundAt: string;
  readonly compared: readonly ComparedTrait[];
}

/** Which pairs, and whether values are to be read. */
export interface LinkPairsAsked {
  readonly state: string | null;
  readonly minProbability: number | null;
  readonly most: number;
  readonly showValues: boolean;
}

type PairNode = Omit<LinkPair, 'compared'> & { readonly evidence: readonly Omit<ComparedTrait, 'values'>[] };

interface PairPage {
  readonly nodes: readonly PairNode[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

const PAIRS_AT_ONCE = 10;

const PAIRS = `query ($first: Int!, $after: Cursor, $state: LinkCandidateState, $minProbability: Float) {
  page: linkCandidates(first: $first, after: $after, state: $state, minProbability: $minProbability) {
    nodes { profileIds probability weight verdict state foundAt evidence { trait level weight } }
    pageInfo { hasNextPage endCursor } } }`;

interface TraitsOf {
  readonly traits: { readonly nodes: readonly { readonly key: string; readonly value: unknown }[] };
}

/** Of one pair at a time: the traits of two people are many objects. */
const TRAITS = `query ($a: ID!, $b: ID!) {
  one: profile(id: $a) { traits(first: 100) { nodes { key value } } }
  other: profile(id: $b) { traits(first: 100) { nodes { key value } } } }`;

/** A value as it is shown: what is no plain value is not compared, and not shown. */
function shown(trait: string, value: unknown, showValues: boolean): string | null {
  if (typeof value !== 'string' && typeof value !== 'number') return null;
  return showValues ? String(value) : maskIdentifier({ type: trait, value: String(value) });
}

async function withValues(client: GatewayClient, node: PairNode, showValues: boolean): Promise<LinkPair> {
  const { evidence, ...pair } = node;
  const [a, b] = pair.profileIds;
  const { one, other } = await client.query<{ one: TraitsOf | null; other: TraitsOf | null }>(TRAITS, { a, b });
  const valueOf = (of: TraitsOf | null, trait: string): string | null =>
    shown(trait, of?.traits.nodes.find(({ key }) => key === trait)?.value, showValues);
  const compared = evidence.map((part): ComparedTrait => ({
    ...part,
    values: [valueOf(one, part.trait), valueOf(other, part.trait)],
  }));
  return { ...pair, compared };
}

/** The likeliest pairs of the review queue, their values masked where they are not asked for. */
export async function readLinkPairs(client: GatewayClient, asked: LinkPairsAsked): Promise<readonly LinkPair[]> {
  const { state, minProbability, most, showValues } = asked;
  const pairs: LinkPair[] = [];
  for (let after: string | null = null; pairs.length < most;) {
    const first = Math.min(PAIRS_AT_ONCE, most - pairs.length);
    const answer: { readonly page: PairPage } = await client.query(PAIRS, { first, after, state, minProbability });
    const { nodes, pageInfo } = answer.page;
    for (const node of nodes) pairs.push(await withValues(client, node, showValues));
    if (!pageInfo.hasNextPage) break;
    after = pageInfo.endCursor;
  }
  return pairs;
}
