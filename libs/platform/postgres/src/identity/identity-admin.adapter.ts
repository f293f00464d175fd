import { isDeepStrictEqual } from 'node:util';
import { sql } from 'kysely';
import { z } from 'zod';
import {
  profileIdSchema,
  type EventId,
  type IdentityAdmin,
  type MergeRecord,
  type Page,
  type PageRequest,
  type RiskRecord,
  type RulesRecord,
  type SourceId,
} from '@kohort/kernel-contracts';
import type { Clock } from '@kohort/kernel-clock-random';
import { commandErrors } from '../commands/command.errors';
import type { Database } from '../database';
import { jsonOf, ms, msOrNull } from '../read/columns';
import { reading, writing, type Scope } from '../read/deadline';
import { cursorInstantUuid, cursorNumber, listOf, parseCursor, toPage, uuidsOf } from '../read/paging';
import { lockGraph } from './active-rules';
import { mergeProfiles, unmerge } from './decide-people';
import { acceptLink } from './accept-link';
import { linkCandidates, rejectLink } from './link-candidates';

interface RulesRow {
  readonly version: number;
  readonly rules: unknown;
  readonly status: RulesRecord['status'];
  readonly note: string | null;
  readonly saved_by: string;
  readonly saved_at: Date;
  readonly applied_at: Date | null;
}

const rulesColumns = sql.raw('version, rules, status, note, saved_by, saved_at, applied_at');

const toRules = (row: RulesRow): RulesRecord => ({
  version: row.version,
  rules: jsonOf(row.rules),
  status: row.status,
  note: row.note,
  savedBy: row.saved_by,
  savedAt: ms(row.saved_at),
  appliedAt: msOrNull(row.applied_at),
});

async function oneRules(scope: Scope, condition: ReturnType<typeof sql>): Promise<RulesRecord | null> {
  const { rows } = await reading(scope, (tx) =>
    sql<RulesRow>`
      select ${rulesColumns} from identity_rules where workspace_id = ${scope.workspaceId} and ${condition}`.execute(
      tx,
    ),
  );
  return rows[0] ? toRules(rows[0]) : null;
}

async function listRules(scope: Scope, request: PageRequest): Promise<Page<RulesRecord>> {
  const mark = listOf(scope, 'identityRules');
  const after = parseCursor(request.after, cursorNumber, mark);
  const behind = after ? sql`and version < ${after[0]}::int` : sql``;
  const { rows } = await reading(scope, (tx) =>
    sql<RulesRow>`
      select ${rulesColumns} from identity_rules where workspace_id = ${scope.workspaceId} ${behind}
      order by version desc limit ${request.first + 1}`.execute(tx),
  );
  return toPage(rows, { request, list: mark, node: toRules, cursor: (row) => [String(row.version)] });
}

function saveRules(
  scope: Scope,
  draft: { readonly rules: unknown; readonly note: string | null; readonly savedBy: string },
): Promise<RulesRecord> {
  return writing(scope, async (tx) => {
    // Versions are counted up one at a time.
    await lockGraph(tx, scope.workspaceId);
    const latest = await sql<RulesRow>`
      select ${rulesColumns} from identity_rules where workspace_id = ${scope.workspaceId}
      order by version desc limit 1`.execute(tx);
    const [last] = latest.rows;
    if (last && isDeepStrictEqual(last.rules, draft.rules)) return toRules(last);
    const made = await sql<RulesRow>`
      insert into identity_rules (workspace_id, version, rules, note, saved_by)
      values (${scope.workspaceId}, ${(last?.version ?? 0) + 1}, ${JSON.stringify(draft.rules)}::jsonb, ${draft.note},
        ${draft.savedBy})
      returning ${rulesColumns}`.execute(tx);
    const [row] = made.rows;
    if (!row) throw commandErrors.COMMAND_NOT_FOUND({ what: 'version' });
    return toRules(row);
  });
}

interface MergeRow {
  readonly id: string;
  readonly kind: MergeRecord['kind'];
  readonly reason: string;
  readonly survivor_id: string;
  readonly absorbed_id: string | null;
  readonly a_type: string | null;
  readonly a_value: string | null;
  readonly b_type: string | null;
  readonly b_value: string | null;
  readonly event_id: EventId | null;
  readonly source_id: SourceId | null;
  readonly source_kind: string | null;
  readonly rules_version: number;
  readonly merged_at: Date;
  readonly merged_text: string;
  readonly detail: string | null;
  readonly actor: string | null;
}

function causeOf(row: MergeRow): MergeRecord['cause'] {
  if (row.reason === 'manual' || row.reason === 'linkage' || row.reason === 'alias') return row.reason;
  return row.source_kind === 'import' ? 'import' : 'event';
}

function toMerge(row: MergeRow): MergeRecord {
  const { a_type, a_value, b_type, b_value } = row;
  const isTold = a_type !== null && a_value !== null && b_type !== null && b_value !== null;
  return {
    id: row.id,
    kind: row.kind,
    cause: causeOf(row),
    survivorId: profileIdSchema.parse(row.survivor_id),
    absorbedId: row.absorbed_id === null ? null : profileIdSchema.parse(row.absorbed_id),
    link: isTold
      ? [
          { type: a_type, value: a_value },
          { type: b_type, value: b_value },
        ]
      : null,
    eventId: row.event_id,
    sourceId: row.source_id,
    rulesVersion: row.rules_version,
    at: ms(row.merged_at),
    detail: row.detail,
    actor: row.actor,
  };
}

async function merges(scope: Scope, profileId: string, request: PageRequest): Promise<Page<MergeRecord>> {
  if (uuidsOf([profileId]).length === 0) return { items: [], hasNextPage: false };
  const mark = listOf(scope, 'merges', profileId);
  const after = parseCursor(request.after, cursorInstantUuid, mark);
  const behind = after ? sql`and (m.merged_at, m.id) < (${after[0]}::timestamptz, ${after[1]}::uuid)` : sql``;
  const { rows } = await reading(scope, (tx) =>
    sql<MergeRow>`
      select m.*, e.source_id, s.kind as source_kind,
        to_char(m.merged_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as merged_text
      from (
        select m.* from merge_log m
        where m.workspace_id = ${scope.workspaceId}
          and (m.survivor_id = ${profileId}::uuid or m.absorbed_id = ${profileId}::uuid) ${behind}
        order by m.merged_at desc, m.id desc limit ${request.first + 1}) as m
      left join event e on e.workspace_id = m.workspace_id and e.id = m.event_id
      left join source s on s.workspace_id = e.workspace_id and s.id = e.source_id
      order by m.merged_at desc, m.id desc`.execute(tx),
  );
  return toPage(rows, { request, list: mark, node: toMerge, cursor: (row) => [row.merged_text, row.id] });
}

interface RiskRow {
  readonly key: string;
  readonly type: string;
  readonly value: string;
  readonly links: number;
  readonly held: number;
  readonly since: Date;
  readonly profile_id: string | null;
  readonly sources: string[] | null;
}

const toRisk = (row: RiskRow): RiskRecord => ({
  key: row.key,
  type: row.type,
  value: row.value,
  links: row.links,
  held: row.held,
  since: ms(row.since),
  profileId: row.profile_id === null ? null : profileIdSchema.parse(row.profile_id),
  sources: row.sources ?? [],
});

const cursorLinksKey = z.tuple([z.string().regex(/^\d{1,9}$/), z.string().regex(/^[0-9a-f]{32}$/)]);

async function risks(scope: Scope, threshold: number, request: PageRequest): Promise<Page<RiskRecord>> {
  const mark = listOf(scope, 'identityRisks');
  const after = parseCursor(request.after, cursorLinksKey, mark);
  const behind = after ? sql`where (links, key) < (${after[0]}::int, ${after[1]})` : sql``;
  const side = (key: string, type: string, value: string) => sql`
    select ${sql.ref(key)} as key, ${sql.ref(type)} as type, ${sql.ref(value)} as value, said_at, state
    from identity_link
    where workspace_id = ${scope.workspaceId} and b_type <> 'previous_id' and cause = 'link' and state <> 'barred'`;
  const { rows } = await reading(scope, (tx) =>
    sql<RiskRow>`
      select r.*, i.profile_id, (
        select array_agg(distinct s.key) from (
          select event_id from identity_link l
          where l.workspace_id = ${scope.workspaceId}
            and (l.a_key = decode(r.key, 'hex') or l.b_key = decode(r.key, 'hex')) and l.event_id is not null
          order by said_at limit 3) f
        join event e on e.workspace_id = ${scope.workspaceId} and e.id = f.event_id
        join source s on s.workspace_id = e.workspace_id and s.id = e.source_id) as sources
      from (
        select * from (
          select encode(key, 'hex') as key, min(type) as type, min(value) as value, count(*)::int as links,
            (count(*) filter (where state = 'held'))::int as held, min(said_at) as since
          from (${side('a_key', 'a_type', 'a_value')} union all ${side('b_key', 'b_type', 'b_value')}) as sides
          group by key having count(*) > ${threshold}) as g ${behind}
        order by links desc, key desc limit ${request.first + 1}) as r
      left join identifier i on i.workspace_id = ${scope.workspaceId} and i.type = r.type and i.value = r.value
      order by r.links desc, r.key desc`.execute(tx),
  );
  return toPage(rows, { request, list: mark, node: toRisk, cursor: (row) => [String(row.links), row.key] });
}

/** Identity rules, merge log and decisions in PostgreSQL. See the port for what a caller may rely on. */
export function identityAdmin(parts: { readonly database: Database; readonly clock: Clock }): IdentityAdmin {
  return {
    forWorkspace(workspaceId, deadlineMs) {
      const scope: Scope = { ...parts, workspaceId, deadlineMs };
      return {
        activeRules: () => oneRules(scope, sql`status = 'active'`),
        rules: (page) => listRules(scope, page),
        rulesOf: (version) => oneRules(scope, sql`version = ${version}`),
        saveRules: (draft) => saveRules(scope, draft),
        merges: (profileId, page) => merges(scope, profileId, page),
        risks: (threshold, page) => risks(scope, threshold, page),
        mergeProfiles: ({ profileIds, actor }, decisionOf) =>
          writing(scope, (tx) => mergeProfiles({ tx, workspaceId, actor, decisionOf }, profileIds)),
        unmerge: ({ mergeId, actor }, decisionOf) =>
          writing(scope, (tx) => unmerge({ tx, workspaceId, actor, decisionOf }, mergeId)),
        linkCandidates: (filter, page) => linkCandidates(scope, filter, page),
        acceptLink: ({ profileIds, actor }, decisionOf) =>
          writing(scope, (tx) => acceptLink({ tx, workspaceId, actor, decisionOf }, profileIds)),
        rejectLink: ({ profileIds, actor }) =>
          writing(scope, (tx) => rejectLink({ tx, workspaceId, actor }, profileIds)),
      };
    },
  };
}
