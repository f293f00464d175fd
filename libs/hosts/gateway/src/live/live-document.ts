import {
  Kind,
  getOperationAST,
  isRequiredArgument,
  parse,
  print,
  specifiedRules,
  validate,
  visit,
  type DocumentNode,
  type FieldNode,
  type GraphQLSchema,
  type VariableDefinitionNode,
} from 'graphql';
import { checkDocument, gatewayErrors, type DocumentRules } from '@kohort/gateway-resolvers';

/** A subscription that was found valid and within the limits. */
export interface LiveDocument {
  readonly document: DocumentNode;
  /**
   * The same without what only chooses the changes: it is executed for each of them, and arguments and variables that
   * were read when it began need not be read again.
   */
  readonly answering: DocumentNode;
  readonly operationName: string | undefined;
  /** The same for all that ask for the same of a change, whichever changes they ask for. */
  readonly selection: string;
  /** Variables that what is asked of a change depends on. */
  readonly variables: readonly string[];
}

/** What documents are held against. */
export interface DocumentParts {
  readonly schema: GraphQLSchema;
  readonly rules: DocumentRules;
  readonly onCost: (cost: number) => void;
}

const MOST_KEPT = 500;

/** The one field of a subscription; null when it stands in a fragment. */
function rootField(document: DocumentNode, operationName: string | undefined): FieldNode | null {
  const [selection] = getOperationAST(document, operationName)?.selectionSet.selections ?? [];
  return selection?.kind === Kind.FIELD ? selection : null;
}

function variablesOf(document: DocumentNode, but: FieldNode | null): readonly string[] {
  const names = new Set<string>();
  visit(document, {
    VariableDefinition: () => false,
    Argument: (_node, _key, parent) => (but !== null && parent === but.arguments ? false : undefined),
    Variable: (node) => void names.add(node.name.value),
  });
  return [...names].sort();
}

function withoutArguments(document: DocumentNode, root: FieldNode | null): DocumentNode {
  if (root === null) return document;
  return visit(document, { Field: (node) => (node === root ? { ...node, arguments: [] } : undefined) });
}

function answeringOf(
  { schema, document, root }: { schema: GraphQLSchema; document: DocumentNode; root: FieldNode | null },
  variables: readonly string[],
): DocumentNode {
  const field = root === null ? undefined : schema.getSubscriptionType()?.getFields()[root.name.value];
  // What must be given has to be given again.
  if (field === undefined || field.args.some(isRequiredArgument)) return document;
  const isUsed = ({ variable }: VariableDefinitionNode): boolean => variables.includes(variable.name.value);
  return visit(withoutArguments(document, root), {
    VariableDefinition: (node) => (isUsed(node) ? undefined : null),
  });
}

/** Reads subscriptions; the same text is looked through once. */
export class LiveDocuments {
  private readonly known = new Map<string, LiveDocument>();

  constructor(private readonly parts: DocumentParts) {}

  /**
   * Throws  what the parser throws; GATEWAY_TOO_…, GATEWAY_INTROSPECTION_OFF, GATEWAY_NOT_A_SUBSCRIPTION; a GraphQLError
   *         for what the schema does not have
   */
  read(query: string, operationName: string | null | undefined): LiveDocument {
    const key = `${operationName ?? ''}\n${query}`;
    const found = this.known.get(key);
    if (found) return found;
    const made = this.look(query, operationName ?? undefined);
    if (this.known.size >= MOST_KEPT) this.known.delete(this.known.keys().next().value ?? '');
    this.known.set(key, made);
    return made;
  }

  private look(query: string, operationName: string | undefined): LiveDocument {
    const { schema, rules, onCost } = this.parts;
    const document = this.parsed(query);
    const [wrong] = validate(schema, document, specifiedRules, { maxErrors: 1 });
    if (wrong) throw wrong;
    onCost(checkDocument({ document, schema, variables: {} }, rules));
    if (getOperationAST(document, operationName)?.operation !== 'subscription') {
      throw gatewayErrors.GATEWAY_NOT_A_SUBSCRIPTION();
    }
    const root = rootField(document, operationName);
    const variables = variablesOf(document, root);
    const answering = answeringOf({ schema, document, root }, variables);
    const selection = print(withoutArguments(document, root));
    return { document, answering, operationName, selection, variables };
  }

  private parsed(query: string): DocumentNode {
    try {
      return parse(query, { maxTokens: this.parts.rules.limits.tokens });
    } catch (thrown) {
      throw gatewayErrors.GATEWAY_DOCUMENT_INVALID({}, { cause: thrown });
    }
  }
}
