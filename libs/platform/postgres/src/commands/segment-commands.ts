import { sql } from 'kysely';
import {
  segmentIdSchema,
  type JobRecord,
  type Made,
  type NewSegment,
  type SegmentRecord,
  type SegmentWords,
  type WorkspaceCommands,
} from '@kohort/kernel-contracts';
import type { WorkspaceTransaction } from '../database';
import { writing, type Scope } from '../read/deadline';
import { SEGMENT_COLUMNS, toSegment } from '../read/segment-reader';
import { commandErrors } from './command.errors';
import { idForRequest, orTaken, requireSameRequest } from './make-once';
import { insertRun } from './run-commands';

/** The segment's row, held until commit: versions are numbered and states changed one at a time. */
async function heldSegment(
  tx: WorkspaceTransaction,
  scope: Scope,
  value: string,
  by: 'key' | 'id' = 'key',
): Promise<SegmentRecord> {
  const row = await tx
    .selectFrom('segment')
    .select(SEGMENT_COLUMNS)
    .where('workspace_id', '=', scope.workspaceId)
    .where(by, '=', value)
    .forUpdate()
    .executeTakeFirst();
  if (!row) throw commandErrors.COMMAND_NOT_FOUND({ what: 'segment' });
  return toSegment(row);
}

async function addVersion(
  tx: WorkspaceTransaction,
  scope: Scope,
  version: { segmentId: string; number: number; rule: unknown; hash: Uint8Array; author: string | null },
): Promise<void> {
  await tx
    .insertInto('segment_version')
    .values({
      workspace_id: scope.workspaceId,
      segment_id: version.segmentId,
      version: version.number,
      rule: JSON.stringify(version.rule),
      rule_hash: Buffer.from(version.hash),
      author: version.author,
    })
    .execute();
}

async function latestVersion(
  tx: WorkspaceTransaction,
  scope: Scope,
  segmentId: string,
): Promise<{ version: number; rule_hash: Buffer } | undefined> {
  return tx
    .selectFrom('segment_version')
    .select(['version', 'rule_hash'])
    .where('workspace_id', '=', scope.workspaceId)
    .where('segment_id', '=', segmentId)
    .orderBy('version', 'desc')
    .limit(1)
    .executeTakeFirst();
}

/** Hash of the rule that a segment was made with. */
async function firstRuleHash(tx: WorkspaceTransaction, scope: Scope, segmentId: string): Promise<Buffer> {
  const { rule_hash } = await tx
    .selectFrom('segment_version')
    .select('rule_hash')
    .where('workspace_id', '=', scope.workspaceId)
    .where('segment_id', '=', segmentId)
    .where('version', '=', 1)
    .executeTakeFirstOrThrow();
  return rule_hash;
}

function createSegment(scope: Scope, segment: NewSegment, idempotencyKey: string | null): Promise<Made<SegmentRecord>> {
  const id = idForRequest(scope.workspaceId, 'createSegment', idempotencyKey);
  return orTaken('segment', segment.key, () =>
    writing(scope, async (tx) => {
      const made = await tx
        .insertInto('segment')
        .values({
          workspace_id: scope.workspaceId,
          id,
          key: segment.key,
          name: segment.name,
          kind: segment.kind,
          purpose: segment.purpose,
          description: segment.description,
          tags: [...segment.tags],
        })
        .onConflict((conflict) => conflict.columns(['workspace_id', 'id']).doNothing())
        .returning('id')
        .executeTakeFirst();
      if (made) {
        await addVersion(tx, scope, {
          segmentId: id,
          number: 1,
          rule: segment.rule,
          hash: segment.ruleHash,
          author: segment.author,
        });
      }
      // By its id: what the idempotency key made before may be called by another key.
      const record = await heldSegment(tx, scope, id, 'id');
      requireSameRequest(
        record.key === segment.key &&
          record.name === segment.name &&
          record.kind === segment.kind &&
          record.purpose === segment.purpose &&
          record.description === segment.description &&
          record.tags.join('\n') === segment.tags.join('\n') &&
          (await firstRuleHash(tx, scope, id)).equals(segment.ruleHash),
      );
      return { record, fresh: made !== undefined };
    }),
  );
}

function draftVersion(
  scope: Scope,
  key: string,
  draft: Parameters<WorkspaceCommands['draftSegmentVersion']>[1],
): Promise<SegmentRecord> {
  return writing(scope, async (tx) => {
    const segment = await heldSegment(tx, scope, key);
    if (segment.status === 'archived') throw commandErrors.COMMAND_SEGMENT_ARCHIVED();
    const latest = await latestVersion(tx, scope, segment.id);
    // The same rule again is the same version: a repeated call adds nothing.
    if (!latest?.rule_hash.equals(draft.ruleHash)) {
      const { afterVersion: expected = null } = draft;
      if (expected !== null && latest?.version !== expected)
        throw commandErrors.COMMAND_VERSION_MOVED({ expected, latest: latest?.version ?? 0 });
      const number = (latest?.version ?? 0) + 1;
      await addVersion(tx, scope, {
        segmentId: segment.id,
        number,
        rule: draft.rule,
        hash: draft.ruleHash,
        author: draft.author,
      });
    }
    return segment;
  });
}

function publishSegment(
  scope: Scope,
  target: {
    readonly key: string;
    readonly version: number | null;
    readonly released: boolean;
    readonly servedBefore?: boolean;
  },
  idempotencyKey: string | null,
): Promise<JobRecord> {
  return writing(scope, async (tx) => {
    const segment = await heldSegment(tx, scope, target.key);
    if (segment.status === 'archived') throw commandErrors.COMMAND_SEGMENT_ARCHIVED();
    const version = target.version ?? (await latestVersion(tx, scope, segment.id))?.version ?? 0;
    const found = await tx
      .selectFrom('segment_version')
      .select(['version', 'discarded_at', 'published_at'])
      .where('workspace_id', '=', scope.workspaceId)
      .where('segment_id', '=', segment.id)
      .where('version', '=', version)
      .executeTakeFirst();
    if (!found) throw commandErrors.COMMAND_NOT_FOUND({ what: 'version of this segment' });
    if (found.discarded_at !== null) throw commandErrors.COMMAND_VERSION_DISCARDED({ version });
    if (target.servedBefore && found.published_at === null)
      throw commandErrors.COMMAND_VERSION_NEVER_SERVED({ version });
    const job = await insertRun(tx, scope, {
      job: 'segments.backfill',
      params: {
        segmentId: segmentIdSchema.parse(segment.id),
        version,
        ...(target.released ? { released: true } : {}),
      },
      idempotencyKey,
    });
    // The old version serves until the new one is complete; only one that serves nothing yet shows that it is filling.
    if (segment.liveVersion === null && job.status === 'queued') {
      await tx
        .updateTable('segment')
        .set({ status: 'backfilling' })
        .where('workspace_id', '=', scope.workspaceId)
        .where('id', '=', segment.id)
        .execute();
    }
    return job;
  });
}

function describeSegment(scope: Scope, key: string, words: SegmentWords): Promise<SegmentRecord> {
  return writing(scope, async (tx) => {
    const segment = await heldSegment(tx, scope, key);
    const { name = segment.name, description = segment.description, tags = segment.tags } = words;
    await tx
      .updateTable('segment')
      .set({ name, description, tags: [...tags] })
      .where('workspace_id', '=', scope.workspaceId)
      .where('id', '=', segment.id)
      .execute();
    return { ...segment, name, description, tags };
  });
}

function scheduleSegment(scope: Scope, key: string, everyMinutes: number | null): Promise<SegmentRecord> {
  return writing(scope, async (tx) => {
    const segment = await heldSegment(tx, scope, key);
    if (segment.status === 'archived') throw commandErrors.COMMAND_SEGMENT_ARCHIVED();
    // A repeat moves no slot.
    await sql`update segment set refresh_minutes = ${everyMinutes}::int,
        refresh_at = now() + make_interval(mins => ${everyMinutes}::int), refresh_asked_at = null
      where workspace_id = ${scope.workspaceId} and id = ${segment.id}
        and refresh_minutes is distinct from ${everyMinutes}::int`.execute(tx);
    return { ...segment, refreshMinutes: everyMinutes };
  });
}

function discardVersion(scope: Scope, key: string, version: number | null): Promise<SegmentRecord> {
  return writing(scope, async (tx) => {
    const segment = await heldSegment(tx, scope, key);
    const { rows } = await sql<{ version: number }>`
      update segment_version
      -- What serves goes on serving: only the count that was held is given up.
      set discarded_at = case when version is distinct from ${segment.liveVersion}::int then now() end, held = null
      where workspace_id = ${scope.workspaceId} and segment_id = ${segment.id} and held is not null
        and (${version}::int is null or version = ${version}::int)
      returning version`.execute(tx);
    if (rows.length === 0) throw commandErrors.COMMAND_VERSION_NOT_HELD();
    return segment;
  });
}

/** Keys of segments whose rules name one, in the version that serves or in one that is being filled; at most ten. */
async function namedBy(tx: WorkspaceTransaction, scope: Scope, key: string): Promise<readonly string[]> {
  const { rows } = await sql<{ key: string }>`
    select s.key from segment s
    where s.workspace_id = ${scope.workspaceId} and s.status <> 'archived' and s.key <> ${key} and exists (
      select 1 from segment_version v
      where v.workspace_id = s.workspace_id and v.segment_id = s.id
        and jsonb_path_exists(v.rule, '$.**.segment.key ? (@ == $key)', jsonb_build_object('key', ${key}::text))
        and (v.version = s.live_version or exists (
          select 1 from run r
          where r.workspace_id = s.workspace_id and r.job = 'segments.backfill' and r.status in ('queued', 'running')
            and r.params ->> 'segmentId' = s.id::text and (r.params ->> 'version')::int = v.version)))
    order by s.key limit 10`.execute(tx);
  return rows.map((row) => row.key);
}

function archiveSegment(scope: Scope, key: string, isReleased: boolean): Promise<SegmentRecord> {
  return writing(scope, async (tx) => {
    const segment = await heldSegment(tx, scope, key);
    if (segment.status !== 'archived' && !isReleased) {
      const by = await namedBy(tx, scope, key);
      if (by.length > 0)
        throw commandErrors.COMMAND_SEGMENT_NAMED({ key, by: by.map((name) => `"${name}"`).join(', ') });
    }
    await sql`update segment set status = 'archived', refresh_minutes = null, refresh_at = null
      where workspace_id = ${scope.workspaceId} and id = ${segment.id}`.execute(tx);
    const latest = await latestVersion(tx, scope, segment.id);
    await insertRun(tx, scope, {
      job: 'segments.backfill',
      params: {
        segmentId: segmentIdSchema.parse(segment.id),
        version: segment.liveVersion ?? latest?.version ?? 1,
        emptied: true,
      },
      idempotencyKey: `archive:${segment.id}`,
    });
    return { ...segment, status: 'archived', refreshMinutes: null };
  });
}

type SegmentCommands = Pick<
  WorkspaceCommands,
  | 'createSegment'
  | 'draftSegmentVersion'
  | 'describeSegment'
  | 'scheduleSegment'
  | 'publishSegment'
  | 'archiveSegment'
  | 'rollbackSegment'
  | 'discardSegmentVersion'
>;

/** What may be done to segments. Their membership is never written here: it follows from the back-fill. */
export function segmentCommands(scope: Scope): SegmentCommands {
  return {
    createSegment: (segment, idempotencyKey) => createSegment(scope, segment, idempotencyKey),
    draftSegmentVersion: (key, draft) => draftVersion(scope, key, draft),
    scheduleSegment: (key, everyMinutes) => scheduleSegment(scope, key, everyMinutes),
    describeSegment: (key, words) => describeSegment(scope, key, words),
    rollbackSegment: (target, idempotencyKey) =>
      publishSegment(scope, { ...target, servedBefore: true }, idempotencyKey),
    discardSegmentVersion: (key, version) => discardVersion(scope, key, version),
    publishSegment: (target, idempotencyKey) => publishSegment(scope, target, idempotencyKey),
    archiveSegment: (key, options) => archiveSegment(scope, key, options?.released ?? false),
  };
}
