import type { Entity, ParsedNode, ParsedRule } from '../rule/parsed-rule';
import { compileRulesToSql, type CompiledSql, type SqlOptions } from './compile-to-sql';
import { SqlParams } from './sql-params';
import { TABLES } from './tables';
import { TopPass } from './top-pass';

type TopNode = Extract<ParsedNode, { kind: 'top' }>;

/** What is asked of one of everybody of whom a counted rule is the answer. */
export interface CompiledStanding {
  /** The nodes, root first. */
  readonly nodes: readonly ParsedNode[];
  /** At most one row: `r0`, `r1`, … (UInt8), for each node whether it holds; none for who has no record. */
  readonly answers: CompiledSql;
  /** By the ids of `top` nodes, at most one row: `place`, `ranked`, `last`, `value` as texts; none for who has no value. */
  readonly ranks: ReadonlyMap<string, CompiledSql>;
}

const nodesOf = (node: ParsedNode): readonly ParsedNode[] => [
  node,
  ...('children' in node ? node.children.flatMap(nodesOf) : []),
];

function rankOf(node: TopNode, options: SqlOptions & { readonly zone: string }, entity: Entity): CompiledSql {
  const params = new SqlParams();
  params.named('workspaceId', 'UUID', options.workspaceId);
  const tops = new TopPass(options.nowMs, TABLES[entity]);
  const ranks = tops.ranks(node, { params, zone: options.zone, now: options.nowMs });
  const sql = `SELECT toString(place) AS place, toString(ranked) AS ranked, toString(last) AS last, toString(value) AS value FROM (${ranks})`;
  return { sql, params: params.all() };
}

const ofOne = ({ sql, params }: CompiledSql, columns: string, profileId: string): CompiledSql => ({
  sql: `SELECT ${columns} FROM (${sql.replace('SELECT ', 'SELECT profile_id AS who, ')}) WHERE who = {who:UUID}`,
  params: { ...params, who: profileId },
});

/**
 * Compiles what a rule with `top` or `sql` says of one person: which of its nodes hold, and the places in its rankings.
 *
 * Cost    everybody is ranked once for each `top`
 * Throws  as `compileToSql`
 */
export function compileStanding(rule: ParsedRule, options: SqlOptions, profileId: string): CompiledStanding {
  const nodes = nodesOf(rule.root);
  const all = compileRulesToSql(
    nodes.map((root) => ({ ...rule, root })),
    options,
  );
  const zone = rule.timezone ?? options.timezone ?? 'UTC';
  const tops = nodes.flatMap((node) => (node.kind === 'top' ? [node] : []));
  return {
    nodes,
    answers: ofOne(all, nodes.map((_, i) => `r${i}`).join(', '), profileId),
    ranks: new Map(
      tops.map((node) => [
        node.id,
        ofOne(rankOf(node, { ...options, zone }, rule.entity), 'place, ranked, last, value', profileId),
      ]),
    ),
  };
}
