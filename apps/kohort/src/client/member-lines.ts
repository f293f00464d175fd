import type { ChangeLine } from './change-lines';
import type { GatewayClient } from './gateway-client';

interface MemberPage {
  readonly membershipSnapshot: {
    readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
    readonly nodes: readonly {
      readonly segmentId: string;
      readonly profileId: string;
      readonly changeVersion: number;
      readonly segmentVersion: number | null;
      readonly enteredAt: string | null;
      readonly segment: { readonly key: string };
    }[];
  };
}

/** A page of the API; what a page may cost bounds it. */
const PAGE = 100;
const SNAPSHOT = `query ($token: Cursor!, $segment: String, $first: Int!, $after: Cursor) {
  membershipSnapshot(token: $token, segment: $segment, first: $first, after: $after) {
    pageInfo { hasNextPage endCursor }
    nodes { segmentId profileId changeVersion segmentVersion enteredAt segment { key } } } }`;

/** Everybody who was in at a cursor of the change log, a line each; what follows comes behind that same cursor. */
export async function* memberLines(
  client: Pick<GatewayClient, 'query'>,
  { token, segment = null }: { readonly token: string; readonly segment?: string | null | undefined },
): AsyncGenerator<ChangeLine> {
  for (let after: string | null = null; ;) {
    const page: MemberPage = await client.query(SNAPSHOT, { token, segment, first: PAGE, after });
    const { pageInfo, nodes } = page.membershipSnapshot;
    for (const { segment: of, ...member } of nodes) {
      const id = `${member.segmentId}:${member.profileId}:${member.changeVersion}`;
      yield { text: JSON.stringify({ id, kind: 'member', segmentKey: of.key, ...member }), cursor: token };
    }
    if (!pageInfo.hasNextPage) return;
    after = pageInfo.endCursor;
  }
}
