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

/** Tells the truth of leaves, at one instant. */
export interface LeafReader {
  holds(leaf: number): boolean;
}

/** A rule as one function over its leaves. */
export type RuleTest = (leaves: LeafReader) => boolean;

/** Makes functions of a tree, so that asking it walks no tree and allocates nothing. Same answers as `holds`. */
export function ruleTest(node: CompiledNode): RuleTest {
  if (node.kind === 'leaf') {
    const { leaf } = node;
    return (leaves) => leaves.holds(leaf);
  }
  if (node.kind === 'segment') {
    const [child, { is }] = [ruleTest(node.child), node];
    return (leaves) => child(leaves) === is;
  }
  const tests = node.children.map(ruleTest);
  const any: RuleTest = (leaves) => {
    for (const test of tests) if (test(leaves)) return true;
    return false;
  };
  switch (node.kind) {
    case 'all':
      return (leaves) => {
        for (const test of tests) if (!test(leaves)) return false;
        return true;
      };
    case 'any':
      return any;
    case 'none':
      return (leaves) => !any(leaves);
    case 'atLeast': {
      const { n } = node;
      return (leaves) => {
        let found = 0;
        for (const test of tests) if (test(leaves)) found += 1;
        return found >= n;
      };
    }
  }
}
