import type { ParsedNode } from '../rule/parsed-rule';
import { segmentsErrors } from '../errors';
import type { LeafPlan } from './leaf';
import { planBucket, planCluster, planMembership, planPrediction } from './leaves/constant-leaves';
import { planEvent } from './leaves/event-leaf';
import { planTrait } from './leaves/trait-leaf';

/** The plan of a node that has no children, in the rule's time zone. */
export function planLeaf(node: ParsedNode, zone: string): LeafPlan {
  switch (node.kind) {
    case 'trait':
      return planTrait(node.trait, zone);
    case 'event':
      return planEvent(node, zone);
    case 'segment':
      return planMembership(node.key);
    case 'prediction':
      return planPrediction({ model: node.model, measure: node.measure, test: node.test }, zone);
    case 'cluster':
      return planCluster({ model: node.model, in: node.in, minConfidence: node.minConfidence });
    case 'bucket':
      return planBucket(node);
    default:
      throw segmentsErrors.SEGMENTS_NODE_UNSUPPORTED({ node: node.id, name: node.kind, where: 'for one profile' });
  }
}
