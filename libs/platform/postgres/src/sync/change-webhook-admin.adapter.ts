import { isDeepStrictEqual } from 'node:util';
import { sql, type RawBuilder } from 'kysely';
import type { Clock } from '@kohort/kernel-clock-random';
import type { ChangeStart, ChangeWebhookAdmin, ChangeWebhookRecord, NewChangeWebhook } from '@kohort/kernel-contracts';
import { idForRequest, requireSameRequest } from '../commands/make-once';
import type { Database, WorkspaceTransaction } from '../database';
import { logEpoch, logHorizon } from '../read-log';
import { positionOf } from '../read/change-rows';
import { reading, writing, type Scope } from '../read/deadline';
import { cursorInstantUuid, listOf, parseCursor, toPage, uuidsOf } from '../read/paging';
import { changeWebhookErrors, toWebhook, webhookColumns, type WebhookRow } from './change-webhook-rows';

async function one(tx: WorkspaceTransaction, scope: Scope, id: string): Promise<ChangeWebhookRecord> {
  const [known] = uuidsOf([id]);
  const { rows } = await sql<WebhookRow>`select ${webhookColumns} from change_webhook
    where workspace_id = ${scope.workspaceId} and id = ${known ?? null}::uuid`.execute(tx);
  const [row] = rows;
  if (!row) throw changeWebhookErrors.CHANGE_WEBHOOK_MISSING();
  return toWebhook(row);
}

/** Where an endpoint begins in the log, and whether members go before it. */
async function startOf(tx: WorkspaceTransaction, start: ChangeStart | undefined) {
  if (start !== undefined && start !== 'members') {
    return { ...positionOf(start.after.order), epoch: start.after.epoch, members_after: null };
  }
  const { xid, seq } = await logHorizon(tx);
  return { xid, seq, epoch: await logEpoch(tx), members_after: start === 'members' ? '' : null };
}

function create(
  scope: Scope,
  webhook: NewChangeWebhook,
  of: { readonly idempotencyKey: string | null; readonly seal: (id: string) => Uint8Array },
) {
  const id = idForRequest(scope.workspaceId, 'createChangeWebhook', of.idempotencyKey);
  const { url, segmentId, kinds } = webhook;
  return writing(scope, async (tx) => {
    const place = await startOf(tx, webhook.start);
    const made = await tx
      .insertInto('change_webhook')
      .values({
        ...{ workspace_id: scope.workspaceId, id, url, segment_id: segmentId, kinds: kinds ? [...kinds] : null },
        ...{ ...place, secrets: Buffer.from(of.seal(id)), error_code: null, error_message: null, run_id: null },
      })
      .onConflict((conflict) => conflict.columns(['workspace_id', 'id']).doNothing())
      .returning('id')
      .executeTakeFirst();
    const record = await one(tx, scope, id);
    requireSameRequest(record.url === url && record.segmentId === segmentId && isDeepStrictEqual(record.kinds, kinds));
    return { record, fresh: made !== undefined };
  });
}

/** Changes a row and answers it. */
function change(scope: Scope, id: string, set: (tx: WorkspaceTransaction) => Promise<RawBuilder<unknown>>) {
  return writing(scope, async (tx) => {
    await one(tx, scope, id);
    await sql`update change_webhook set ${await set(tx)}
      where workspace_id = ${scope.workspaceId} and id = ${id}::uuid`.execute(tx);
    return one(tx, scope, id);
  });
}

const ACTIVE = sql`status = 'active', next_at = now(), failures = 0, error_code = null, error_message = null`;

/** An endpoint goes on where it stood, unless the log has begun anew: then from now on. */
async function resumed(tx: WorkspaceTransaction, start?: 'members'): Promise<RawBuilder<unknown>> {
  const { xid, seq } = await logHorizon(tx);
  const epoch = await logEpoch(tx);
  if (start === 'members') {
    return sql`${ACTIVE}, xid = ${xid}::xid8, seq = ${seq}::bigint, epoch = ${epoch}, members_after = ''`;
  }
  return sql`${ACTIVE},
    members_after = case when epoch = ${epoch} or members_after is null then members_after else '' end,
    xid = case when epoch = ${epoch} then xid else ${xid}::xid8 end,
    seq = case when epoch = ${epoch} then seq else ${seq}::bigint end, epoch = ${epoch}`;
}

/** The endpoints of workspaces, as people set them up. */
export function changeWebhookAdmin(parts: { readonly database: Database; readonly clock: Clock }): ChangeWebhookAdmin {
  return {
    forWorkspace(workspaceId, deadlineMs) {
      const scope: Scope = { ...parts, workspaceId, deadlineMs };
      return {
        async list(request) {
          const mark = listOf(scope, 'changeWebhooks');
          const after = parseCursor(request.after, cursorInstantUuid, mark);
          const behind = after ? sql`and (created_at, id) > (${after[0]}::timestamptz, ${after[1]}::uuid)` : sql``;
          const { rows } = await reading(scope, (tx) =>
            sql<WebhookRow>`select ${webhookColumns} from change_webhook where workspace_id = ${workspaceId} ${behind}
              order by created_at, id limit ${request.first + 1}`.execute(tx),
          );
          return toPage(rows, { request, list: mark, node: toWebhook, cursor: (row) => [row.created_text, row.id] });
        },
        create: (webhook, idempotencyKey, seal) => create(scope, webhook, { idempotencyKey, seal }),
        rotate: (id, reseal) =>
          change(scope, id, async (tx) => {
            const row = await tx
              .selectFrom('change_webhook')
              .select('secrets')
              .where('workspace_id', '=', workspaceId)
              .where('id', '=', id)
              .forUpdate()
              .executeTakeFirstOrThrow();
            return sql`secrets = ${Buffer.from(reseal(row.secrets))}`;
          }),
        pause: (id) => change(scope, id, async () => sql`status = 'paused', next_at = null`),
        resume: (id, start) => change(scope, id, (tx) => resumed(tx, start)),
        remove: (id) =>
          writing(scope, async (tx) => {
            await one(tx, scope, id);
            await sql`delete from change_webhook where workspace_id = ${workspaceId} and id = ${id}::uuid`.execute(tx);
          }),
      };
    },
  };
}
