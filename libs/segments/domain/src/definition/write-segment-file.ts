import { Document, isScalar, type ParsedNode, type Scalar } from 'yaml';
import type { Json, JsonObject } from '@kohort/kernel-contracts';
import { isAppError } from '@kohort/kernel-errors';
import { parseRule } from '../rule/parse-rule';
import { printRule } from '../text/print-rule';
import { readRuleText } from '../text/read-rule-text';
import type { SegmentDefinition, SegmentFile } from './segment-file';

const LINE_WIDTH = 110;

/** The text form of a rule, where it reads back as the very same JSON. */
function textOf(rule: JsonObject, hash: string): string | null {
  try {
    const text = printRule(rule);
    return parseRule(readRuleText(text)).hash === hash ? text : null;
  } catch (thrown) {
    if (!isAppError(thrown)) throw thrown;
    return null;
  }
}

/** The fields of a file in the order in which a new one has them; what is as by default is left out. */
function fieldsOf(definition: SegmentDefinition): readonly (readonly [string, Json])[] {
  const { key, kind, label, description, tags, purpose, refreshMinutes, isDraft } = definition;
  return [
    ['segment', key],
    ...(kind === 'rule' ? [] : [['kind', kind] as const]),
    ['label', label],
    ...(description === '' ? [] : [['description', description] as const]),
    ...(tags.length === 0 ? [] : [['tags', tags] as const]),
    ...(purpose === null ? [] : [['purpose', purpose] as const]),
    ...(refreshMinutes === null ? [] : [['refreshMinutes', refreshMinutes] as const]),
    ...(isDraft ? [['draft', true] as const] : []),
  ];
}

const sameJson = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** The rule as a node of the text: the text form as a block of lines, where it says all; else JSON as YAML. */
function ruleNode(document: Document, definition: SegmentDefinition, asJson: boolean): unknown {
  const text = asJson ? null : textOf(definition.rule, definition.ruleHash);
  if (text === null) return document.createNode(definition.rule, { aliasDuplicateObjects: false });
  // A block needs no quotes: the rule stands in the file as people write it.
  const node: Scalar = document.createNode(`${text.trimEnd()}\n`);
  node.type = 'BLOCK_LITERAL';
  return node;
}

function written(document: Document): string {
  return document.toString({ lineWidth: LINE_WIDTH, singleQuote: false });
}

/** A new file of a segment: the same definition always gives the same text. */
export function newSegmentFile(definition: SegmentDefinition): string {
  const document = new Document(Object.fromEntries(fieldsOf(definition)));
  document.set('rule', ruleNode(document, definition, false));
  return written(document);
}

/**
 * The text of an existing file brought to another definition: comments, the order of keys and the form of the rule
 * stay; only what differs is written. The file that already says so stays byte for byte as it is.
 */
export function updatedSegmentFile(file: SegmentFile, definition: SegmentDefinition): string {
  const { text, definition: before } = file;
  const wanted = new Map(fieldsOf(definition));
  const had = new Map(fieldsOf(before));
  const document: Document<ParsedNode> = text.document.clone();
  let changed = false;
  for (const name of ['kind', 'label', 'description', 'tags', 'purpose', 'refreshMinutes', 'draft']) {
    if (sameJson(wanted.get(name), had.get(name))) continue;
    changed = true;
    const value = wanted.get(name);
    const node: unknown = document.get(name, true);
    if (value === undefined) document.delete(name);
    // The scalar's own comment and quotes stay.
    else if (isScalar(node) && typeof value !== 'object') node.value = value;
    else document.set(name, document.createNode(value));
  }
  if (before.ruleHash !== definition.ruleHash) {
    changed = true;
    document.set('rule', ruleNode(document, definition, !isScalar(document.get('rule', true))));
  }
  return changed ? written(document) : text.text;
}
