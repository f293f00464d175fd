import type { CompiledNode } from './compile-rules';
import type { BoundLeaf } from './leaf';
import { earlier } from './sorted-times';

/** A way to turn a node round with new records. */
export interface FlipPlan {
  readonly records: number;
  readonly texts: readonly string[];
  readonly nodes: readonly string[];
  /** The plan holds until this instant: one of the counts it builds on may change then. Null: for ever. */
  readonly until: number | null;
}

interface FlipContext {
  readonly now: number;
  readonly leafOf: (leaf: number) => BoundLeaf;
}

const NOTHING: FlipPlan = { records: 0, texts: [], nodes: [], until: null };

function together(plans: readonly (FlipPlan | null)[]): FlipPlan | null {
  let sum: FlipPlan = NOTHING;
  for (const plan of plans) {
    if (plan === null) return null;
    sum = {
      records: sum.records + plan.records,
      texts: [...sum.texts, ...plan.texts.filter((text) => !sum.texts.includes(text))],
      nodes: [...sum.nodes, ...plan.nodes],
      until: earlier(sum.until, plan.until),
    };
  }
  return sum;
}

/** The `n` cheapest plans together; the first listed win ties. */
function cheapest(plans: readonly (FlipPlan | null)[], n: number): FlipPlan | null {
  const possible = plans.filter((plan) => plan !== null).sort((a, b) => a.records - b.records);
  return possible.length < n ? null : together(possible.slice(0, n));
}

/** The fewest new records that make a node `wanted`; null when no new record does. */
export function cheapestFlip(node: CompiledNode, wanted: boolean, context: FlipContext): FlipPlan | null {
  const each = (children: readonly CompiledNode[], goal: boolean): (FlipPlan | null)[] =>
    children.map((child) => cheapestFlip(child, goal, context));
  switch (node.kind) {
    case 'all':
      return wanted ? together(each(node.children, true)) : cheapest(each(node.children, false), 1);
    case 'any':
      return wanted ? cheapest(each(node.children, true), 1) : together(each(node.children, false));
    case 'none':
      return wanted ? together(each(node.children, false)) : cheapest(each(node.children, true), 1);
    case 'atLeast':
      return wanted
        ? cheapest(each(node.children, true), node.n)
        : cheapest(each(node.children, false), Math.max(0, node.children.length - node.n + 1));
    case 'segment':
      return cheapestFlip(node.child, wanted === node.is, context);
    case 'leaf': {
      const leaf = context.leafOf(node.leaf);
      if (leaf.at(context.now) === wanted) return NOTHING;
      const flip = leaf.flip(context.now);
      if (flip === null) return null;
      return { records: flip.records, texts: [flip.text], nodes: [node.id], until: leaf.nextCandidate(context.now) };
    }
  }
}
