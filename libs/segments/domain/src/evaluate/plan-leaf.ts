import type { ParsedNode } from '../rule/parsed-rule';
import { segmentsErrors } from '../errors';
import type { LeafPlan } from './leaf';
import { planBucket, planCluster, planConsent, planMembership, planPrediction } from './leaves/constant-leaves';
import { planAggregate } from './leaves/aggregate-leaf';
import { planEvent } from './leaves/event-leaf';
import { planFrequency } from './leaves/frequency-leaf';
import { planLifecycle } from './leaves/lifecycle-leaf';
import { planSequence } from './leaves/sequence-leaf';
import { planTrait } from './leaves/trait-leaf';

/** The plan of a node that has no children, in the rule's time zone. */
export function planLeaf(node: ParsedNode, zone: string): LeafPlan {
  switch (node.kind) {
    case 'trait':
    case 'text':
      return planTrait(node.trait, zone);
    case 'event':
      return planEvent(node, zone);
    case 'aggregate':
      return planAggregate(node.aggregate, zone);
    case 'sequence':
      return planSequence(node.sequence, zone);
    case 'frequency':
      return planFrequency(node, zone);
    case 'lifecycle':
      return planLifecycle(node, zone);
    case 'segment':
      return planMembership(node.key);
    case 'prediction':
      return planPrediction({ model: node.model, measure: node.measure, test: node.test }, zone);
    case 'cluster':
      return planCluster({ model: node.model, in: node.in, minConfidence: node.minConfidence });
    case 'consent':
      return planConsent(node.purpose);
    case 'bucket':
      return planBucket(node);
    default:
      throw segmentsErrors.SEGMENTS_NODE_UNSUPPORTED({ node: node.id, name: node.kind, where: 'for one profile' });
  }
}
