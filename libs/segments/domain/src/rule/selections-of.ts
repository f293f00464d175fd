import type { ParsedNode, ParsedSelection } from './parsed-rule';

/** The events that a node selects itself. */
export function selectionsOf(node: ParsedNode): readonly ParsedSelection[] {
  switch (node.kind) {
    case 'event':
    case 'lifecycle':
      return [node.event];
    case 'aggregate':
      return [node.aggregate.event];
    case 'top':
      return [node.by.event];
    case 'frequency':
      return [node.a, node.b];
    case 'sequence':
      return [...node.sequence.steps, ...node.sequence.without].map(({ event }) => event);
    default:
      return [];
  }
}
