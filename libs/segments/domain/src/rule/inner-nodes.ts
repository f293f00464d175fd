import type { ParsedNode } from './parsed-rule';

/** The nodes that a node holds: its children, and what it asks of the accounts or people that it looks at. */
export function innerNodes(node: ParsedNode): readonly ParsedNode[] {
  if ('children' in node) return node.children;
  return node.kind === 'relation' || node.kind === 'group' ? [node.where] : [];
}
