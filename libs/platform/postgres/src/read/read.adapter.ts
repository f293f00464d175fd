import type { Clock } from '@kohort/kernel-clock-random';
import type { ReadPort, WorkspaceReader } from '@kohort/kernel-contracts';
import type { Database } from '../database';
import { accountReader } from './account-reader';
import { backlog } from './backlog';
import { reading, type Scope } from './deadline';
import { jobReader } from './job-reader';
import { readLineage } from './lineage-reader';
import { modelReader } from './model-reader';
import { profileReader } from './profile-reader';
import { qualityReader } from './quality-reader';
import { clusterLife } from './cluster-life';
import { segmentFigures } from './segment-figures';
import { segmentReader } from './segment-reader';
import { sourceConnectionReader } from './source-connection-reader';
import { sourceReader } from './source-reader';
import { syncReader } from './sync-reader';
import { trackingReader } from './tracking-reader';
import { WORKSPACE_COLUMNS, toWorkspace } from './workspace-row';

function workspaceReader(scope: Scope): WorkspaceReader {
  return {
    workspace: async () => {
      const row = await reading(scope, (tx) =>
        tx
          .selectFrom('workspace')
          .select(WORKSPACE_COLUMNS)
          .where('workspace_id', '=', scope.workspaceId)
          .executeTakeFirst(),
      );
      return row ? toWorkspace(row) : null;
    },
    backlog: () => backlog(scope),
    lineage: () => readLineage(scope),
    ...sourceReader(scope),
    ...sourceConnectionReader(scope),
    segments: segmentReader(scope),
    segmentFigures: segmentFigures(scope),
    clusterLife: clusterLife(scope),
    profiles: profileReader(scope),
    accounts: accountReader(scope),
    models: modelReader(scope),
    syncs: syncReader(scope),
    jobs: jobReader(scope),
    quality: qualityReader(scope),
    tracking: trackingReader(scope),
  };
}

/** The read side of the API over PostgreSQL; see the port for what a caller may rely on. */
export function readAdapter(parts: { readonly database: Database; readonly clock: Clock }): ReadPort {
  return { forWorkspace: (workspaceId, deadlineMs) => workspaceReader({ ...parts, workspaceId, deadlineMs }) };
}
