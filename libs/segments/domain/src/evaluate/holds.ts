import type { CompiledNode } from './compile-rules';

/** The truth of a node, given that of the leaves. */
export function holds(node: CompiledNode, leafHolds: (leaf: number) => boolean): boolean {
  switch (node.kind) {
    case 'all':
      return node.children.every((child) => holds(child, leafHolds));
    case 'any':
      return node.children.some((child) => holds(child, leafHolds));
    case 'none':
      return !node.children.some((child) => holds(child, leafHolds));
    case 'atLeast':
      return node.children.filter((child) => holds(child, leafHolds)).length >= node.n;
    case 'segment':
      return holds(node.child, leafHolds) === node.is;
    case 'leaf':
      return leafHolds(node.leaf);
  }
}
