import { innerNodes } from '../rule/inner-nodes';
import type { ParsedNode, ParsedRule } from '../rule/parsed-rule';
import { selectionsOf } from '../rule/selections-of';

/** What a rule may name that a workspace may not know. */
export type NameKind = 'event' | 'trait' | 'segment' | 'model' | 'purpose';

/** A name that a node of a rule uses. */
export interface UsedName {
  readonly kind: NameKind;
  readonly name: string;
  /** Id of the node, or its path. */
  readonly node: string;
}

function ownNames(node: ParsedNode): readonly Omit<UsedName, 'node'>[] {
  switch (node.kind) {
    case 'trait':
    case 'text':
      return [node.trait.path, ...(node.trait.ref === null ? [] : [node.trait.ref])].map(({ steps }) => ({
        kind: 'trait' as const,
        name: String(steps[0]),
      }));
    case 'segment':
      return [{ kind: 'segment', name: node.key }];
    case 'prediction':
    case 'cluster':
      return [{ kind: 'model', name: node.model }];
    case 'consent':
      return [{ kind: 'purpose', name: node.purpose }];
    default:
      return selectionsOf(node).flatMap(({ names }) => (names ?? []).map((name) => ({ kind: 'event' as const, name })));
  }
}

/** The names that a rule uses, each once a node, in the order of its nodes. */
export function namesUsed({ root }: ParsedRule): readonly UsedName[] {
  const visit = (node: ParsedNode): UsedName[] => {
    const found = new Map(ownNames(node).map((one) => [`${one.kind} ${one.name}`, { ...one, node: node.id }]));
    return [...found.values(), ...innerNodes(node).flatMap(visit)];
  };
  return visit(root);
}
