import {
  isBatchOnly,
  parseRule,
  printConditions,
  printRule,
  readRuleText,
  requireMeant,
} from '@kohort/segments-domain';
import { isAppError, type AppError } from '@kohort/kernel-errors';
import type { Json, JsonObject, RuleCheck } from '@kohort/kernel-contracts';

function isObject(value: Json): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function placeOf({ details }: AppError): string {
  if (typeof details['line'] === 'number') return `line ${details['line']}, column ${String(details['column'])}`;
  return typeof details['node'] === 'string' ? details['node'] : 'rule';
}

/** The rule language's own parser, as the API asks for it: the first thing wrong, at the place where it is wrong. */
export const ruleCheck: RuleCheck = {
  check(given) {
    try {
      const rule = typeof given === 'string' ? readRuleText(given) : given;
      if (!isObject(rule)) {
        const message = 'a rule is a JSON object, or a text in the text form';
        return { valid: false, issues: [{ path: 'rule', message }] };
      }
      const parsed = parseRule(rule);
      requireMeant(parsed);
      return { valid: true, rule, hash: Buffer.from(parsed.hash, 'hex') };
    } catch (thrown) {
      if (!isAppError(thrown) || thrown.kind !== 'invalid-input') throw thrown;
      return { valid: false, issues: [{ path: placeOf(thrown), message: thrown.message }] };
    }
  },
  isCounted(rule) {
    try {
      return isBatchOnly(parseRule(rule));
    } catch (thrown) {
      if (!isAppError(thrown) || thrown.kind !== 'invalid-input') throw thrown;
      return false;
    }
  },
  conditions(rule) {
    try {
      return printConditions(rule);
    } catch (thrown) {
      if (!isAppError(thrown) || thrown.kind !== 'invalid-input') throw thrown;
      return new Map();
    }
  },
  print: printRule,
};
