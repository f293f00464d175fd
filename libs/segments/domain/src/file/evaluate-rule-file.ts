import { readShape } from '@kohort/kernel-contracts';
import { z } from 'zod';
import { segmentsErrors } from '../errors';
import { compileRules } from '../evaluate/compile-rules';
import { evaluateRule } from '../evaluate/evaluate-rules';
import type { Proof } from '../evaluate/proof';
import { parseRule } from '../rule/parse-rule';
import { formatInstant, parseInstant } from '../time/instant';
import { buildProfiles } from './canonical-profiles';
import { NOT_IN_FILES } from './not-in-files';
import { readMessage, type FileMessage, type MessageLine } from './message';

export interface RuleFileInput {
  /** Messages in any order, each with its line's number. */
  readonly events: Iterable<MessageLine> | AsyncIterable<MessageLine>;
  /** The rule's JSON. */
  readonly rule: unknown;
  /** JSON object of segment key → rule, for `segment` nodes. */
  readonly segments?: unknown;
  /** The instant of evaluation: epoch milliseconds, or ISO-8601 with a zone. */
  readonly now: number | string;
}

/** One line of the answer, its keys in the order of the file form. */
export interface RuleFileLine {
  readonly profile: string;
  readonly member: boolean;
  readonly nextChangeAt: string | null;
  readonly proof: Proof;
}

const segmentsSchema = z.record(z.string(), z.unknown());

function readNow(now: number | string): number {
  const at = typeof now === 'number' ? now : parseInstant(now);
  if (at === undefined || !Number.isSafeInteger(at)) throw segmentsErrors.SEGMENTS_TIME_INVALID({ what: 'now' });
  return at;
}

function readSegments(json: unknown): ReadonlyMap<string, ReturnType<typeof parseRule>> {
  const parsed = readShape(segmentsSchema, json ?? {});
  if (!parsed.success) {
    throw segmentsErrors.SEGMENTS_RULE_INVALID({
      node: 'segments',
      reason: 'must be an object of segment key and rule',
    });
  }
  return new Map(Object.entries(parsed.data).map(([key, rule]) => [key, parseRule(rule, key)]));
}

/**
 * Evaluates a rule on a file of Segment-spec messages: one line for every canonical profile, sorted by id in code-point
 * order. The rule is checked before the first message is read.
 *
 * Cost    the messages are held in memory; O(messages log messages) and the evaluation of each profile
 * Throws  SEGMENTS_RULE_…, SEGMENTS_SEGMENT_…, SEGMENTS_NODE_UNSUPPORTED naming the node; SEGMENTS_MESSAGE_INVALID naming
 *         the line; all of kind invalid-input
 */
export async function evaluateRuleFile(input: RuleFileInput): Promise<readonly RuleFileLine[]> {
  const now = readNow(input.now);
  const rule = parseRule(input.rule);
  const segments = readSegments(input.segments);
  const compiled = compileRules([{ rule }], {
    segments,
    without: { kinds: NOT_IN_FILES, where: 'from a file of events' },
  });
  const messages: FileMessage[] = [];
  for await (const line of input.events) messages.push(readMessage(line));
  return buildProfiles(messages).map((history) => {
    const { member, nextChangeAt, proof } = evaluateRule(compiled, history, now);
    return {
      profile: history.profileId,
      member,
      nextChangeAt: nextChangeAt === null ? null : formatInstant(nextChangeAt),
      proof,
    };
  });
}
