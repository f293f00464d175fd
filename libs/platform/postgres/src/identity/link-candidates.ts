import { sql } from 'kysely';
import { z } from 'zod';
import {
  LINK_STATES,
  LINK_VERDICTS,
  profileIdSchema,
  runIdSchema,
  type LinkCandidateFilter,
  type LinkCandidateRecord,
  type Page,
  type PageRequest,
} from '@kohort/kernel-contracts';
import { defineErrors } from '@kohort/kernel-errors';
import { commandErrors } from '../commands/command.errors';
import { ms, msOrNull } from '../read/columns';
import { reading, type Scope } from '../read/deadline';
import { listOf, parseCursor, toPage, uuidsOf } from '../read/paging';
import type { Deciding } from './decide-people';
import { keptApart } from './kept-apart';

const linkErrors = defineErrors({
  IDENTITY_LINK_ACCEPTED: {
    kind: 'conflict',
    message: () => 'this pair was accepted and merged: take the merge back instead',
  },
});

const evidence = z.array(z.object({ trait: z.string(), level: z.string(), weight: z.number() }));
const state = z.enum(LINK_STATES);
const verdict = z.enum(LINK_VERDICTS);

interface CandidateRow {
  readonly profile_a: string;
  readonly profile_b: string;
  readonly probability: number;
  readonly weight: number;
  readonly verdict: string;
  readonly evidence: unknown;
  readonly shown: string;
  readonly run_id: string;
  readonly found_at: Date;
  readonly decided_by: string | null;
  readonly decided_at: Date | null;
}

const toCandidate = (row: CandidateRow): LinkCandidateRecord => ({
  profileIds: [profileIdSchema.parse(row.profile_a), profileIdSchema.parse(row.profile_b)],
  probability: row.probability,
  weight: row.weight,
  verdict: verdict.parse(row.verdict),
  evidence: evidence.parse(row.evidence),
  state: state.parse(row.shown),
  runId: runIdSchema.parse(row.run_id),
  foundAt: ms(row.found_at),
  decidedBy: row.decided_by,
  decidedAt: msOrNull(row.decided_at),
});

/** Pairs as they are shown: an open one of whom one stands no more is gone; one that was kept apart since is rejected. */
const shownPairs = (workspaceId: string) => sql`(
  select c.*, case when c.state <> 'open' then c.state when exists (
      select 1 from profile p where p.workspace_id = c.workspace_id and p.id in (c.profile_a, c.profile_b)
        and (p.merged_into is not null or p.suppressed_at is not null)) then 'gone'
    when k.a is not null then 'rejected' else 'open' end as shown
  from link_candidate c left join ${keptApart(workspaceId)} as k on k.a = c.profile_a and k.b = c.profile_b
  where c.workspace_id = ${workspaceId}::uuid)`;

const cursorPair = z.tuple([z.string().regex(/^-?\d{1,20}(\.\d{1,30})?(e[+-]?\d{1,3})?$/), z.uuid(), z.uuid()]);

/** See `WorkspaceIdentity.linkCandidates`. The weight orders as the probability does, and tells more of them apart. */
export async function linkCandidates(
  scope: Scope,
  filter: LinkCandidateFilter,
  request: PageRequest,
): Promise<Page<LinkCandidateRecord>> {
  const mark = listOf(scope, 'linkCandidates');
  const after = parseCursor(request.after, cursorPair, mark);
  const behind = after
    ? sql`and (weight, profile_a, profile_b) < (${after[0]}::float8, ${after[1]}::uuid, ${after[2]}::uuid)`
    : sql``;
  const isState = filter.state === null ? sql`` : sql`and shown = ${filter.state}`;
  const isLikely = filter.minProbability === null ? sql`` : sql`and probability >= ${filter.minProbability}::float8`;
  const { rows } = await reading(scope, (tx) =>
    sql<CandidateRow>`
      select * from ${shownPairs(scope.workspaceId)} as pairs where true ${behind} ${isState} ${isLikely}
      order by weight desc, profile_a desc, profile_b desc limit ${request.first + 1}`.execute(tx),
  );
  return toPage(rows, {
    request,
    list: mark,
    node: toCandidate,
    cursor: (row) => [String(row.weight), row.profile_a, row.profile_b],
  });
}

type Decider = Pick<Deciding, 'tx' | 'workspaceId' | 'actor'>;

/** Holds a pair, named in any order, until the transaction ends. Throws COMMAND_NOT_FOUND. */
export async function candidateOf(
  { tx, workspaceId }: Omit<Decider, 'actor'>,
  profileIds: readonly [string, string],
): Promise<LinkCandidateRecord> {
  const [a, b] = uuidsOf(profileIds);
  if (a === undefined || b === undefined) throw commandErrors.COMMAND_NOT_FOUND({ what: 'pair' });
  const isPair = sql`profile_a = least(${a}::uuid, ${b}::uuid) and profile_b = greatest(${a}::uuid, ${b}::uuid)`;
  await sql`select 1 from link_candidate where workspace_id = ${workspaceId}::uuid and ${isPair} for update`.execute(
    tx,
  );
  const found = await sql<CandidateRow>`select * from ${shownPairs(workspaceId)} as pairs where ${isPair}`.execute(tx);
  const [row] = found.rows;
  if (!row) throw commandErrors.COMMAND_NOT_FOUND({ what: 'pair' });
  return toCandidate(row);
}

/** Writes what was decided about a pair; the first to decide so stays named. */
export async function decideCandidate(
  decider: Decider,
  profileIds: readonly [string, string],
  to: 'accepted' | 'rejected',
): Promise<LinkCandidateRecord> {
  const [a, b] = profileIds;
  await sql`
    update link_candidate set state = ${to}, decided_by = ${decider.actor}, decided_at = now()
    where workspace_id = ${decider.workspaceId}::uuid and state <> ${to}
      and profile_a = least(${a}::uuid, ${b}::uuid) and profile_b = greatest(${a}::uuid, ${b}::uuid)
    `.execute(decider.tx);
  return candidateOf(decider, profileIds);
}

/** See `WorkspaceIdentity.rejectLink`. Throws COMMAND_NOT_FOUND, IDENTITY_LINK_ACCEPTED. */
export async function rejectLink(
  decider: Decider,
  profileIds: readonly [string, string],
): Promise<LinkCandidateRecord> {
  const found = await candidateOf(decider, profileIds);
  if (found.state === 'accepted') throw linkErrors.IDENTITY_LINK_ACCEPTED();
  return decideCandidate(decider, profileIds, 'rejected');
}

/** A merge by linkage was taken back: that its pair is not one is kept in mind. */
export async function forgetAccepted(decider: Decider, pair: readonly [string, string | null]): Promise<void> {
  const [a, b] = pair;
  await sql`
    update link_candidate set state = 'rejected', decided_by = ${decider.actor}, decided_at = now()
    where workspace_id = ${decider.workspaceId}::uuid and state = 'accepted'
      and profile_a = least(${a}::uuid, ${b}::uuid) and profile_b = greatest(${a}::uuid, ${b}::uuid)
    `.execute(decider.tx);
}
