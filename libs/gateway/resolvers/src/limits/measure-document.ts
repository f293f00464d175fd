import {
  Kind,
  getNamedType,
  getNullableType,
  isCompositeType,
  isLeafType,
  isListType,
  isObjectType,
  isInterfaceType,
  visit,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import { MAX_FIRST } from './limits';

/** What a document asks for, at most. */
export interface DocumentMeasure {
  readonly depth: number;
  readonly aliases: number;
  readonly directives: number;
  readonly cost: number;
  readonly introspects: boolean;
}

interface Weight {
  readonly depth: number;
  readonly cost: number;
}

interface Setting {
  readonly schema: GraphQLSchema;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  /** Each fragment is weighed once, so that fragments within fragments cost no more than they are long. */
  readonly weighed: Map<string, Weight>;
  readonly operation: OperationDefinitionNode;
}

/** A list without `first` (the clusters of a model, the features of a cluster) is taken to be this long. */
const ASSUMED_LIST = 10;
/** Furniture of a connection: it holds objects, it is none. */
const FURNITURE = /(Connection|Edge|PageInfo)$/;

function firstOf(field: FieldNode, setting: Setting): number | null {
  const argument = field.arguments?.find((each) => each.name.value === 'first');
  if (!argument) return null;
  const { value } = argument;
  if (value.kind === Kind.INT) return Number(value.value);
  if (value.kind !== Kind.VARIABLE) return MAX_FIRST;
  const given = setting.variables[value.name.value];
  if (typeof given === 'number') return given;
  const definition = setting.operation.variableDefinitions?.find(
    (each) => each.variable.name.value === value.name.value,
  );
  return definition?.defaultValue?.kind === Kind.INT ? Number(definition.defaultValue.value) : MAX_FIRST;
}

function fieldOf(type: GraphQLNamedType, name: string): GraphQLField<unknown, unknown> | undefined {
  return isObjectType(type) || isInterfaceType(type) ? type.getFields()[name] : undefined;
}

/** What a field costs by itself: what it says (`complexity`), where it reads more than the object that it answers. */
function ownCost(field: GraphQLField<unknown, unknown>, type: GraphQLNamedType): number {
  const stated = field.extensions['complexity'];
  if (typeof stated === 'number') return stated;
  return isLeafType(type) || FURNITURE.test(type.name) ? 0 : 1;
}

function weighField(node: FieldNode, parent: GraphQLNamedType, setting: Setting): Weight {
  if (node.name.value.startsWith('__')) return { depth: 0, cost: 0 };
  const field = fieldOf(parent, node.name.value);
  if (!field || !node.selectionSet) return { depth: 1, cost: 0 };
  const type = getNamedType(field.type);
  const inner = weigh(node.selectionSet, type, setting);
  const own = ownCost(field, type);
  const first = firstOf(node, setting);
  const depth = 1 + inner.depth;
  // A page: the connection itself is one read, and what stands in it is there `first` times.
  if (first !== null) return { depth, cost: 1 + Math.max(0, first) * inner.cost };
  const bareList = own > 0 && isListType(getNullableType(field.type)) && !FURNITURE.test(parent.name);
  return { depth, cost: (own + inner.cost) * (bareList ? ASSUMED_LIST : 1) };
}

function weighFragment(name: string, setting: Setting): Weight {
  const known = setting.weighed.get(name);
  if (known) return known;
  const fragment = setting.fragments.get(name);
  const type = fragment && setting.schema.getType(fragment.typeCondition.name.value);
  // A cycle is refused by validation; here it only must not run for ever.
  setting.weighed.set(name, { depth: 0, cost: 0 });
  const weight = fragment && type ? weigh(fragment.selectionSet, type, setting) : { depth: 0, cost: 0 };
  setting.weighed.set(name, weight);
  return weight;
}

function weigh(selections: SelectionSetNode, parent: GraphQLNamedType, setting: Setting): Weight {
  let depth = 0;
  let cost = 0;
  for (const selection of selections.selections) {
    let part: Weight;
    if (selection.kind === Kind.FIELD) part = weighField(selection, parent, setting);
    else if (selection.kind === Kind.FRAGMENT_SPREAD) part = weighFragment(selection.name.value, setting);
    else {
      const named = selection.typeCondition && setting.schema.getType(selection.typeCondition.name.value);
      part = weigh(selection.selectionSet, named && isCompositeType(named) ? named : parent, setting);
    }
    depth = Math.max(depth, part.depth);
    cost += part.cost;
  }
  return { depth, cost };
}

/**
 * Weighs a document before it runs: the deepest and the dearest of its operations, aliases and directives of all of it.
 * Fragments are expanded; introspection fields weigh nothing. Directives that may leave a field out are not believed.
 *
 * Units   cost: objects that may be read; depth: fields below one another
 * Cost    O(length of the document)
 */
export function measureDocument(
  document: DocumentNode,
  schema: GraphQLSchema,
  variables: Readonly<Record<string, unknown>>,
): DocumentMeasure {
  const fragments = new Map<string, FragmentDefinitionNode>();
  let aliases = 0;
  let directives = 0;
  let introspects = false;
  visit(document, {
    FragmentDefinition: (node) => {
      fragments.set(node.name.value, node);
    },
    Field: (node) => {
      if (node.alias) aliases += 1;
      if (node.name.value === '__schema' || node.name.value === '__type') introspects = true;
    },
    Directive: () => {
      directives += 1;
    },
  });
  let depth = 0;
  let cost = 0;
  for (const operation of document.definitions) {
    if (operation.kind !== Kind.OPERATION_DEFINITION) continue;
    const root = schema.getRootType(operation.operation);
    if (!root) continue;
    const setting: Setting = { schema, variables, fragments, weighed: new Map(), operation };
    const weight = weigh(operation.selectionSet, root, setting);
    depth = Math.max(depth, weight.depth);
    cost = Math.max(cost, weight.cost);
  }
  return { depth, aliases, directives, cost, introspects };
}
