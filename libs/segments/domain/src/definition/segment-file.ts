import { readShape, type JsonObject } from '@kohort/kernel-contracts';
import { segmentsErrors } from '../errors';
import { parseRule } from '../rule/parse-rule';
import { isBatchOnly, segmentsNamed } from '../evaluate/records-needed';
import { compareCodePoints } from '../values/code-points';
import { PlacedText } from '../yaml/placed-text';
import { ruleAt, shapeProblem } from '../yaml/rule-in-text';
import { segmentFileSchema, type SEGMENT_FILE_KINDS } from './segment-file.schema';

/** A segment as it is kept in a file; what the file leaves out has its default. */
export interface SegmentDefinition {
  readonly key: string;
  readonly kind: (typeof SEGMENT_FILE_KINDS)[number];
  readonly label: string;
  readonly description: string;
  /** Each once, in code-point order. */
  readonly tags: readonly string[];
  readonly purpose: string | null;
  /** A rule with `top` or `sql` is counted anew so often; null: by hand. */
  readonly refreshMinutes: number | null;
  readonly isDraft: boolean;
  readonly rule: JsonObject;
  /** SHA-256 of the rule's stable JSON: both forms of one rule have one hash. */
  readonly ruleHash: string;
  /** Keys of the segments that the rule names, in code-point order. */
  readonly names: readonly string[];
}

/** A segment's file, checked, with its text. */
export interface SegmentFile {
  readonly definition: SegmentDefinition;
  readonly text: PlacedText;
}

/** Words and rule of a segment as a definition, wherever they come from. */
export function segmentDefinition(
  words: Omit<SegmentDefinition, 'ruleHash' | 'names' | 'rule'>,
  rule: JsonObject,
): SegmentDefinition {
  const parsed = parseRule(rule);
  const names = [...segmentsNamed(parsed)].sort(compareCodePoints);
  const tags = [...new Set(words.tags)].sort(compareCodePoints);
  return { ...words, tags, rule, ruleHash: parsed.hash, names };
}

/**
 * Reads the file of a segment, YAML or JSON.
 *
 * Throws  SEGMENTS_FILE_INVALID (invalid-input) with `file`, `line`, `column`, `path` and `reason`
 */
export function parseSegmentFile(file: string, source: string): SegmentFile {
  const text = new PlacedText(file, source, segmentsErrors.SEGMENTS_FILE_INVALID);
  const parsed = readShape(segmentFileSchema, text.data);
  if (!parsed.success) throw shapeProblem(text, parsed.error);
  const {
    segment: key,
    kind = 'rule',
    label,
    description = '',
    tags = [],
    purpose = null,
    refreshMinutes = null,
    draft = false,
  } = parsed.data;
  const rule = ruleAt(text, ['rule'], parsed.data.rule);
  if (refreshMinutes !== null && !isBatchOnly(parseRule(rule)))
    throw text.problem(['refreshMinutes'], 'the rule has no top and no sql: it is live and never counted');
  const words = { key, kind, label, description, tags, purpose, refreshMinutes, isDraft: draft };
  return { definition: segmentDefinition(words, rule), text };
}
