import type { JsonObject } from '@kohort/kernel-contracts';
import { parseRule, segmentDefinition, type SegmentDefinition } from '@kohort/segments-domain';
import type { GatewayClient } from '../client/gateway-client';

/** A page of the API; what a page may cost bounds it. */
const PAGE = 50;

/** A segment of a running workspace, as a definition and as it stands. */
export interface WorkspaceSegment {
  /** By the version that serves; by the latest while none does. */
  readonly definition: SegmentDefinition;
  readonly status: string;
  readonly size: number;
  readonly latestVersion: number;
  readonly latestRuleHash: string;
}

/** All the segments of a workspace that rules decide, and the keys that no file may have. */
export interface WorkspaceSegments {
  readonly segments: ReadonlyMap<string, WorkspaceSegment>;
  /** Archived: their keys are never used again. */
  readonly archived: ReadonlySet<string>;
  /** Lists are decided by no rule and are kept by no file. */
  readonly lists: ReadonlySet<string>;
}

interface SegmentNode {
  readonly key: string;
  readonly kind: string;
  readonly name: string;
  readonly description: string;
  readonly tags: readonly string[];
  readonly purpose: string | null;
  readonly refreshMinutes: number | null;
  readonly status: string;
  readonly size: number;
  readonly liveVersion: number | null;
  readonly rule: JsonObject;
  readonly versions: { readonly nodes: readonly { readonly version: number; readonly rule: JsonObject }[] };
}

interface SegmentPage {
  readonly segments: {
    readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
    readonly nodes: readonly SegmentNode[];
  };
}

const SEGMENTS = `query ($first: Int!, $after: Cursor) { segments(first: $first, after: $after) {
  pageInfo { hasNextPage endCursor }
  nodes { key kind name description tags purpose refreshMinutes status size liveVersion rule versions(first: 1) { nodes { version rule } } } } }`;

function read(node: SegmentNode, kind: SegmentDefinition['kind']): WorkspaceSegment {
  const { key, name: label, description, tags, purpose, refreshMinutes, status, size, rule } = node;
  const [latest] = node.versions.nodes;
  const words = { key, kind, label, description, tags, purpose, refreshMinutes, isDraft: node.liveVersion === null };
  return {
    definition: segmentDefinition(words, rule),
    status: status.toLowerCase(),
    size,
    latestVersion: latest?.version ?? 0,
    latestRuleHash: latest === undefined ? '' : parseRule(latest.rule).hash,
  };
}

/** Reads the segments of a workspace, page by page. */
export async function workspaceSegments(client: GatewayClient): Promise<WorkspaceSegments> {
  const segments = new Map<string, WorkspaceSegment>();
  const [archived, lists] = [new Set<string>(), new Set<string>()];
  for (let after: string | null = null; ;) {
    const page: SegmentPage = await client.query(SEGMENTS, { first: PAGE, after });
    for (const node of page.segments.nodes) {
      const kind = node.kind.toLowerCase();
      if (node.status === 'ARCHIVED') archived.add(node.key);
      else if (kind === 'rule' || kind === 'cluster' || kind === 'predictive') segments.set(node.key, read(node, kind));
      else lists.add(node.key);
    }
    if (!page.segments.pageInfo.hasNextPage) return { segments, archived, lists };
    after = page.segments.pageInfo.endCursor;
  }
}
