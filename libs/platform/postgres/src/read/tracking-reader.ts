import { sql } from 'kysely';
import { z } from 'zod';
import {
  PLAN_ACTIONS,
  PLAN_RULES,
  sourceIdSchema,
  type TrackingReader,
  type ViolationRecord,
} from '@kohort/kernel-contracts';
import { alertColumns, toAlert, type AlertRow } from '../tracking/alert-rows';
import { PLAN_COLUMNS, toPlan, type PlanRow } from '../tracking/plan-rows';
import { quarantineColumns, quarantineWhere, toQuarantined, type QuarantineRow } from '../tracking/quarantine-rows';
import { reading, type Scope } from './deadline';
import { ledgerReader } from './ledger-reader';
import { cursorInstantUuid, listOf, parseCursor, toPage, uuidsOf } from './paging';

const planColumns = sql.raw(PLAN_COLUMNS.join(', '));
/** Versions by their plan (the workspace's first), the newest first. */
const planCursor = z.tuple([z.string().regex(/^(|[0-9a-f-]{36})$/), z.string().regex(/^\d{1,9}$/)]);

function plans(scope: Scope): Pick<TrackingReader, 'plans' | 'plan' | 'planOf'> {
  const one = async (where: ReturnType<typeof sql>) => {
    const { rows } = await reading(scope, (tx) =>
      sql<PlanRow>`select ${planColumns} from tracking_plan
        where workspace_id = ${scope.workspaceId} ${where} limit 1`.execute(tx),
    );
    return rows[0] ? toPlan(rows[0]) : null;
  };
  return {
    async plans(filter, request) {
      const mark = listOf(scope, 'trackingPlans');
      const after = parseCursor(request.after, planCursor, mark);
      const place = sql`coalesce(source_id::text, '')`;
      const behind = after
        ? sql`and (${place} > ${after[0]} or (${place} = ${after[0]} and version < ${Number(after[1])}))`
        : sql``;
      const source =
        filter.sourceId === undefined ? sql`` : sql`and source_id is not distinct from ${filter.sourceId}::uuid`;
      const status = filter.status === undefined ? sql`` : sql`and status = ${filter.status}`;
      const origin = filter.origin === undefined ? sql`` : sql`and origin = ${filter.origin}`;
      const { rows } = await reading(scope, (tx) =>
        sql<PlanRow>`select ${planColumns} from tracking_plan
          where workspace_id = ${scope.workspaceId} ${source} ${status} ${origin} ${behind}
          order by ${place}, version desc limit ${request.first + 1}`.execute(tx),
      );
      return toPage(rows, {
        request,
        list: mark,
        node: toPlan,
        cursor: (row) => [row.source_id ?? '', String(row.version)],
      });
    },
    plan: async (id) => (uuidsOf([id]).length === 0 ? null : one(sql`and id = ${id}::uuid`)),
    planOf: (sourceId, version) => {
      const which = version === null ? sql`and status = 'approved'` : sql`and version = ${version}`;
      return one(sql`and source_id is not distinct from ${sourceId}::uuid ${which}`);
    },
  };
}

interface ViolationRow {
  source_id: string;
  event: string;
  plan_id: string;
  plan_version: number;
  rule: string;
  action: string;
  at: Date | null;
  messages: string;
}

const rule = z.enum(PLAN_RULES);
const action = z.enum(PLAN_ACTIONS);
const violationCursor = z.tuple([
  z.uuid(),
  z.string().max(400),
  z.string().regex(/^[0-9a-f-]{36} [a-z_]{1,40} [a-z]{1,10}$/),
  z.string().regex(/^(|\d{4}-[0-9T:.Z-]{5,30})$/),
]);

const toViolation = (row: ViolationRow): ViolationRecord => ({
  sourceId: sourceIdSchema.parse(row.source_id),
  event: row.event,
  planId: row.plan_id,
  planVersion: row.plan_version,
  rule: rule.parse(row.rule),
  action: action.parse(row.action),
  at: row.at === null ? null : row.at.getTime(),
  messages: Number(row.messages),
});

function violations(scope: Scope): Pick<TrackingReader, 'violations'> {
  return {
    async violations(filter, request) {
      const mark = listOf(scope, 'violations', filter.step);
      const after = parseCursor(request.after, violationCursor, mark);
      const at = filter.step === undefined ? sql`null::timestamptz` : sql`date_trunc(${sql.lit(filter.step)}, v.hour)`;
      const place = sql`(v.source_id, v.event, v.plan_id::text || ' ' || v.rule || ' ' || v.action, coalesce(${at}, 'epoch'))`;
      const behind = after
        ? sql`having ${place} > (${after[0]}::uuid, ${after[1]}, ${after[2]}, ${after[3] === '' ? '1970-01-01T00:00:00Z' : after[3]}::timestamptz)`
        : sql``;
      const narrowed = [
        filter.sourceId === undefined ? sql`` : sql`and v.source_id = ${filter.sourceId}::uuid`,
        filter.event === undefined ? sql`` : sql`and v.event = ${filter.event}`,
        filter.rule === undefined ? sql`` : sql`and v.rule = ${filter.rule}`,
        filter.fromMs === undefined ? sql`` : sql`and v.hour >= ${new Date(filter.fromMs)}::timestamptz`,
        filter.toMs === undefined ? sql`` : sql`and v.hour < ${new Date(filter.toMs)}::timestamptz`,
      ];
      const { rows } = await reading(scope, (tx) =>
        sql<ViolationRow>`
          select v.source_id, v.event, v.plan_id, p.version as plan_version, v.rule, v.action, ${at} as at,
            sum(v.count) as messages
          from plan_violation_hour v
          join tracking_plan p on p.workspace_id = v.workspace_id and p.id = v.plan_id
          where v.workspace_id = ${scope.workspaceId} ${sql.join(narrowed, sql` `)}
          group by v.source_id, v.event, v.plan_id, p.version, v.rule, v.action, 7 ${behind}
          order by ${place} limit ${request.first + 1}`.execute(tx),
      );
      return toPage(rows, {
        request,
        list: mark,
        node: toViolation,
        cursor: (row) => [
          row.source_id,
          row.event,
          `${row.plan_id} ${row.rule} ${row.action}`,
          row.at?.toISOString() ?? '',
        ],
      });
    },
  };
}

function lists(scope: Scope): Pick<TrackingReader, 'quarantined' | 'alerts'> {
  return {
    async quarantined(filter, request) {
      const mark = listOf(scope, 'quarantined');
      const after = parseCursor(request.after, cursorInstantUuid, mark);
      const behind = after ? sql`and (received_at, id) > (${after[0]}::timestamptz, ${after[1]}::uuid)` : sql``;
      const { rows } = await reading(scope, (tx) =>
        sql<QuarantineRow>`select ${quarantineColumns} from refused_event
          where workspace_id = ${scope.workspaceId} ${quarantineWhere(filter)} ${behind}
          order by received_at, id limit ${request.first + 1}`.execute(tx),
      );
      return toPage(rows, { request, list: mark, node: toQuarantined, cursor: (row) => [row.received_text, row.id] });
    },
    async alerts(filter, request) {
      const mark = listOf(scope, 'alerts');
      const after = parseCursor(request.after, cursorInstantUuid, mark);
      const behind = after ? sql`and (opened_at, id) < (${after[0]}::timestamptz, ${after[1]}::uuid)` : sql``;
      const state = filter.state === undefined ? sql`` : sql`and state = ${filter.state}`;
      const kind = filter.kind === undefined ? sql`` : sql`and kind = ${filter.kind}`;
      const source = filter.sourceId === undefined ? sql`` : sql`and source_id = ${filter.sourceId}::uuid`;
      const { rows } = await reading(scope, (tx) =>
        sql<AlertRow>`select ${alertColumns} from volume_alert
          where workspace_id = ${scope.workspaceId} ${state} ${kind} ${source} ${behind}
          order by opened_at desc, id desc limit ${request.first + 1}`.execute(tx),
      );
      return toPage(rows, { request, list: mark, node: toAlert, cursor: (row) => [row.opened_text, row.id] });
    },
  };
}

/** Plans, what they found, quarantine, alerts and the books. */
export function trackingReader(scope: Scope): TrackingReader {
  return { ...plans(scope), ...violations(scope), ...lists(scope), ...ledgerReader(scope) };
}
