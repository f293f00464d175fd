import { recordsNeeded, type NeededRecords } from '../evaluate/records-needed';
import { innerNodes } from '../rule/inner-nodes';
import type { ParsedCondition, ParsedNode, ParsedRule } from '../rule/parsed-rule';
import { selectionsOf } from '../rule/selections-of';

/** How much a workspace has stored. */
export interface Volumes {
  readonly profiles: number;
  /** Rows by event name. */
  readonly events: ReadonlyMap<string, number>;
  /** Rows by trait key. */
  readonly traits: ReadonlyMap<string, number>;
}

/** What one pass over everybody for a rule comes to. */
export interface RuleCost {
  /** Rows that the column store reads. */
  readonly rows: number;
  readonly bytes: number;
  /** Comparable figure of the work: a row read and compared once is 1. */
  readonly units: number;
}

/** Bytes of a row as statements read it: ids and time; with the JSON of properties; a trait's value; a flag's row. */
const ROW_BYTES = { event: 44, withProperties: 244, trait: 90, flag: 40 } as const;

/** Work of a node for each row that it looks at, beside reading it. */
const NODE_WORK: Partial<Record<ParsedNode['kind'], number>> = {
  aggregate: 3,
  frequency: 2,
  lifecycle: 4,
  sql: 3,
  top: 5,
};
const STEP_WORK = 4;
/** A comparison of pairs: a step that looks at earlier ones by more than equality, or further back than one. */
const PAIR_WORK = 40;

/** A look for words in a text, beside a look at the row that it stands in. */
const WORDS_WORK = 20;

const isOfWords = ({ op }: ParsedCondition): boolean => op.startsWith('words');

function nodesOf(node: ParsedNode): readonly ParsedNode[] {
  return [node, ...innerNodes(node).flatMap(nodesOf)];
}

function wordsWork(node: ParsedNode): number {
  const asked = selectionsOf(node).flatMap(({ where }) => where);
  return WORDS_WORK * asked.filter(isOfWords).length;
}

function workOf(node: ParsedNode): number {
  return ownWork(node) + wordsWork(node);
}

function ownWork(node: ParsedNode): number {
  if (node.kind !== 'sequence') return NODE_WORK[node.kind] ?? 1;
  const names = node.sequence.steps.map(({ as }) => as);
  return node.sequence.steps.reduce((sum, { event }, k) => {
    const isPaired = event.where.some(({ op, ref }) => ref !== null && (op !== 'eq' || ref.step !== names[k - 1]));
    return sum + (isPaired ? PAIR_WORK : STEP_WORK);
  }, 0);
}

const readsProperties = (node: ParsedNode): boolean => {
  const asks = (list: readonly { readonly where: readonly unknown[] }[]): boolean =>
    list.some(({ where }) => where.length > 0);
  switch (node.kind) {
    case 'event':
    case 'lifecycle':
      return asks([node.event]);
    case 'frequency':
      return asks([node.a, node.b]);
    case 'sequence':
      return (
        node.sequence.keyBy !== null || asks([...node.sequence.steps, ...node.sequence.without].map((s) => s.event))
      );
    case 'aggregate':
    case 'top':
    case 'sql':
      return true;
    default:
      return false;
  }
};

/** The events and traits that a rule names, of people and of accounts. */
function namesIn(rule: ParsedRule): Pick<NeededRecords, 'eventNames' | 'traitKeys'> {
  const { accounts, ...people } = recordsNeeded([rule]);
  if (accounts === undefined) return people;
  const eventNames =
    people.eventNames && accounts.eventNames ? [...new Set([...people.eventNames, ...accounts.eventNames])] : null;
  return { eventNames, traitKeys: [...new Set([...people.traitKeys, ...accounts.traitKeys])] };
}

const sumOf = (rows: ReadonlyMap<string, number>, names: readonly string[] | null): number =>
  (names ?? [...rows.keys()]).reduce((sum, name) => sum + (rows.get(name) ?? 0), 0);

const traitWork = (nodes: readonly ParsedNode[]): number =>
  nodes.reduce((sum, node) => {
    if (node.kind !== 'trait' && node.kind !== 'text') return sum;
    return sum + (isOfWords(node.trait) ? WORDS_WORK : 1);
  }, 0);

/**
 * Estimates one pass over everybody for a rule, from what the workspace holds: each table is read once, whatever the
 * number of conditions, and only the events and traits that the rule names. Segments that it names are counted as a
 * look-up.
 *
 * Units   rows, bytes before compression, and units of work
 * Cost    O(nodes × names)
 */
export function estimateCost(rule: ParsedRule, volumes: Volumes): RuleCost {
  const nodes = nodesOf(rule.root);
  const { eventNames, traitKeys } = namesIn(rule);
  const isOf = (...kinds: ParsedNode['kind'][]): readonly ParsedNode[] =>
    nodes.filter(({ kind }) => kinds.includes(kind));
  const overEvents = isOf('event', 'aggregate', 'sequence', 'frequency', 'lifecycle', 'sql', 'top');
  const names = isOf('sql').length > 0 ? null : eventNames;
  const events = overEvents.length === 0 ? 0 : sumOf(volumes.events, names);
  const traits = sumOf(volumes.traits, traitKeys);
  const flags = [['segment'], ['prediction', 'cluster'], ['consent']] as const;
  const looked = volumes.profiles * (1 + flags.filter((kinds) => isOf(...kinds).length > 0).length);
  const eventBytes = overEvents.some(readsProperties) ? ROW_BYTES.withProperties : ROW_BYTES.event;
  const work = overEvents.reduce((sum, node) => {
    const own = namesIn({ ...rule, root: node }).eventNames;
    return sum + workOf(node) * sumOf(volumes.events, node.kind === 'sql' ? null : own);
  }, 0);
  return {
    rows: events + traits + looked,
    bytes: events * eventBytes + traits * ROW_BYTES.trait + looked * ROW_BYTES.flag,
    units: events + traits + looked + work + traits * traitWork(nodes),
  };
}
