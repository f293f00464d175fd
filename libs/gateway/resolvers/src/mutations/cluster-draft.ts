import { SEGMENT_ORDERS, differingFeatureFields, type FeatureDefinition } from '@kohort/features-domain';
import { editFeatures, workspaceFeatures } from '@kohort/features-flow';
import type { DraftClusterSegmentInput } from '@kohort/gateway-schema';
import {
  keySchema,
  type ClusterRule,
  type ClusterSheet,
  type JobRecord,
  type JsonObject,
  type ModelRecord,
  type ModelVersionRecord,
} from '@kohort/kernel-contracts';
import { namesUsed, parseRule } from '@kohort/segments-domain';
import { callerOf, type GatewayContext } from '../context/gateway-context';
import { gatewayErrors } from '../errors/gateway.errors';
import { clusteringOf } from '../queries/card-views';
import { instantText, requestJob } from './run-request';

/** A cluster with its rule, in the version that serves. */
interface ToldCluster {
  readonly model: ModelRecord;
  readonly version: ModelVersionRecord;
  readonly sheet: ClusterSheet;
  readonly rule: ClusterRule & { readonly rule: JsonObject };
  /** Of the set of traits that the model was fitted on; null where an old card does not say. */
  readonly definitionVersion: number | null;
}

/** The set of before workspaces had their own. */
const FIRST_SET = 1;
const MOST_KEY = 60;

async function toldCluster(context: GatewayContext, asked: DraftClusterSegmentInput): Promise<ToldCluster> {
  const model = await context.loaders.modelByKey.load(asked.model);
  const version = model && (await context.loaders.modelVersion.load(model.id));
  const card = version ? clusteringOf(version.card) : null;
  if (!model || !version || !card) throw gatewayErrors.GATEWAY_NOT_FOUND({ what: 'clustering' });
  const at = card.clusters.findIndex(({ key }) => key === asked.cluster);
  const sheet = card.clusters[at];
  if (!sheet) throw gatewayErrors.GATEWAY_NOT_FOUND({ what: 'cluster of this model' });
  const told = card.rules?.clusters[at];
  if (!told?.rule) {
    const reason = told?.noRule ?? 'the model was fitted before rules were kept: train it again';
    throw gatewayErrors.GATEWAY_NO_CLUSTER_RULE({ reason });
  }
  return {
    model,
    version,
    sheet,
    rule: { ...told, rule: told.rule },
    definitionVersion: card.definitionVersion ?? null,
  };
}

/** Clusters are of people with an order: without one the rules were never asked. */
function amongCustomers(rule: JsonObject): JsonObject {
  return { ...rule, where: { all: [{ event: { name: SEGMENT_ORDERS.event } }, rule['where'] ?? {}] } };
}

interface TraitState {
  readonly version: number;
  /** Traits that the rule names and rules cannot read yet. */
  readonly notLive: readonly FeatureDefinition[];
  readonly cautions: readonly string[];
}

async function traitState(
  context: GatewayContext,
  rule: JsonObject,
  definitionVersion: number | null,
): Promise<TraitState> {
  const { store } = context.services.traits;
  const { workspaceId } = callerOf(context);
  const now = await workspaceFeatures(store, workspaceId);
  const then = await workspaceFeatures(store, workspaceId, { version: definitionVersion ?? FIRST_SET });
  const used = namesUsed(parseRule(rule)).flatMap(({ kind, name }) => (kind === 'trait' ? [name] : []));
  const keys = [...new Set(used)].sort();
  const pairs = keys.map((key) => ({
    key,
    is: now.definitions.find((one) => one.key === key),
    was: then.definitions.find((one) => one.key === key),
  }));
  const cautions = pairs.flatMap(({ key, is, was }) => {
    if (!is) return [`"${key}" is no longer computed: the condition on it holds for nobody.`];
    const moved = was !== undefined && differingFeatureFields(is, was).includes('formula');
    return moved ? [`"${key}" has had another formula since the model was fitted.`] : [];
  });
  return { version: now.version, notLive: pairs.flatMap(({ is }) => (is && is.live !== true ? [is] : [])), cautions };
}

/** Makes traits live, and has everybody's computed. */
async function makeLive(context: GatewayContext, { version, notLive }: TraitState): Promise<JobRecord | null> {
  if (notLive.length === 0) return null;
  const set = notLive.map((one) => ({ ...one, live: true }));
  const edit = { set, remove: [], afterVersion: version };
  const made = await editFeatures(context.services.traits.store, callerOf(context).workspaceId, edit);
  const params = { asOf: instantText(context.services.clock.now()) };
  // One computation a version of the set, however often it is asked for.
  return requestJob(context, { job: 'features.compute', params, idempotencyKey: `live-traits:${made.version}` });
}

const percent = (share: number | null): string => (share === null ? 'unknown' : `${(100 * share).toFixed(0)} %`);

function originInWords({ model, version, sheet, rule }: ToldCluster): string {
  const cluster = `cluster "${sheet.name}" (${sheet.key}) of model ${model.key}, version ${version.version}`;
  return `Drafted from the rules of ${cluster}: precision ${percent(rule.precision)}, recall ${percent(rule.recall)} on people held out.`;
}

/** The key of a draft when none is asked for. */
const keyOf = (asked: DraftClusterSegmentInput): string =>
  keySchema.parse(asked.key ?? `${asked.model}_${asked.cluster}`.replaceAll('-', '_').slice(0, MOST_KEY));

/**
 * Makes a draft segment of a cluster's rules. The same draft again is the same segment, with or without a key of the
 * caller's.
 *
 * Throws  GATEWAY_NOT_FOUND, GATEWAY_NO_CLUSTER_RULE; COMMAND_KEY_TAKEN when another segment has the key;
 *         COMMAND_IDEMPOTENCY_REUSED when the draft has been described otherwise since
 */
export async function draftOfCluster(
  context: GatewayContext,
  asked: DraftClusterSegmentInput,
  idempotencyKey: string | null,
): Promise<object> {
  const told = await toldCluster(context, asked);
  const { model, version, sheet } = told;
  const verdict = context.services.rules.check(amongCustomers(told.rule.rule));
  if (!verdict.valid) {
    throw gatewayErrors.GATEWAY_NO_CLUSTER_RULE({ reason: verdict.issues.map(({ message }) => message).join('; ') });
  }
  const key = keyOf(asked);
  const segment = {
    ...{ key, kind: 'rule', name: asked.name ?? sheet.name, description: originInWords(told) },
    ...{ tags: ['from-cluster'], purpose: null, author: callerOf(context).keyId },
    ...{ rule: verdict.rule, ruleHash: verdict.hash },
  };
  const origin = { model: model.key, version: version.version, cluster: sheet.key, clusterName: sheet.name };
  const sameClick = `cluster-draft:${JSON.stringify([origin.model, origin.version, origin.cluster, key])}`;
  const traits = await traitState(context, verdict.rule, told.definitionVersion);
  const { record } = await context.commands.createSegment(segment, idempotencyKey ?? sameClick);
  const job = asked.makeLive ? await makeLive(context, traits) : null;
  return {
    ...{ segment: record, origin, rule: told.rule, cautions: traits.cautions, job },
    traitsNotLive: asked.makeLive ? [] : traits.notLive.map((one) => one.key),
  };
}
