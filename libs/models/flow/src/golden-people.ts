import { toAppError } from '@kohort/kernel-errors';
import type { ArtifactStore, JobControl, ModelId, ModelStore, RunContext } from '@kohort/kernel-contracts';
import type { FeatureMatrix } from './dataset.port';
import { isPassing } from './is-passing';
import { modelErrors } from './model-errors';
import type { PeopleScored, PeopleToScore } from './score-model.flow';
import { textOf } from './text-bytes';

/** So many people are scored by the model as it lies in the store before it is served. */
const GOLDEN_PEOPLE = 100;
/** What a number may differ by that was written as text and read again. */
const TOLERANCE = 1e-9;

/** Rows spread evenly over so many: always the same ones; all where there are fewer. */
function goldenRows(rows: number): readonly number[] {
  const count = Math.min(GOLDEN_PEOPLE, rows);
  return Array.from({ length: count }, (_, i) => Math.floor((i * rows) / count));
}

/** Some people of a matrix, spread evenly over it. */
export function goldenPeople({ profileIds, features, data, ...of }: FeatureMatrix): FeatureMatrix {
  const rows = goldenRows(profileIds.length);
  const cols = features.length;
  const some = new Float64Array(new SharedArrayBuffer(rows.length * cols * Float64Array.BYTES_PER_ELEMENT));
  rows.forEach((row, i) => some.set(data.subarray(row * cols, (row + 1) * cols), i * cols));
  return { ...of, features, profileIds: rows.map((row) => profileIds[row] ?? ''), data: some };
}

/** What the model that was fitted makes of the golden people: their clusters and distances, or probabilities. */
export interface GoldenScores {
  /** Null of a propensity. */
  readonly labels: Int32Array | null;
  /** NaN in none. */
  readonly values: Float64Array;
}

/** The golden people's part of everybody's numbers, which belong to the rows of a matrix. */
export function goldenValues(values: Float64Array): Float64Array {
  return Float64Array.from(goldenRows(values.length), (row) => values[row] ?? NaN);
}

/** A model that has been written. */
export interface WrittenModel {
  readonly modelId: ModelId;
  readonly kind: PeopleToScore['kind'];
  readonly artifactKey: string;
  readonly matrix: FeatureMatrix;
  readonly golden: GoldenScores;
}

interface Ports {
  readonly models: Pick<ModelStore, 'raiseDamage'>;
  readonly artifacts: Pick<ArtifactStore, 'read'>;
  readonly score: (people: PeopleToScore, control: JobControl) => Promise<PeopleScored>;
}

const isSame = (a: number | undefined, b: number | undefined): boolean =>
  Object.is(a, b) || Math.abs((a ?? NaN) - (b ?? NaN)) <= TOLERANCE * Math.max(1, Math.abs(b ?? NaN));

function differing({ labels, values }: GoldenScores, scored: PeopleScored): number {
  const found = scored.kind === 'clustering' ? scored.distances : scored.probabilities;
  const places = scored.kind === 'clustering' ? scored.labels : null;
  let count = Math.abs(found.length - values.length);
  values.forEach((value, i) => (count += isSame(found[i], value) && places?.[i] === labels?.[i] ? 0 : 1));
  return count;
}

/** How many of the golden people the stored model scores otherwise; what the store or the reading refused, as a code. */
async function lookAt(
  { artifacts, score }: Ports,
  context: RunContext,
  { kind, artifactKey, matrix, golden }: WrittenModel,
): Promise<{ readonly people: number; readonly reason: string } | null> {
  const people = goldenPeople(matrix);
  try {
    const artifact = await textOf(artifacts.read(artifactKey));
    const count = differing(golden, await score({ kind, artifact, matrix: people }, context));
    return count === 0 ? null : { people: count, reason: `${count} of ${people.profileIds.length} people` };
  } catch (thrown) {
    if (context.signal.aborted || isPassing(thrown)) throw thrown;
    return { people: people.profileIds.length, reason: toAppError(thrown, 'reading').code };
  }
}

/**
 * Holds the model that lies in the store against the one that was fitted: read back and parsed, it must place the golden
 * people in the same clusters, at the same distances, or give them the same probabilities, to 1e-9. Else an alert is
 * raised, and the version that serves goes on.
 *
 * Throws  MODELS_ARTIFACT_DIFFERS; what the store says when it cannot be asked
 */
export async function requireSameScores(ports: Ports, context: RunContext, written: WrittenModel): Promise<void> {
  context.onProgress({ phase: 'checking the stored model', done: 0, total: null });
  const damage = await lookAt(ports, context, written);
  if (!damage) return;
  await ports.models.raiseDamage(context.fence, written.modelId, damage.people);
  throw modelErrors.MODELS_ARTIFACT_DIFFERS({ reason: damage.reason });
}
