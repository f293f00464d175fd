import { parseRule } from '@kohort/segments-domain';
import { isAppError } from '@kohort/kernel-errors';
import type { Json, JsonObject, RuleCheck } from '@kohort/kernel-contracts';

function isObject(value: Json): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The rule language's own parser, as the API asks for it: the first thing wrong, at the node where it is wrong. */
export const ruleCheck: RuleCheck = {
  check(rule) {
    if (!isObject(rule)) return { valid: false, issues: [{ path: 'rule', message: 'a rule is a JSON object' }] };
    try {
      return { valid: true, rule, hash: Buffer.from(parseRule(rule).hash, 'hex') };
    } catch (thrown) {
      if (!isAppError(thrown) || thrown.kind !== 'invalid-input') throw thrown;
      const node = thrown.details['node'];
      return { valid: false, issues: [{ path: typeof node === 'string' ? node : 'rule', message: thrown.message }] };
    }
  },
};
