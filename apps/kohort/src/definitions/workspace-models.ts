import { runParams } from '@kohort/kernel-contracts';
import type { GatewayClient } from '../client/gateway-client';
import { modelFileSchema, type ModelDefinition } from './model-file';

/** A clustering of a workspace as it was fitted last. */
export interface WorkspaceModel {
  readonly key: string;
  /** Null where it is not known any more how it was fitted. */
  readonly definition: ModelDefinition | null;
}

interface ModelNode {
  readonly key: string;
  readonly kind: string;
  readonly refit: { readonly kind: string; readonly everyDays: number | null };
  readonly currentVersion: { readonly trainedBy: { readonly job: string; readonly params: unknown } | null } | null;
}

interface ModelPage {
  readonly nodes: readonly ModelNode[];
  readonly pageInfo: { readonly endCursor: string | null; readonly hasNextPage: boolean };
}

const PAGE = `query ($after: Cursor) { models(first: 100, after: $after) { pageInfo { endCursor hasNextPage } nodes {
  key kind refit { kind everyDays } currentVersion { trainedBy { job params } } } } }`;

const fileShape = modelFileSchema.transform(({ model: key, ...rest }) => ({ key, ...rest }));

function definitionOf({ key, refit, currentVersion }: ModelNode): ModelDefinition | null {
  const params = runParams['models.fitClusters'].safeParse(currentVersion?.trainedBy?.params);
  if (!params.success) return null;
  const fitted = Object.entries(params.data).filter(([name]) => name !== 'modelKey' && name !== 'asOf');
  const again = refit.everyDays === null ? refit.kind.toLowerCase() : { everyDays: refit.everyDays };
  const read = fileShape.safeParse({ ...Object.fromEntries(fitted), model: key, refit: again });
  return read.success ? read.data : null;
}

/** Reads the clusterings of a workspace, by key. */
export async function workspaceModels(client: GatewayClient): Promise<readonly WorkspaceModel[]> {
  const found: WorkspaceModel[] = [];
  for (let after: string | null = null; ;) {
    const { models }: { models: ModelPage } = await client.query<{ models: ModelPage }>(PAGE, { after });
    for (const node of models.nodes) {
      if (node.kind === 'CLUSTERING') found.push({ key: node.key, definition: definitionOf(node) });
    }
    if (!models.pageInfo.hasNextPage) return found;
    after = models.pageInfo.endCursor;
  }
}
