import { connect, type ConnectFlags } from '../client/connect';
import { clientErrors } from '../client/client-errors';
import { textTable } from '../terminal/text-table';

/** Which members, of which past. */
export interface MembersFlags extends ConnectFlags {
  readonly asOf?: string;
  readonly known: 'then' | 'now';
  readonly limit: number;
  readonly json?: boolean;
}

interface MemberNode {
  /** Null where nothing is recorded of it: the past as it is known now. */
  readonly enteredAt: string | null;
  readonly cause: string | null;
  readonly profile: { readonly id: string; readonly canonicalId: string };
}

interface MembersPage {
  readonly segment: {
    readonly members: {
      readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
      readonly nodes: readonly MemberNode[];
    };
  } | null;
}

/** People a page, and as many as are listed when nobody says more. */
export const MEMBERS_PAGE = 100;

const MEMBERS = `query ($key: String!, $first: Int!, $after: Cursor, $asOf: DateTime, $known: KnownAs!) { segment(key: $key) {
  members(first: $first, after: $after, asOf: $asOf, known: $known) {
    pageInfo { hasNextPage endCursor } nodes { enteredAt cause profile { id canonicalId } } } } }`;

/** Who is in a segment, or was; as a table, and as it came. */
export async function listMembers(
  key: string,
  flags: MembersFlags,
): Promise<{ readonly found: readonly MemberNode[]; readonly text: string }> {
  const client = connect(flags);
  const found: MemberNode[] = [];
  const which = { key, asOf: flags.asOf ?? null, known: flags.known.toUpperCase() };
  for (let after: string | null = null; found.length < flags.limit;) {
    const first = Math.min(MEMBERS_PAGE, flags.limit - found.length);
    const { segment }: MembersPage = await client.query(MEMBERS, { ...which, first, after });
    if (segment === null)
      throw clientErrors.CLIENT_REFUSED({
        reason: `there is no segment "${key}"`,
        remoteCode: 'SEGMENT_NOT_FOUND',
        remoteKind: 'not-found',
      });
    found.push(...segment.members.nodes);
    after = segment.members.pageInfo.endCursor;
    if (!segment.members.pageInfo.hasNextPage) break;
  }
  await client.close();
  const rows = found.map(({ profile, enteredAt, cause }) => [
    profile.canonicalId,
    enteredAt ?? '–',
    cause?.toLowerCase() ?? '–',
  ]);
  return { found, text: textTable(['who', 'since', 'cause'], rows) };
}
