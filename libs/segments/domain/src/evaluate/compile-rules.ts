import { segmentsErrors } from '../errors';
import type { Entity, ParsedNode, ParsedRule } from '../rule/parsed-rule';
import { hashJson } from '../rule/rule-hash';
import { nearestName } from '../rule/nearest-name';
import { isTimeZone } from '../time/local-time';
import type { LeafPlan } from './leaf';
import { ruleTest, type RuleTest } from './holds';
import { planRelation, type CrowdQuestion, type RelationQuestion } from './leaves/relation-leaf';
import { planLeaf } from './plan-leaf';

/** A node of a rule ready to run; leaves are numbers into the shared list. */
export type CompiledNode = { readonly id: string } & (
  | { readonly kind: 'all' | 'any' | 'none'; readonly children: readonly CompiledNode[] }
  | { readonly kind: 'atLeast'; readonly n: number; readonly children: readonly CompiledNode[] }
  | { readonly kind: 'segment'; readonly key: string; readonly is: boolean; readonly child: CompiledNode }
  | { readonly kind: 'leaf'; readonly leaf: number }
);

export interface CompiledRule {
  readonly root: CompiledNode;
  /** The truth of the whole, given that of the leaves. */
  readonly test: RuleTest;
  readonly hash: string;
  /** The leaves that the rule asks, each once. */
  readonly leaves: readonly number[];
}

/** Many rules over one list of leaves: what two rules ask alike is computed once a profile. */
export interface CompiledRules {
  readonly leaves: readonly LeafPlan[];
  readonly rules: readonly CompiledRule[];
  /** What the rules ask of the people of accounts, each question once. */
  readonly crowds: readonly CrowdQuestion[];
}

export interface CompileOptions {
  /** Rules that `segment` nodes may name; they are evaluated in place, so that time passing in them is seen. */
  readonly segments?: ReadonlyMap<string, ParsedRule>;
  /** What a `segment` node with no rule in `segments` means: the history's membership, or an error. Default refuse. */
  readonly otherSegments?: 'membership' | 'refuse';
  /** Zone of rules that name none. Default UTC. */
  readonly timezone?: string;
  /** Whom the rules judge. Default people. */
  readonly entity?: Entity;
  /** Kinds of nodes that have no data where the rule is to run, with words for the error ("from a file"). */
  readonly without?: { readonly kinds: readonly ParsedNode['kind'][]; readonly where: string };
}

const NEVER_PER_PROFILE: readonly ParsedNode['kind'][] = ['top', 'sql'];

/** What a tree asks, without the names of its nodes: equal texts ask the same, in whatever rules they stand. */
function askedBy(node: CompiledNode, leaves: readonly LeafPlan[]): string {
  switch (node.kind) {
    case 'leaf':
      return JSON.stringify(leaves[node.leaf]?.key);
    case 'segment':
      return `${node.is ? '' : '!'}${askedBy(node.child, leaves)}`;
    default:
      return `${node.kind}${node.kind === 'atLeast' ? node.n : ''}(${node.children.map((child) => askedBy(child, leaves)).join(',')})`;
  }
}

class Compiler {
  readonly leaves: LeafPlan[] = [];
  private readonly byKey = new Map<string, number>();

  /** What relations ask of the others, over one list of leaves. */
  private readonly related = new Map<Entity, Compiler>();

  constructor(
    private readonly options: CompileOptions,
    private readonly entity: Entity,
    readonly crowds = new Map<string, CrowdQuestion>(),
  ) {}

  compile(rule: ParsedRule, trail: readonly string[], idPrefix: string): CompiledNode {
    if (rule.entity !== this.entity) {
      throw segmentsErrors.SEGMENTS_ENTITY_UNSUPPORTED({ entity: rule.entity, where: `for one ${this.entity}` });
    }
    const zone = rule.timezone ?? this.options.timezone ?? 'UTC';
    return this.node(rule.root, { zone, trail, idPrefix });
  }

  private node(node: ParsedNode, place: { zone: string; trail: readonly string[]; idPrefix: string }): CompiledNode {
    const id = place.idPrefix + node.id;
    const { without } = this.options;
    if (NEVER_PER_PROFILE.includes(node.kind) || without?.kinds.includes(node.kind) === true) {
      const where = without?.where ?? 'for one profile';
      throw segmentsErrors.SEGMENTS_NODE_UNSUPPORTED({ ...this.where(node, place), name: node.kind, where });
    }
    switch (node.kind) {
      case 'all':
      case 'any':
      case 'none':
        return { id, kind: node.kind, children: node.children.map((child) => this.node(child, place)) };
      case 'atLeast':
        return { id, kind: 'atLeast', n: node.n, children: node.children.map((child) => this.node(child, place)) };
      case 'segment':
        return this.segment(node, { ...place, id });
      case 'relation':
      case 'group':
        return { id, kind: 'leaf', leaf: this.leaf(planRelation(this.relation(node, place))) };
      default:
        return { id, kind: 'leaf', leaf: this.leaf(planLeaf(node, place.zone)) };
    }
  }

  private segment(
    node: Extract<ParsedNode, { kind: 'segment' }>,
    place: { trail: readonly string[]; id: string },
  ): CompiledNode {
    const { id, trail } = place;
    if (trail.includes(node.key)) {
      const path = [...trail.slice(trail.indexOf(node.key)), node.key].join(' → ');
      throw segmentsErrors.SEGMENTS_SEGMENT_CYCLE({ ...this.where(node, place), path });
    }
    const rule = this.options.segments?.get(node.key);
    const base = { id, kind: 'segment', key: node.key, is: node.is } as const;
    if (rule !== undefined) {
      return { ...base, child: this.compile(rule, [...trail, node.key], `${id}>${node.key}:`) };
    }
    if (this.options.otherSegments === 'membership') {
      const leaf = this.leaf(planLeaf(node, 'UTC'));
      return { ...base, child: { id: `${id}>${node.key}`, kind: 'leaf', leaf } };
    }
    const suggestion = nearestName(node.key, [...(this.options.segments?.keys() ?? [])]);
    throw segmentsErrors.SEGMENTS_SEGMENT_UNKNOWN({
      ...this.where(node, place),
      name: node.key,
      ...(suggestion === undefined ? {} : { suggestion }),
    });
  }

  private relation(
    node: Extract<ParsedNode, { kind: 'relation' | 'group' }>,
    place: { zone: string; trail: readonly string[]; idPrefix: string },
  ): RelationQuestion {
    const { to, quantifier, count, where } = node;
    const inner = this.related.get(to) ?? new Compiler(this.options, to, this.crowds);
    this.related.set(to, inner);
    const root = inner.node(where, place);
    const rule = { root, test: ruleTest(root), hash: '', leaves: [...new Set(leavesOf(root))] };
    const key = hashJson(askedBy(root, inner.leaves));
    const question = { key, leaves: inner.leaves, rule };
    if (to === 'profile' && !this.crowds.has(key)) this.crowds.set(key, question);
    return { to, quantifier, count, ...question };
  }

  private where(node: ParsedNode, { trail }: { trail: readonly string[] }): { node: string; segment?: string } {
    const segment = trail.at(-1);
    return segment === undefined ? { node: node.id } : { node: node.id, segment };
  }

  private leaf(plan: LeafPlan): number {
    const known = this.byKey.get(plan.key);
    if (known !== undefined) return known;
    this.leaves.push(plan);
    this.byKey.set(plan.key, this.leaves.length - 1);
    return this.leaves.length - 1;
  }
}

function leavesOf(node: CompiledNode): number[] {
  if (node.kind === 'leaf') return [node.leaf];
  return (node.kind === 'segment' ? [node.child] : node.children).flatMap(leavesOf);
}

/** A rule to compile; `key` is its segment's key, if it has one, so that a circle through itself is seen. */
export interface RuleToCompile {
  readonly rule: ParsedRule;
  readonly key?: string;
}

/**
 * Prepares many rules to be evaluated in one pass over a profile's history.
 *
 * Cost    O(nodes); equal leaves of all the rules, and of the segments they name, become one
 * Throws  SEGMENTS_SEGMENT_CYCLE, SEGMENTS_SEGMENT_UNKNOWN, SEGMENTS_NODE_UNSUPPORTED, SEGMENTS_ENTITY_UNSUPPORTED
 */
export function compileRules(rules: readonly RuleToCompile[], options: CompileOptions = {}): CompiledRules {
  if (options.timezone !== undefined && !isTimeZone(options.timezone)) {
    throw segmentsErrors.SEGMENTS_RULE_INVALID({ node: 'rule', reason: `there is no time zone "${options.timezone}"` });
  }
  const compiler = new Compiler(options, options.entity ?? 'profile');
  const compiled = rules.map(({ rule, key }): CompiledRule => {
    const root = compiler.compile(rule, key === undefined ? [] : [key], '');
    return { root, test: ruleTest(root), hash: rule.hash, leaves: [...new Set(leavesOf(root))] };
  });
  return { leaves: compiler.leaves, rules: compiled, crowds: [...compiler.crowds.values()] };
}
