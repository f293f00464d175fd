import type { z } from 'zod';
import type { JsonObject } from '@kohort/kernel-contracts';
import { isAppError, type AppError } from '@kohort/kernel-errors';
import { parseRule } from '../rule/parse-rule';
import { readRuleText } from '../text/read-rule-text';
import type { PlacedText, TextPath } from './placed-text';

/** Reads a part of a text with a reader of rules, and tells its refusal with the place in the file. */
export function atPlace<T>(text: PlacedText, path: TextPath, read: () => T): T {
  try {
    return read();
  } catch (thrown) {
    if (!isAppError(thrown) || thrown.kind !== 'invalid-input') throw thrown;
    const { segment, path: inner, node, line, column, reason: said } = thrown.details;
    // A node without an id goes by its path in the rule.
    const place = [inner, node].find((one) => typeof one === 'string' && one.startsWith('where'));
    const steps = typeof place === 'string' ? place.split('.') : [];
    const owner = typeof segment === 'string' ? ['segments', segment] : path;
    if (thrown.code === 'SEGMENTS_TEXT_INVALID' && typeof line === 'number' && typeof column === 'number') {
      const found = text.within(owner, line, column);
      if (found !== null) throw text.problemWithin(owner, found, String(said ?? thrown.message), thrown);
      // Lines of the text form count from where the text begins.
      throw text.problem(owner, `in its text, ${thrown.message}`, thrown);
    }
    throw text.problem([...owner, ...steps], thrown.message, thrown);
  }
}

/** A rule as a text holds it, in the text form or as JSON, checked; given as JSON. */
export function ruleAt(text: PlacedText, path: TextPath, rule: string | Readonly<Record<string, unknown>>): JsonObject {
  return atPlace(text, path, () => {
    // Both have looked at every part: the whole is plain JSON.
    if (typeof rule === 'string') return readRuleText(rule) as JsonObject;
    parseRule(rule);
    return rule as JsonObject;
  });
}

/** What zod found first in a text, with its place. */
export function shapeProblem(text: PlacedText, error: z.ZodError): AppError {
  const [issue] = error.issues;
  const path = (issue?.path ?? []).map((step) => (typeof step === 'number' ? step : String(step)));
  const unknown = issue?.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : [];
  return text.problem([...path, ...unknown], issue?.message ?? 'does not have the right shape', error);
}
