import { randomUUID } from 'node:crypto';
import { computeFeatures, featureSet, type HistoryEvent } from '@kohort/features-domain';
import { seededRandom } from '@kohort/kernel-clock-random';
import type { ArtifactStore, Json, ModelKind, WorkspaceId } from '@kohort/kernel-contracts';
import {
  clusterTable,
  clusteringCard,
  explainPropensity,
  fitPropensity,
  parsePropensity,
  peopleTable,
  scorePropensity,
  serialiseClusterModel,
  tellByRules,
} from '@kohort/models-domain';
import type { Database } from '@kohort/platform-postgres';
import { at } from './seed-people';

const DAY_MS = 86_400_000;
const asOf = Date.UTC(2026, 4, 1);
const PEOPLE = 200;

/** Features of the two models. */
export const NAMES = ['recency_days', 'frequency', 'monetary', 'avg_days_between_orders', 'product_views_30d'];

/** What was fitted and stored; row i of everything belongs to `ids[i]`. */
export interface SeededModels {
  readonly ids: readonly string[];
  /** Row-major people × NAMES; NaN is missing. */
  readonly data: Float64Array;
  /** Log-odds before calibration, by the scoring path. */
  readonly margins: Float64Array;
  readonly base: number;
}

interface Seeding {
  readonly database: Database;
  readonly artifacts: ArtifactStore;
  readonly workspaceId: WorkspaceId;
  readonly ids: readonly string[];
}

type Histories = readonly (readonly HistoryEvent[])[];

/** People who order often and others who hardly do; all of them order for much money after `asOf`. */
function histories(seed: number): Histories {
  const random = seededRandom(seed);
  return Array.from({ length: PEOPLE }, (_, person) => {
    const days = person % 2 === 0 ? 40 : 300;
    const event = (name: string, properties: HistoryEvent['properties']): HistoryEvent => ({
      ...{ eventId: randomUUID(), name, properties },
      ts: asOf - Math.round(random.next() * days * DAY_MS),
    });
    const orders = 1 + random.int(person % 2 === 0 ? 9 : 2);
    const bought = Array.from({ length: orders }, () => event('Order Completed', { revenue: 10 + random.int(90) }));
    const seen = Array.from({ length: random.int(6) }, () => event('Product Viewed', {}));
    return [...bought, ...seen, { ...event('Order Completed', { revenue: 5_000 }), ts: asOf + 1 }];
  });
}

function matrixOf(people: Histories) {
  const definitions = featureSet(1, NAMES);
  const rows = people.map((history) => computeFeatures(definitions, history, { asOf, timeZone: 'UTC' }));
  const random = seededRandom(7);
  const labels = Uint8Array.from(rows, ([, orders]) => (random.next() < ((orders ?? 0) > 2 ? 0.8 : 0.25) ? 1 : 0));
  return { features: NAMES, labels, data: Float64Array.from(rows.flat(), (value) => value ?? NaN) };
}

/** Stores events of people, all of them now. */
export async function addHistory(
  { database, workspaceId }: Pick<Seeding, 'database' | 'workspaceId'>,
  told: readonly { readonly profileId: string; readonly event: HistoryEvent }[],
): Promise<void> {
  const [source_id, batch_id, workspace_id, received_at] = [randomUUID(), randomUUID(), workspaceId, at(0)];
  const none = { user_id: null, anonymous_id: null, previous_id: null, group_id: null };
  const of = { workspace_id, received_at, batch_id };
  await database.inWorkspace(workspaceId, async (tx) => {
    const source = { workspace_id, id: source_id, key: source_id, name: 'S', kind: 'http' };
    await tx.insertInto('source').values(source).execute();
    await tx.insertInto('batch').values({ workspace_id, id: batch_id, kind: 'events' }).execute();
    const events = told.map(({ event: { eventId: id, name, ts, properties } }) => ({
      ...{ ...of, ...none, id, source_id, message_id: id, type: 'track', name },
      ...{ ts: new Date(ts), properties: JSON.stringify(properties) },
    }));
    await tx.insertInto('event').values(events).execute();
    const assigned = told.map(({ event: { eventId: event_id, ts }, profileId: profile_id }) => ({
      ...{ ...of, event_id, profile_id, ts: new Date(ts), sign: 1 as const },
    }));
    await tx.insertInto('event_assignment').values(assigned).execute();
  });
}

/** Keeps the first person's features of `asOf`, and of another instant something else for the second. */
async function keepFeatures({ database, workspaceId, ids }: Seeding, data: Float64Array): Promise<void> {
  const first = NAMES.map((name, col) => [name, Number.isNaN(data[col]) ? null : data[col]]);
  const kept = [
    { as_of: new Date(asOf), values: Object.fromEntries(first) },
    { as_of: new Date(asOf + DAY_MS), values: Object.fromEntries(NAMES.map((name) => [name, 0])) },
  ];
  const rows = kept.map(({ as_of, values }, row) => ({
    ...{ workspace_id: workspaceId, profile_id: ids[row] ?? '', definition_version: 1, as_of },
    feature_values: JSON.stringify(values),
  }));
  await database.inWorkspace(workspaceId, (tx) => tx.insertInto('profile_feature').values(rows).execute());
}

async function storeModel(
  { database, artifacts, workspaceId: workspace_id, ids }: Seeding,
  model: { key: string; kind: ModelKind; artifact: string; card: Json },
  rows: readonly { probability: number | null; cluster_key: string | null; outlier_score?: number | null }[],
): Promise<void> {
  const id = randomUUID();
  async function* content(): AsyncGenerator<Uint8Array> {
    yield Buffer.from(model.artifact);
  }
  const stored = await artifacts.put(content());
  const { key, kind } = model;
  const of = { workspace_id, model_id: id, version: 4, as_of: new Date(asOf) };
  const file = { artifact_key: stored.key, artifact_sha256: Buffer.from(stored.sha256, 'hex') };
  const fitted = { status: 'ready', grade: null, run_id: randomUUID(), seed: 1, card: JSON.stringify(model.card) };
  const empty = { percentile: null, distance: null, confidence: null };
  await database.inWorkspace(workspace_id, async (tx) => {
    await tx.insertInto('model').values({ workspace_id, id, key, name: key, kind, live_version: 4 }).execute();
    await tx
      .insertInto('model_version')
      .values({ ...of, ...file, ...fitted })
      .execute();
    const scores = rows.map((row, i) => ({ ...of, ...empty, ...row, profile_id: ids[i] ?? '' }));
    await tx.insertInto('score').values(scores).execute();
  });
}

async function storeClusters(seeding: Seeding, data: Float64Array): Promise<void> {
  const input = { featureNames: NAMES, ids: seeding.ids, matrix: { data, rows: PEOPLE, cols: NAMES.length } };
  const params = { algorithm: 'kmeans', k: 2, seed: 1, scaling: 'auto', missing: 'median' } as const;
  const result = await clusterTable(input, params);
  const { model, rules } = await tellByRules(input, { model: result.model, labels: result.labels, seed: 1 });
  const card = { ...clusteringCard(input, result, 1), rules };
  const rows = [...result.labels].map((label, i) => ({
    probability: null,
    cluster_key: card.clusters[label]?.key ?? null,
    outlier_score: result.outlierScores[i] ?? null,
  }));
  const artifact = serialiseClusterModel(model);
  await storeModel(seeding, { key: 'groups', kind: 'clustering', artifact, card }, rows);
}

/** People with events, and two models that were really fitted on them: `likely` and `groups`. */
export async function seedModels(
  database: Database,
  artifacts: ArtifactStore,
  workspaceId: WorkspaceId,
): Promise<SeededModels> {
  const people = histories(3);
  const now = matrixOf(people);
  const ids = people.map(() => randomUUID());
  const seeding = { database, artifacts, workspaceId, ids };
  const seen = { workspace_id: workspaceId, merged_into: null, first_seen_at: at(0), last_seen_at: at(0) };
  const profiles = ids.map((id) => ({ ...seen, id, canonical_id: id }));
  await database.inWorkspace(workspaceId, (tx) => tx.insertInto('profile').values(profiles).execute());
  const told = people.flatMap((history, i) => history.map((event) => ({ event, profileId: ids[i] ?? '' })));
  await addHistory(seeding, told);
  await keepFeatures(seeding, now.data);
  await storeClusters(seeding, now.data);
  const cuts = { event: 'Order Completed', horizonDays: 30, trainCut: 0, testCut: 1, seed: 9 };
  const train = matrixOf(histories(1));
  const { artifact, card } = await fitPropensity({ train, test: matrixOf(histories(2)), now, ...cuts }, {}, {});
  const [parsed, table] = [parsePropensity(artifact), peopleTable(now)];
  const { margins, probabilities } = scorePropensity(parsed, table);
  const rows = [...probabilities].map((probability) => ({ probability, cluster_key: null }));
  await storeModel(seeding, { key: 'likely', kind: 'propensity', artifact, card }, rows);
  return { ids, data: now.data, margins, base: explainPropensity(parsed, { table, row: 0 }).base };
}
