import type {
  ArtifactStore,
  Fence,
  Json,
  ModelStore,
  NewModelVersion,
  Progress,
  RunContext,
  ScoreRow,
} from '@kohort/kernel-contracts';
import { modelIdSchema, runIdSchema, workspaceIdSchema } from '@kohort/kernel-contracts';
import type { FeatureMatrix } from '../src/dataset.port';
import type { PeopleScored, PeopleToScore } from '../src/score-model.flow';

/** Doubles of the ports for the specs of this folder: they keep what they were told, in the order they were told it. */
export interface Recorded {
  readonly steps: string[];
  readonly versions: NewModelVersion[];
  readonly rows: ScoreRow[];
  readonly artifacts: string[];
  readonly checkpoints: Json[];
}

const workspaceId = workspaceIdSchema.parse('00000000-0000-4000-8000-000000000001');
const runId = runIdSchema.parse('00000000-0000-4000-8000-000000000002');
const modelId = modelIdSchema.parse('00000000-0000-4000-8000-000000000003');

/** A run that has just been started, with a signal of its own. */
export function runContext(abort = new AbortController()): RunContext & { readonly phases: string[] } {
  const phases: string[] = [];
  const fence: Fence = { workspaceId, runId, fence: 1 };
  return {
    fence,
    phases,
    signal: abort.signal,
    onProgress: (progress: Progress) => {
      if (phases.at(-1) !== progress.phase) phases.push(progress.phase);
    },
    run: {
      workspaceId,
      id: runId,
      job: 'models',
      status: 'running',
      params: {},
      progress: null,
      checkpoint: null,
      result: null,
      error: null,
      cancelRequested: false,
      createdAt: 0,
      startedAt: 0,
      finishedAt: null,
    },
  };
}

/** A registry and an artifact store that record. */
export function recordingStores(): { recorded: Recorded; models: ModelStore; artifacts: ArtifactStore } {
  const recorded: Recorded = { steps: [], versions: [], rows: [], artifacts: [], checkpoints: [] };
  const models: ModelStore = {
    ensureModel: async () => modelId,
    served: async () => null,
    clusterKeys: async () => [],
    saveClusterMoves: async () => {
      recorded.steps.push('moves');
      return null;
    },
    openVersion: async (_fence, _model, version) => {
      recorded.steps.push('version');
      recorded.versions.push(version);
      return 7;
    },
    saveCheckpoint: async (_fence, checkpoint) => {
      recorded.steps.push('checkpoint');
      recorded.checkpoints.push(checkpoint);
    },
    saveScores: async (_fence, _at, rows) => {
      recorded.steps.push(`scores ${rows.length}`);
      recorded.rows.push(...rows);
    },
    raiseDamage: async (_fence, _model, people) => void recorded.steps.push(`damage ${people}`),
    goLive: async (_fence, _model, version) => void recorded.steps.push(`live ${version}`),
  };
  const artifacts: ArtifactStore = {
    put: async (content) => {
      const parts: Buffer[] = [];
      for await (const chunk of content) parts.push(Buffer.from(chunk));
      recorded.steps.push('artifact');
      recorded.artifacts.push(Buffer.concat(parts).toString());
      return { key: 'k', sha256: 'ab'.repeat(32), bytes: 1 };
    },
    read: async function* () {
      yield Buffer.from(recorded.artifacts.at(-1) ?? '');
    },
    stat: async () => null,
  };
  return { recorded, models, artifacts };
}

/** n people with one feature, their position. */
export function peopleMatrix(n: number): FeatureMatrix {
  const data = new Float64Array(new SharedArrayBuffer(n * 8));
  for (let i = 0; i < n; i += 1) data[i] = i;
  return {
    profileIds: Array.from({ length: n }, (_, i) => `p${i}`),
    features: ['frequency'],
    definitionVersion: 1_003,
    data,
  };
}

/** Scores that are everybody's: the first cluster at 0.25, or a probability of 0.5. */
export async function sameForAll({ kind, matrix }: PeopleToScore): Promise<PeopleScored> {
  const n = matrix.profileIds.length;
  const [quarter, half] = [new Float64Array(n).fill(0.25), new Float64Array(n).fill(0.5)];
  if (kind === 'propensity') return { kind, probabilities: half, percentiles: half };
  return { kind, labels: new Int32Array(n), distances: quarter, confidences: half, outlierScores: half };
}
