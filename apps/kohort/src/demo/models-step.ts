import type { ClusteringCard, PropensityCard } from '@kohort/kernel-contracts';
import { followJob } from '../client/jobs';
import { FAILURE_FIELDS, payloadOf, type MutationAnswer } from '../client/results';
import { count, percent } from '../terminal/account';
import { textTable } from '../terminal/text-table';
import type { DemoContext } from './demo-context';

type JobAnswer = MutationAnswer & { readonly id: string };
const JOB = `__typename ... on Job { id } ${FAILURE_FIELDS}`;

/** Computes everybody's features as of the demo's instant. */
export async function computeFeatures({ client, account, asOf }: DemoContext): Promise<void> {
  account.heading('Features: what everybody has done, as of one instant');
  const { computeFeatures: answer } = await client.query<{ computeFeatures: JobAnswer }>(
    `mutation ($asOf: DateTime!) { computeFeatures(asOf: $asOf) { ${JOB} } }`,
    { asOf },
  );
  const job = await followJob(client, payloadOf<JobAnswer>(answer, 'Job').id, 'features');
  const { profiles, features } = job.result as { profiles: number; features: number };
  account.line(`  ${features} features of ${count(profiles)} people as of ${asOf}, in one pass on the column store.`);
}

function clusterLines(card: ClusteringCard): string {
  return textTable(
    ['cluster', 'people', 'share', 'revenue', 'stands out by', 'suggested action'],
    card.clusters.map((cluster) => [
      cluster.name,
      count(cluster.size),
      percent(cluster.shareOfPeople),
      percent(cluster.shareOfValue),
      cluster.features
        .slice(0, 2)
        .map(
          (feature) => `${feature.label} ${feature.lift === null ? feature.direction : `${feature.lift.toFixed(1)}×`}`,
        )
        .join(', '),
      cluster.suggestedAction,
    ]),
  );
}

/** Trains the clustering and prints its groups. */
export async function trainClusters({ client, account, asOf }: DemoContext): Promise<ClusteringCard> {
  account.heading('Clusters: groups of people who behave alike, k chosen');
  const { trainClusters: answer } = await client.query<{ trainClusters: JobAnswer }>(
    `mutation ($input: TrainClustersInput!) { trainClusters(input: $input) { ${JOB} } }`,
    { input: { key: 'value', asOf, seed: 1 } },
  );
  await followJob(client, payloadOf<JobAnswer>(answer, 'Job').id, 'clusters');
  const { model } = await client.query<{ model: { card: ClusteringCard } }>('{ model(key: "value") { card } }');
  const { card } = model;
  account.line(`  k = ${card.k}, silhouette ${card.silhouette?.toFixed(3) ?? '–'}, ${count(card.rows)} people.`);
  for (const reason of card.reasons) account.line(`  ${reason}`);
  account.line(clusterLines(card));
  for (const warning of card.warnings) account.line(`  warning: ${warning}`);
  return card;
}

interface ScoreAnswer {
  readonly probability: number;
  readonly percentile: number;
  readonly reasons:
    readonly { readonly feature: string; readonly value: unknown; readonly contribution: number }[] | null;
}

function propensityLines(card: PropensityCard): string {
  return textTable(
    ['model', 'AUC', '95 % interval', 'log loss', 'Brier', 'top-decile lift', ''],
    card.candidates.map((candidate) => [
      candidate.name,
      candidate.auc.toFixed(4),
      `${candidate.aucLow.toFixed(4)} – ${candidate.aucHigh.toFixed(4)}`,
      candidate.logLoss.toFixed(4),
      candidate.brier.toFixed(4),
      candidate.liftTopDecile?.toFixed(2) ?? '',
      candidate.chosen ? 'chosen' : '',
    ]),
  );
}

/** Trains the propensity, prints how it did on later data. */
export async function trainPropensity({ client, account, asOf, orderEvent }: DemoContext): Promise<PropensityCard> {
  account.heading('Propensity: who orders in the next 30 days');
  const { trainPropensity: answer } = await client.query<{ trainPropensity: JobAnswer }>(
    `mutation ($input: TrainPropensityInput!) { trainPropensity(input: $input) { ${JOB} } }`,
    { input: { key: 'orders_30d', asOf, event: orderEvent, horizonDays: 30, seed: 1 } },
  );
  await followJob(client, payloadOf<JobAnswer>(answer, 'Job').id, 'propensity');
  const { model } = await client.query<{
    model: { card: PropensityCard; currentVersion: { grade: string | null; status: string } };
  }>('{ model(key: "orders_30d") { card currentVersion { grade status } } }');
  const { card } = model;
  const day = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
  account.line(
    `  Learned before ${day(card.trainCut)}, judged on ${count(card.testRows)} people after ${day(card.testCut)}; base rate ${percent(card.baseRate)}, grade ${(model.currentVersion.grade ?? model.currentVersion.status).toLowerCase()}.`,
  );
  account.line(propensityLines(card));
  const bins = card.calibration.map((bin) => `${percent(bin.meanPredicted)} → ${percent(bin.observed)}`);
  account.line(`  Calibration (predicted → observed): ${bins.join(', ')}`);
  for (const warning of card.warnings) account.line(`  warning: ${warning}`);
  return card;
}

/** Shows why one person scores as they do. */
export async function explainScore({ client, account }: DemoContext, profileId: string): Promise<void> {
  const { score, profile } = await client.query<{ score: ScoreAnswer | null; profile: { canonicalId: string } }>(
    `query ($profile: ID!) {
      profile(id: $profile) { canonicalId }
      score(profile: $profile, model: "orders_30d") { probability percentile reasons { feature value contribution } }
    }`,
    { profile: profileId },
  );
  if (!score) return;
  account.line(
    `  Person ${profile.canonicalId}: ${percent(score.probability)}, higher than ${score.percentile.toFixed(0)} of 100. Top reasons:`,
  );
  const reasons = (score.reasons ?? []).slice(0, 4);
  account.line(
    textTable(
      ['feature', 'value', 'moves the log-odds by'],
      reasons.map((reason) => [reason.feature, formatted(reason.value), reason.contribution.toFixed(3)]),
      '    ',
    ),
  );
}

function formatted(value: unknown): string {
  return typeof value === 'number' ? String(Number(value.toPrecision(6))) : String(value ?? 'missing');
}
