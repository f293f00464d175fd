import { eventsRead, partsOf } from './events-read';
import type { FeatureDefinition } from './feature-definition';
import type { OrderMapping } from './order-mapping';

export const LINEAGE_KINDS = ['source', 'event', 'trait', 'segment', 'model', 'destination'] as const;
export type LineageKind = (typeof LINEAGE_KINDS)[number];

/** One thing of a workspace. */
export interface LineageNode {
  readonly kind: LineageKind;
  readonly key: string;
  readonly label: string;
}

/** What one thing is made of another. */
export interface LineageEdge {
  readonly from: LineageNode;
  readonly to: LineageNode;
}

/** Things, and what each is made of. */
export interface LineageGraph {
  readonly nodes: readonly LineageNode[];
  readonly edges: readonly LineageEdge[];
}

/** A name that a rule or a model uses. */
export interface LineageUse {
  readonly kind: Exclude<LineageKind, 'source' | 'destination'>;
  readonly key: string;
}

interface Named {
  readonly key: string;
  readonly label: string;
}

/** What a workspace has, and what each uses by name. */
export interface LineageParts {
  readonly sources: readonly (Named & { readonly events: readonly string[] })[];
  readonly traits: readonly FeatureDefinition[];
  readonly segments: readonly (Named & { readonly uses: readonly LineageUse[] })[];
  readonly models: readonly (Named & { readonly uses: readonly LineageUse[] })[];
  /** Segments by key. */
  readonly destinations: readonly (Named & { readonly segments: readonly string[] })[];
  readonly orders: OrderMapping;
}

const idOf = ({ kind, key }: Pick<LineageNode, 'kind' | 'key'>): string => `${kind}:${key}`;

class Graph {
  private readonly nodes = new Map<string, LineageNode>();
  private readonly edges = new Map<string, LineageEdge>();

  /** The node of a name; what is only named is there under its name. */
  node(kind: LineageKind, key: string, label = key): LineageNode {
    const id = idOf({ kind, key });
    const known = this.nodes.get(id) ?? { kind, key, label };
    this.nodes.set(id, known);
    return known;
  }

  edge(from: LineageNode, to: LineageNode): void {
    this.edges.set(`${idOf(from)} ${idOf(to)}`, { from, to });
  }

  get whole(): LineageGraph {
    return { nodes: [...this.nodes.values()], edges: [...this.edges.values()] };
  }
}

function addTraits(graph: Graph, { traits, orders }: LineageParts, everyEvent: readonly string[]): void {
  for (const { key, label, formula } of traits) {
    const trait = graph.node('trait', key, label);
    for (const part of partsOf(formula)) {
      for (const name of eventsRead(part, orders).names ?? everyEvent) graph.edge(graph.node('event', name), trait);
    }
  }
}

/**
 * What becomes of what: source → event → trait → segment → model → destination, and whatever else uses another (a segment
 * may use events, traits, segments and models). A trait over any event comes of every event that is known.
 *
 * Cost    O(names used)
 */
export function lineageOf(parts: LineageParts): LineageGraph {
  const graph = new Graph();
  for (const { key, label, events } of parts.sources) {
    const source = graph.node('source', key, label);
    for (const event of events) graph.edge(source, graph.node('event', event));
  }
  addTraits(graph, parts, [...new Set(parts.sources.flatMap(({ events }) => events))]);
  // Labels come before uses: a segment may be used by one that stands before it.
  for (const { key, label } of parts.segments) graph.node('segment', key, label);
  for (const { key, label } of parts.models) graph.node('model', key, label);
  for (const kind of ['segment', 'model'] as const) {
    for (const { key, uses } of parts[`${kind}s`]) {
      for (const use of uses) graph.edge(graph.node(use.kind, use.key), graph.node(kind, key));
    }
  }
  for (const { key, label, segments } of parts.destinations) {
    const destination = graph.node('destination', key, label);
    for (const segment of segments) graph.edge(graph.node('segment', segment), destination);
  }
  return graph.whole;
}

function reach(graph: LineageGraph, start: string, along: 'up' | 'down'): ReadonlySet<string> {
  const next = new Map<string, string[]>();
  for (const { from, to } of graph.edges) {
    const [here, there] = along === 'down' ? [from, to] : [to, from];
    next.set(idOf(here), [...(next.get(idOf(here)) ?? []), idOf(there)]);
  }
  const found = new Set([start]);
  // A set that grows is walked to its new end.
  for (const id of found) for (const other of next.get(id) ?? []) found.add(other);
  return found;
}

/** What one thing comes of, and what becomes of it. Empty when there is no such thing. */
export function lineageAround(graph: LineageGraph, of: Pick<LineageNode, 'kind' | 'key'>): LineageGraph {
  const start = idOf(of);
  const [up, down] = [reach(graph, start, 'up'), reach(graph, start, 'down')];
  const within = ({ from, to }: LineageEdge): boolean =>
    [up, down].some((side) => side.has(idOf(from)) && side.has(idOf(to)));
  const nodes = graph.nodes.filter((node) => up.has(idOf(node)) || down.has(idOf(node)));
  return { nodes, edges: graph.edges.filter(within) };
}
