import { z } from 'zod';
import type { Json } from '@kohort/kernel-contracts';
import { migrateRule } from '../rule/migrate-rule';
import { parseRule } from '../rule/parse-rule';
import { nodeBodies, ruleFrameSchema, type NodeKind } from '../rule/rule.schema';
import {
  printCondition,
  printCount,
  printDuration,
  printNames,
  printSelection,
  printTest,
  printWhere,
  printWindow,
  quote,
} from './print-parts';
import { writePath } from './words';

const BODIES = nodeBodies(z.unknown());
type Bodies = typeof BODIES;
type Body<K extends NodeKind> = z.infer<Bodies[K]>;

const metaShape = z.looseObject({ id: z.string().optional(), label: z.string().optional() });

/** Longest line before a node is broken over several. */
const WIDTH = 100;

type Measure = Pick<Body<'aggregate'>, 'event' | 'fn' | 'property' | 'p' | 'window'>;

function printMeasure({ event, fn, property, p, window }: Measure): string {
  const name = fn === 'distinctDays' ? 'distinct days' : fn === 'percentile' ? `percentile ${String(p)}` : fn;
  const of = property === undefined ? '' : ` of ${writePath(property)}`;
  return `${name}${of} over ${printNames(event)}${printWindow(window)}${printWhere(event)}`;
}

function printSequence({ steps, without, keyBy, order, window }: Body<'sequence'>): string {
  const printed = steps.map(({ as, event, gap }, i) => {
    const least = gap?.min ? `after ${printDuration(gap.min)} ` : '';
    const most = gap?.max ? `within ${printDuration(gap.max)} ` : '';
    return `${i === 0 ? '' : 'then '}${least}${most}${printSelection(event)}${as === undefined ? '' : ` as ${as}`}`;
  });
  const never = (without ?? []).map(({ event, after, before, within }) => {
    const until = before === undefined ? '' : ` before ${before}`;
    return `without ${printSelection(event)} after ${after}${until}${within ? ` within ${printDuration(within)}` : ''}`;
  });
  const manner = order === undefined ? '' : order === 'strict' ? ' strictly' : ' loosely';
  const by = keyBy === undefined ? '' : ` by ${writePath(keyBy)}`;
  return `sequence${manner}${by} (${[...printed, ...never].join(' ')})${printWindow(window)}`;
}

type LeafPrinters = {
  readonly [K in Exclude<NodeKind, 'all' | 'any' | 'none' | 'atLeast' | 'relation' | 'group'>]: (
    body: Body<K>,
  ) => string;
};

const LEAVES: LeafPrinters = {
  trait: ({ asOf, ever, ...condition }) =>
    `${printCondition(condition)}${asOf === undefined ? '' : ` as of ${quote(asOf)}`}${ever === true ? ' ever' : ''}`,
  event: ({ count, window, ...selection }) =>
    `did ${printNames(selection)}${count ? ` ${printCount(count.op, count.n)}` : ''}${printWindow(window)}${printWhere(selection, true)}`,
  aggregate: ({ op, value, ...measure }) =>
    `${printMeasure(measure)} ${op === 'between' ? printTest(op, value) : printTest(op, value)}`,
  sequence: printSequence,
  frequency: ({ a, b, op, ratio, window }) =>
    `ratio of ${printSelection(a)} to ${printSelection(b)}${printWindow(window)} ${printTest(op, ratio)}`,
  lifecycle: ({ state, event, period }) =>
    `lifecycle ${state} of ${printSelection(event)} with period ${printDuration(period)}`,
  segment: ({ key, is }) => `${is === undefined ? '' : is ? 'is ' : 'not '}in segment ${quote(key)}`,
  prediction: ({ model, measure, op, value }) => `prediction ${quote(model)} ${measure} ${printTest(op, value)}`,
  cluster: ({ model, in: keys, minConfidence }) =>
    `cluster ${quote(model)} in (${keys.map(quote).join(', ')})${minConfidence === undefined ? '' : ` with confidence ${minConfidence}`}`,
  bucket: ({ salt, from, to }) => `bucket ${quote(salt)} from ${from} to ${to}`,
  consent: ({ purpose }) => `consent for ${quote(purpose)}`,
  text: ({ trait, topic, sentiment, op }) =>
    `text of ${writePath(trait)}${op === undefined ? '' : op === 'eq' ? ' is' : ' is not'}${topic === undefined ? '' : ` topic ${quote(topic)}`}${sentiment === undefined ? '' : ` sentiment ${sentiment}`}`,
  top: ({ by, n, percent, exact }) =>
    `top${n === undefined ? '' : ` ${n}`}${percent === undefined ? '' : ` ${percent} percent`}${exact === undefined ? '' : exact ? ' exactly' : ' not exactly'} by ${printMeasure(by.aggregate)}`,
  sql: ({ predicate }) => `sql ${quote(predicate)}`,
};

interface Printed {
  readonly text: string;
  /** It is a chain of `and` or `or`: inside another node it stands in brackets. */
  readonly isChain: boolean;
}

const indent = (text: string): string => text.replaceAll('\n', '\n  ');

function printList(name: string, children: readonly Json[]): string {
  const printed = children.map((child) => printNode(child).text);
  const line = `${name}(${printed.join(', ')})`;
  if (line.length <= WIDTH && !line.includes('\n')) return line;
  return `${name}(\n  ${printed.map(indent).join(',\n  ')}\n)`;
}

function printChain(word: 'and' | 'or', children: readonly Json[]): string {
  const printed = children.map((child) => {
    const { text, isChain } = printNode(child);
    return isChain ? `(${text})` : text;
  });
  const line = printed.join(` ${word} `);
  if (line.length <= WIDTH && !line.includes('\n')) return line;
  return printed.map(indent).join(`\n  ${word} `);
}

/** The kinds that hold other nodes. */
function printInner(kind: NodeKind, body: unknown): Printed | null {
  if (kind === 'all' || kind === 'any') {
    const children = BODIES[kind].parse(body) as Json[];
    if (children.length < 2) return { text: printList(kind, children), isChain: false };
    return { text: printChain(kind === 'all' ? 'and' : 'or', children), isChain: true };
  }
  if (kind === 'none') {
    const children = BODIES.none.parse(body) as Json[];
    const [only] = children;
    if (children.length !== 1 || only === undefined) return { text: printList('none', children), isChain: false };
    return { text: `not (${indent(printNode(only).text)})`, isChain: false };
  }
  if (kind === 'atLeast') {
    const { n, of } = BODIES.atLeast.parse(body);
    return { text: printList(`at least ${n} of `, of as Json[]), isChain: false };
  }
  if (kind === 'relation' || kind === 'group') {
    const { to, quantifier, count, where } = BODIES[kind].parse(body);
    const number = count ? ` ${printCount(count.op, count.n)}` : '';
    return {
      text: `${kind} to ${to} ${quantifier}${number} (${indent(printNode(where as Json).text)})`,
      isChain: false,
    };
  }
  return null;
}

function printLeaf<K extends keyof LeafPrinters>(kind: K, body: unknown): string {
  const parsed = BODIES[kind].parse(body) as Body<K>;
  const print = LEAVES[kind] as (body: Body<K>) => string;
  return print(parsed);
}

function printNode(json: Json): Printed {
  const { id, label, ...rest } = metaShape.parse(json);
  const [entry] = Object.entries(rest);
  const [kind, body] = entry as [NodeKind, unknown];
  const printed = printInner(kind, body) ?? { text: printLeaf(kind as keyof LeafPrinters, body), isChain: false };
  if (id === undefined && label === undefined) return printed;
  const meta = [id === undefined ? '' : quote(id), label === undefined ? '' : `label ${quote(label)}`].filter(Boolean);
  return { text: `@(${meta.join(', ')}) (${printed.text})`, isChain: false };
}

/**
 * Each condition of a rule in the text form, by its id, else its path (`where.all.1`): what a table of conditions shows.
 *
 * Throws  SEGMENTS_RULE_… when the JSON is no rule
 */
export function printConditions(rule: unknown): ReadonlyMap<string, string> {
  parseRule(rule);
  const printed = new Map<string, string>();
  const visit = (json: Json, path: string): void => {
    const { id, ...named } = metaShape.parse(json);
    const node = Object.entries(named).filter(([name]) => name !== 'label');
    const [kind, body] = node[0] as [NodeKind, unknown];
    printed.set(id ?? path, printNode(Object.fromEntries(node) as Json).text);
    const children = kind === 'atLeast' ? BODIES.atLeast.parse(body).of : body;
    if (kind === 'all' || kind === 'any' || kind === 'none' || kind === 'atLeast') {
      const at = kind === 'atLeast' ? `${path}.atLeast.of` : `${path}.${kind}`;
      (children as Json[]).forEach((child, i) => visit(child, `${at}.${i}`));
    }
    if (kind === 'relation' || kind === 'group') visit(BODIES[kind].parse(body).where as Json, `${path}.${kind}.where`);
  };
  visit(ruleFrameSchema.parse(migrateRule(rule as Json)).where as Json, 'where');
  return printed;
}

/**
 * A rule in the text form. `readRuleText` gives a rule with the same meaning back, and what is read prints as the same
 * text: `print(read(print(rule))) = print(rule)`.
 *
 * Shape   several lines when it is longer than 100 characters
 * Throws  SEGMENTS_RULE_… when the JSON is no rule
 */
export function printRule(rule: unknown): string {
  parseRule(rule);
  const { entity, where, options } = ruleFrameSchema.parse(rule);
  const text = printNode(where as Json).text;
  const zone = options?.timezone === undefined ? '' : `timezone ${quote(options.timezone)}`;
  const separator = text.length + zone.length > WIDTH || text.includes('\n') ? '\n' : ' ';
  return [entity === 'account' ? 'for accounts' : '', text, zone].filter((part) => part !== '').join(separator);
}
