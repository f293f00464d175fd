import type {
  ArtifactStore,
  JobControl,
  Json,
  ModelGrade,
  ModelStore,
  PropensityCard,
  RunContext,
  RunParams,
} from '@kohort/kernel-contracts';
import type { DatasetPort, FeatureMatrix } from './dataset.port';
import { goldenValues, requireSameScores } from './golden-people';
import { modelErrors } from './model-errors';
import { propensityRows, type ScoredPeople } from './propensity-rows';
import type { PeopleScored, PeopleToScore } from './score-model.flow';
import { saveScorePages } from './score-pages';
import { bytesOf } from './text-bytes';

/** A matrix with what came after it: 1 for those who did the event within the horizon. */
export interface LabelledMatrix extends FeatureMatrix {
  readonly labels: Uint8Array<SharedArrayBuffer>;
}

/** What a thread makes of the three matrices. `probabilities` are calibrated and belong to the rows of `now`. */
export interface PropensityFit extends ScoredPeople {
  readonly status: 'ready' | 'refused' | 'insufficient_data';
  readonly grade: ModelGrade | null;
  readonly card: PropensityCard;
  readonly artifact: string;
}

/** Three matrices and the two cuts between them. */
export interface PropensityFitInput {
  readonly train: LabelledMatrix;
  /** Later than `train`: its features are cut where the labels of `train` end. */
  readonly test: LabelledMatrix;
  readonly now: FeatureMatrix;
  readonly event: string;
  readonly horizonDays: number;
  readonly trainCut: number;
  readonly testCut: number;
  readonly seed: number;
}

/** What fitting a propensity needs of the world; `fit` runs in a thread. */
export interface FitPropensityPorts {
  readonly dataset: DatasetPort;
  readonly models: ModelStore;
  readonly artifacts: ArtifactStore;
  readonly fit: (input: PropensityFitInput, control: JobControl) => Promise<PropensityFit>;
  /** Scores some people by what lies in the store, in a thread too. */
  readonly score: (people: PeopleToScore, control: JobControl) => Promise<PeopleScored>;
}

const DAY_MS = 86_400_000;
/** Features need some past: a training cut closer than this to the first event knows nobody. */
const MIN_HISTORY_DAYS = 30;

async function labelled(
  ports: FitPropensityPorts,
  context: RunContext,
  at: { cut: number; event: string; horizonDays: number; definitionVersion?: number },
): Promise<LabelledMatrix> {
  const { workspaceId } = context.run;
  const matrix = await ports.dataset.features(
    {
      ...{ workspaceId, asOf: at.cut },
      ...(at.definitionVersion === undefined ? {} : { definitionVersion: at.definitionVersion }),
    },
    context,
  );
  const doers = await ports.dataset.doers({ workspaceId, asOf: at.cut, horizonDays: at.horizonDays, event: at.event });
  const labels = new Uint8Array(new SharedArrayBuffer(matrix.profileIds.length));
  matrix.profileIds.forEach((id, i) => {
    labels[i] = doers.has(id) ? 1 : 0;
  });
  return { ...matrix, labels };
}

/**
 * The two cuts of a temporal back-test: the model learns from features before `trainCut` and what followed it, and is
 * judged on features before `testCut` and what followed that. Everything it is judged on is later than what it saw.
 *
 * Units   epoch milliseconds
 */
export function temporalCuts(asOf: number, horizonDays: number): { trainCut: number; testCut: number } {
  const testCut = asOf - horizonDays * DAY_MS;
  return { testCut, trainCut: testCut - horizonDays * DAY_MS };
}

/**
 * Learns who will do an event within the horizon, judges it on later data, and scores everybody as of now.
 *
 * Promise  at least once; the served model is always a whole version; a refused one is kept with its reasons, not served
 * Key      the run: a repeat continues its own version and overwrites its rows
 * Order    artifact → golden people → version row → scores → pointer and ScoresChanged
 * Resume   from the start; fitting is deterministic by seed
 * Size     scores in pages of 5,000; three matrices of people × features in memory
 * Throws   MODELS_ARTIFACT_DIFFERS, MODELS_NO_EVENTS, MODELS_HISTORY_TOO_SHORT
 */
export async function fitPropensity(
  ports: FitPropensityPorts,
  context: RunContext,
  params: RunParams<'models.fitPropensity'>,
): Promise<Json> {
  const { workspaceId } = context.run;
  const { event, horizonDays, modelKey, seed } = params;
  const extent = await ports.dataset.extent({ workspaceId, event });
  if (!extent) throw modelErrors.MODELS_NO_EVENTS({ event });
  const asOf = params.asOf ? Date.parse(params.asOf) : extent.last;
  const { trainCut, testCut } = temporalCuts(asOf, horizonDays);
  const neededDays = 2 * horizonDays + MIN_HISTORY_DAYS;
  const foundDays = Math.floor((asOf - extent.first) / DAY_MS);
  if (foundDays < neededDays) throw modelErrors.MODELS_HISTORY_TOO_SHORT({ event, neededDays, foundDays });

  context.onProgress({ phase: 'reading features', done: 0, total: 3 });
  const train = await labelled(ports, context, { cut: trainCut, event, horizonDays });
  context.onProgress({ phase: 'reading features', done: 1, total: 3 });
  // All of one set, though another version may come meanwhile.
  const { definitionVersion } = train;
  const test = await labelled(ports, context, { cut: testCut, event, horizonDays, definitionVersion });
  context.onProgress({ phase: 'reading features', done: 2, total: 3 });
  const now = await ports.dataset.features({ workspaceId, asOf, definitionVersion }, context);
  const fit = await ports.fit({ train, test, now, event, horizonDays, trainCut, testCut, seed }, context);
  context.signal.throwIfAborted();

  const stored = await ports.artifacts.put(bytesOf(fit.artifact));
  const modelId = await ports.models.ensureModel(workspaceId, { key: modelKey, name: modelKey, kind: 'propensity' });
  if (fit.status === 'ready') {
    const golden = { labels: null, values: goldenValues(fit.probabilities) };
    const written = { modelId, kind: 'propensity', artifactKey: stored.key, matrix: now, golden } as const;
    await requireSameScores(ports, context, written);
  }
  const version = await ports.models.openVersion(context.fence, modelId, {
    status: fit.status,
    grade: fit.grade,
    seed,
    asOf,
    artifactKey: stored.key,
    artifactSha256: stored.sha256,
    card: { ...fit.card, definitionVersion },
  });
  const result = { modelKey, version, status: fit.status, grade: fit.grade, reasons: fit.card.reasons };
  // A model that should not be used is kept for its card; nobody is scored by it.
  if (fit.status !== 'ready') return result;
  const rows = propensityRows(now, fit);
  await saveScorePages(ports.models, context, { modelId, version, asOf, rows });
  await ports.models.goLive(context.fence, modelId, version);
  return { ...result, people: rows.length };
}
