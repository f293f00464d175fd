import type { ClusteringCard, Json } from '@kohort/kernel-contracts';
import { followJob } from '../client/jobs';
import { FAILURE_FIELDS, payloadOf, type MutationAnswer } from '../client/results';
import { count, percent } from '../terminal/account';
import { reasonLines, type RemoteExplanation } from '../terminal/membership-account';
import { textTable } from '../terminal/text-table';
import type { DemoContext } from './demo-context';

interface DemoSegment {
  readonly key: string;
  readonly name: string;
  readonly kind: 'RULE' | 'CLUSTER' | 'PREDICTIVE';
  readonly where: Json;
}

/** The segment that the live step makes somebody enter. */
export const LIVE_SEGMENT = 'ordered_this_hour';

const rule = (where: Json): Json => ({ version: 1, entity: 'profile', where });

/** Rules over events, traits, clusters and predictions; windows are absolute where the data end in the past. */
function demoSegments(card: ClusteringCard, { asOf, orderEvent }: DemoContext): readonly DemoSegment[] {
  const end = Date.parse(asOf);
  const daysBefore = (n: number): string => new Date(end - n * 86_400_000).toISOString();
  const ordersIn = (days: number, n: number): Json => ({
    event: { name: orderEvent, count: { op: 'gte', n }, window: { absolute: { from: daysBefore(days), to: asOf } } },
  });
  const best = [...card.clusters].sort((a, b) => (b.shareOfValue ?? 0) - (a.shareOfValue ?? 0))[0];
  return [
    { key: 'frequent_buyers', name: 'Frequent buyers', kind: 'RULE', where: ordersIn(90, 3) },
    {
      key: 'lapsed_big_baskets',
      name: 'Lapsed big baskets',
      kind: 'RULE',
      where: {
        all: [
          {
            event: {
              name: orderEvent,
              where: [{ path: 'revenue', op: 'gt', value: 300 }],
              window: { before: daysBefore(90) },
            },
          },
          { none: [ordersIn(90, 1)] },
        ],
      },
    },
    {
      key: 'best_cluster',
      name: `Cluster: ${best?.name ?? 'best'}`,
      kind: 'CLUSTER',
      where: { cluster: { model: 'value', in: [best?.key ?? ''] } },
    },
    {
      key: 'likely_to_order',
      name: 'Likely to order in 30 days',
      kind: 'PREDICTIVE',
      where: { prediction: { model: 'orders_30d', measure: 'percentile', op: 'gte', value: 90 } },
    },
    {
      key: 'win_back',
      name: 'Win back: lapsed, still likely',
      kind: 'RULE',
      where: {
        all: [
          { segment: { key: 'lapsed_big_baskets', is: true } },
          { prediction: { model: 'orders_30d', measure: 'probability', op: 'gte', value: 0.1 } },
        ],
      },
    },
    {
      key: LIVE_SEGMENT,
      name: 'Ordered in the last hour',
      kind: 'RULE',
      where: { event: { name: orderEvent, window: { last: { n: 1, unit: 'hour' } } } },
    },
  ];
}

async function publish({ client }: DemoContext, segment: DemoSegment): Promise<void> {
  const { createSegment } = await client.query<{ createSegment: MutationAnswer }>(
    `mutation ($input: CreateSegmentInput!) { createSegment(input: $input) { __typename ${FAILURE_FIELDS} } }`,
    { input: { key: segment.key, name: segment.name, kind: segment.kind, rule: rule(segment.where) } },
  );
  payloadOf(createSegment, 'Segment');
  const { publishSegment } = await client.query<{ publishSegment: MutationAnswer & { id: string } }>(
    `mutation ($key: String!) { publishSegment(key: $key) { __typename ... on Job { id } ${FAILURE_FIELDS} } }`,
    { key: segment.key },
  );
  await followJob(client, payloadOf<MutationAnswer & { id: string }>(publishSegment, 'Job').id, segment.key);
}

/** Creates and publishes the demo's segments and prints their sizes. */
export async function publishSegments(context: DemoContext, card: ClusteringCard): Promise<void> {
  const { client, account } = context;
  account.heading('Segments: rules over events, clusters and predictions');
  for (const segment of demoSegments(card, context)) await publish(context, segment);
  const { segments } = await client.query<{
    segments: {
      nodes: { key: string; name: string; kind: string; status: string; size: number; valueShare: number | null }[];
    };
  }>('{ segments(first: 50) { nodes { key name kind status size valueShare } } }');
  account.line(
    textTable(
      ['segment', 'kind', 'people', 'revenue', 'name'],
      segments.nodes.map((row) => [
        row.key,
        row.kind.toLowerCase(),
        count(row.size),
        percent(row.valueShare),
        row.name,
      ]),
    ),
  );
}

/** Explains one membership: the proof of a member, node by node, and what would flip it. Gives the member's id. */
export async function explainMember({ client, account }: DemoContext, segment: string): Promise<string | null> {
  const { segment: found } = await client.query<{
    segment: { members: { nodes: { profile: { id: string; canonicalId: string } }[] } };
  }>('query ($key: String!) { segment(key: $key) { members(first: 1) { nodes { profile { id canonicalId } } } } }', {
    key: segment,
  });
  const member = found.members.nodes[0]?.profile;
  if (!member) return null;
  const { explainMembership } = await client.query<{
    explainMembership: Pick<RemoteExplanation, 'proof' | 'conditions'>;
  }>(
    'query ($profile: ID!, $segment: String!) { explainMembership(profile: $profile, segment: $segment) { proof conditions { id text } } }',
    { profile: member.id, segment },
  );
  account.line(`  Why ${member.canonicalId} is in ${segment}:`);
  for (const line of reasonLines(explainMembership)) account.line(`    ${line}`);
  return member.id;
}
