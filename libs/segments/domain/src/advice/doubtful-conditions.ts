import type {
  AggregateFunction,
  ParsedCondition,
  ParsedNode,
  ParsedPath,
  ParsedRule,
  ParsedSelection,
} from '../rule/parsed-rule';
import type { Operand, Scalar } from '../rule/operand';
import { innerNodes } from '../rule/inner-nodes';
import { nearestName } from '../rule/nearest-name';
import { togetherSeen, type SeenRecords, type SeenValues, type ValueKind } from './seen-values';
import type { RuleWarning } from './unknown-names';

/** A property that is asked of events, with what of it is asked. */
interface Asked {
  readonly of: ParsedSelection;
  readonly path: ParsedPath;
  /** Kinds of which one at least must be seen for the condition ever to hold; null when any will do. */
  readonly needed: readonly ValueKind[] | null;
  /** Texts of which one must be met. */
  readonly texts: readonly string[];
}

const MOST_NAMED = 6;

const kindOfScalar = (value: Scalar): ValueKind =>
  typeof value === 'string' ? 'text' : typeof value === 'number' ? 'number' : 'boolean';

/** Kinds of value that a comparison can say yes to; null when it is not told by the kind. */
function neededKinds({ op, operand }: Pick<ParsedCondition, 'op' | 'operand'>): readonly ValueKind[] | null {
  if (op === 'isTrue' || op === 'isFalse') return ['boolean'];
  // These hold for a value of any other kind.
  if (op === 'neq' || op === 'notIn' || op === 'notContains' || op === 'notWithinLast') return null;
  return operand === null ? null : kindsOf(operand);
}

function kindsOf(operand: Operand): readonly ValueKind[] | null {
  switch (operand.family) {
    case 'scalar':
    case 'ordered':
      return [kindOfScalar(operand.value)];
    case 'list':
      return operand.values.map(kindOfScalar);
    case 'pair':
      return [kindOfScalar(operand.low)];
    case 'text':
    case 'pattern':
    case 'semver':
    case 'cidr':
    case 'words':
    case 'nearby':
      return ['text'];
    case 'elements':
    case 'size':
      return ['list'];
    case 'instant':
    case 'span':
    case 'anniversary':
      return ['text', 'number'];
    case 'circle':
      return ['object'];
    default:
      return null;
  }
}

/** The texts of which a comparison wants one. */
function wantedTexts({ op, operand }: Pick<ParsedCondition, 'op' | 'operand'>): readonly string[] {
  if (op !== 'eq' && op !== 'in') return [];
  if (operand?.family === 'scalar') return typeof operand.value === 'string' ? [operand.value] : [];
  if (operand?.family !== 'list') return [];
  const texts = operand.values.filter((value) => typeof value === 'string');
  return texts.length === operand.values.length ? texts : [];
}

/** What is asked to be absent may well never have been there. */
const ofConditions = (selection: ParsedSelection): readonly Asked[] =>
  selection.where.flatMap((condition) =>
    condition.op === 'notExists'
      ? []
      : [
          {
            of: selection,
            path: condition.path,
            needed: neededKinds(condition),
            texts: wantedTexts(condition),
          },
        ],
  );

const OF_ANY_KIND: readonly AggregateFunction[] = ['distinct', 'distinctDays', 'first', 'last'];

function ofMeasure({
  event,
  property,
  fn,
}:
  | Extract<ParsedNode, { kind: 'aggregate' }>['aggregate']
  | Extract<ParsedNode, { kind: 'top' }>['by']): readonly Asked[] {
  if (property === null) return ofConditions(event);
  const needed: readonly ValueKind[] | null = OF_ANY_KIND.includes(fn) ? null : ['number'];
  return [{ of: event, path: property, needed, texts: [] }, ...ofConditions(event)];
}

function ofSequence({
  steps,
  without,
  keyBy,
}: Extract<ParsedNode, { kind: 'sequence' }>['sequence']): readonly Asked[] {
  const any = { needed: null, texts: [] };
  const byName = new Map(steps.map(({ as, event }) => [as, event]));
  const referred = [...steps, ...without].flatMap(({ event }) =>
    event.where.flatMap(({ ref }): Asked[] => {
      const of = ref?.step == null ? undefined : byName.get(ref.step);
      return ref === null || of === undefined ? [] : [{ of, path: ref, ...any }];
    }),
  );
  const keys = keyBy === null ? [] : steps.map(({ event }): Asked => ({ of: event, path: keyBy, ...any }));
  return [...[...steps, ...without].flatMap(({ event }) => ofConditions(event)), ...referred, ...keys];
}

function propertiesAsked(node: ParsedNode): readonly Asked[] {
  switch (node.kind) {
    case 'event':
    case 'lifecycle':
      return ofConditions(node.event);
    case 'aggregate':
      return ofMeasure(node.aggregate);
    case 'top':
      return ofMeasure(node.by);
    case 'frequency':
      return [...ofConditions(node.a), ...ofConditions(node.b)];
    case 'sequence':
      return ofSequence(node.sequence);
    default:
      return [];
  }
}

const quoted = (names: readonly string[]): string => names.map((name) => `"${name}"`).join(' or ');

/** What is held against it, when it never can hold: the kinds, else the texts. */
function doubt(
  node: string,
  what: string,
  asked: Pick<Asked, 'path' | 'needed' | 'texts'>,
  seen: SeenValues,
): RuleWarning | undefined {
  // Deeper values have not been looked at.
  if (asked.path.steps.length > 1 || seen.kinds.size === 0) return undefined;
  const name = asked.path.text;
  const { needed, texts } = asked;
  if (needed !== null && !needed.some((kind) => seen.kinds.has(kind))) {
    const [is, wanted] = [[...seen.kinds].sort(), [...new Set(needed)]].map((kinds) => kinds.join(' or '));
    const message = seen.isWhole
      ? `node ${node}: ${what} has been ${is} so far, never ${wanted}: the comparison holds for nobody`
      : `node ${node}: ${what} is ${is} in what was looked at of many records, never ${wanted}`;
    return { node, kind: 'type', name, suggestion: null, message };
  }
  const known = seen.texts;
  if (known === null || texts.length === 0 || texts.some((text) => known.includes(text))) return undefined;
  const suggestion = nearestName(texts[0] ?? '', known) ?? null;
  const hint = suggestion === null ? '' : `; did you mean "${suggestion}"?`;
  return {
    node,
    kind: 'value',
    name,
    suggestion,
    message: `node ${node}: ${what} has never been ${quoted(texts)} so far${hint}`,
  };
}

function ofProperty(node: string, asked: Asked, seen: SeenRecords): RuleWarning | undefined {
  const named = (asked.of.names ?? []).flatMap((name) => {
    const event = seen.events.get(name);
    return event === undefined ? [] : [{ name, ...event }];
  });
  const [key] = asked.path.steps;
  // An event that nobody has seen is told of by its name; of any event nothing can be said.
  if (named.length === 0 || typeof key !== 'string') return undefined;
  const events = quoted(named.map(({ name }) => name));
  const found = togetherSeen(named.flatMap(({ properties }) => properties.get(key) ?? []));
  if (found !== undefined) return doubt(node, `"${asked.path.text}" of ${events}`, asked, found);
  const names = [...new Set(named.flatMap(({ properties }) => [...properties.keys()]))].sort();
  const suggestion = nearestName(key, names) ?? null;
  const listed = `${names.slice(0, MOST_NAMED).join(', ')}${names.length > MOST_NAMED ? ', …' : ''}`;
  const hint =
    suggestion === null ? (names.length === 0 ? '' : `; there are ${listed}`) : `; did you mean "${suggestion}"?`;
  const isWhole = named.every((event) => event.isWhole);
  const has = isWhole ? `has had a property "${key}" so far` : `of those looked at has a property "${key}"`;
  return { node, kind: 'property', name: key, suggestion, message: `node ${node}: no ${events} ${has}${hint}` };
}

function ofTrait(node: Extract<ParsedNode, { kind: 'trait' }>, seen: SeenRecords): RuleWarning | undefined {
  const { trait } = node;
  const found = seen.traits.get(String(trait.path.steps[0]));
  if (found === undefined) return undefined;
  const asked = { path: trait.path, needed: neededKinds(trait), texts: wantedTexts(trait) };
  return doubt(node.id, `the trait "${trait.path.text}"`, asked, found);
}

/**
 * Conditions of a rule that hold for nobody, by what is known of a workspace's records: properties that an event never had,
 * comparisons with a kind of value that was never there, texts that are none of the few. A warning, no error: the next
 * record may be otherwise. What it keeps away is a segment that is empty without a word.
 *
 * Shape   in the order of the nodes, one a condition; names that nobody has seen are `unknownNames`' to tell
 * Cost    O(conditions × what was seen of their names)
 */
export function doubtfulConditions({ root }: ParsedRule, seen: SeenRecords): readonly RuleWarning[] {
  const visit = (node: ParsedNode): readonly RuleWarning[] => {
    const own =
      node.kind === 'trait'
        ? [ofTrait(node, seen)]
        : propertiesAsked(node).map((asked) => ofProperty(node.id, asked, seen));
    const told = own.filter((warning) => warning !== undefined);
    const once = new Map(told.map((warning) => [warning.message, warning]));
    return [...once.values(), ...innerNodes(node).flatMap(visit)];
  };
  return visit(root);
}
