import type { ParsedNode, ParsedRule } from '../rule/parsed-rule';
import type { CompiledSql, SqlOptions } from './compile-to-sql';
import { MaskStatement } from './mask-statement';

/** One condition of a rule as a preview counts it. */
export interface PreviewCondition {
  /** The node's id, else its path. */
  readonly id: string;
  readonly label: string | null;
  readonly kind: ParsedNode['kind'];
  /** The node that it stands in; null for the whole rule. */
  readonly parent: string | null;
}

/** What a preview is asked besides the rule. */
export interface PreviewOptions extends SqlOptions {
  /** Keys of segments that the members are held against. */
  readonly compare: readonly string[];
  /** How many members are shown. */
  readonly sample: number;
  /** Profiles that are in no segment, whatever their records say. */
  readonly excluded: readonly string[];
}

/**
 * A statement with one row: `tied` (people whose answer is not to be used), `people` (everybody), `members`, `counts` (who meets each condition), `counts_without` (members
 * if each condition but the first, which is the rule, were not there), `sizes` and `shared` (of each compared segment),
 * `sample`, `entering` and `leaving` (samples of who is a member but not in a compared segment, and the other way round).
 * Counts are texts.
 */
export interface CompiledPreview extends CompiledSql {
  readonly conditions: readonly PreviewCondition[];
}

const childrenOf = (node: ParsedNode): readonly ParsedNode[] => ('children' in node ? node.children : []);

function nodesOf(node: ParsedNode, parent: string | null): readonly (PreviewCondition & { node: ParsedNode })[] {
  const { id, label, kind } = node;
  return [{ id, label, kind, parent, node }, ...childrenOf(node).flatMap((child) => nodesOf(child, id))];
}

function without(node: ParsedNode, id: string): ParsedNode {
  if (!('children' in node)) return node;
  return { ...node, children: node.children.filter((child) => child.id !== id).map((child) => without(child, id)) };
}

const counted = (conditions: readonly string[]): string =>
  conditions.length === 0
    ? 'emptyArrayString()'
    : `arrayMap(x -> toString(x), [${conditions.map((condition) => `sumIf(n, ${condition})`).join(', ')}])`;

const listed = (lists: readonly string[]): string =>
  lists.length === 0 ? "CAST([], 'Array(Array(String))')" : `[${lists.join(', ')}]`;

/**
 * Compiles what a person wants to know of a rule before it serves: everything is counted in one reading of the records,
 * and what conditions share is computed once.
 *
 * Ties    the sample are the members with the smallest ids
 * Throws  as `compileRulesToSql`
 */
export function compilePreview(rule: ParsedRule, options: PreviewOptions): CompiledPreview {
  const { compare, sample, excluded, ...rest } = options;
  const nodes = nodesOf(rule.root, null);
  const inner = nodes.slice(1);
  const of = (root: ParsedNode): ParsedRule => ({ ...rule, root });
  const member = (key: string): ParsedRule => of({ id: 'compared', label: null, kind: 'segment', key, is: true });
  const statement = new MaskStatement(rest, rule.entity);
  const trail = options.key === undefined ? [] : [options.key];
  const asked = [
    ...nodes.map(({ node }) => of(node)),
    ...inner.map(({ id }) => of(without(rule.root, id))),
    ...compare.map((key) => member(key)),
  ];
  const shownAtMost = Math.max(1, Math.trunc(sample));
  const { sql, params } = statement.alike(
    asked.map((one) => statement.rule(one, trail)),
    { sample: shownAtMost, excluded },
  );
  const columns = (from: number, n: number): string[] => Array.from({ length: n }, (_, i) => `r${from + i}`);
  const others = columns(nodes.length + inner.length, compare.length);
  const shown = (condition: string): string =>
    `arrayMap(x -> toString(x), arraySlice(arraySort(groupArrayArrayIf(ids, ${condition})), 1, ${shownAtMost}))`;
  const figures = [
    'toString(sumIf(n, tied)) AS tied',
    'toString(sum(n)) AS people',
    'toString(sumIf(n, r0)) AS members',
    `${counted(columns(0, nodes.length))} AS counts`,
    `${counted(columns(nodes.length, inner.length))} AS counts_without`,
    `${counted(others)} AS sizes`,
    `${counted(others.map((column) => `r0 AND ${column}`))} AS shared`,
    `${shown('r0')} AS sample`,
    `${listed(others.map((column) => shown(`r0 AND NOT ${column}`)))} AS entering`,
    `${listed(others.map((column) => shown(`NOT r0 AND ${column}`)))} AS leaving`,
  ];
  return {
    sql: `SELECT ${figures.join(', ')} FROM (${sql})`,
    params,
    conditions: nodes.map(({ id, label, kind, parent }) => ({ id, label, kind, parent })),
  };
}
