import type { ParsedNode, ParsedRule } from '../rule/parsed-rule';
import { COUNTS, alwaysPasses } from '../rule/senseless-tests';
import type { RuleWarning } from './unknown-names';

const BUCKETS = 10_000;

/** Why a node holds for everybody, or for nobody, whatever is stored; undefined when that depends. */
function idle(node: ParsedNode): { readonly kind: 'always' | 'never'; readonly why: string } | undefined {
  const always = (why: string) => ({ kind: 'always' as const, why });
  switch (node.kind) {
    case 'all':
    case 'none':
      return node.children.length === 0 ? always(`"${node.kind}" of no conditions`) : undefined;
    case 'any':
      return node.children.length === 0 ? { kind: 'never', why: '"any" of no conditions' } : undefined;
    case 'atLeast':
      return node.n === 0 ? always('at least 0 conditions') : undefined;
    case 'event':
      return alwaysPasses(node.count, COUNTS) ? always('"at least 0 times" is also "never"') : undefined;
    case 'aggregate': {
      const { fn, test } = node.aggregate;
      const isCount = fn === 'distinct' || fn === 'distinctDays';
      return isCount && 'n' in test && alwaysPasses(test, COUNTS) ? always(`"${fn}" is 0 or more`) : undefined;
    }
    case 'relation':
    case 'group':
      return node.quantifier === 'count' && alwaysPasses(node.count, COUNTS)
        ? always('a count is 0 or more')
        : undefined;
    case 'bucket':
      return node.to - node.from + 1 === BUCKETS ? always('all the buckets') : undefined;
    default:
      return undefined;
  }
}

/**
 * Conditions that hold for everybody, or for nobody, by what they are: they can be meant, and most likely are not. The rule
 * as a whole may be everybody or nobody: an empty one at its root says so on purpose.
 *
 * Cost   O(size)
 */
export function idleConditions({ root }: ParsedRule): readonly RuleWarning[] {
  const visit = (node: ParsedNode): RuleWarning[] => {
    const inner = 'children' in node ? node.children : 'where' in node ? [node.where] : [];
    const found = node === root && inner.length === 0 && 'children' in node ? undefined : idle(node);
    if (found === undefined) return inner.flatMap(visit);
    const whom = found.kind === 'always' ? 'everybody' : 'nobody';
    const message = `node ${node.id}: this holds for ${whom} (${found.why})`;
    return [{ node: node.id, kind: found.kind, name: node.kind, suggestion: null, message }, ...inner.flatMap(visit)];
  };
  return visit(root);
}
