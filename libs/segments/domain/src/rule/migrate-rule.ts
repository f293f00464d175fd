import type { Json, JsonObject } from '@kohort/kernel-contracts';

/** The version of the language that this program speaks. */
export const LANGUAGE_VERSION = 1;

const isList = (value: Json): value is readonly Json[] => Array.isArray(value);
const isObject = (value: Json | undefined): value is JsonObject =>
  value !== undefined && value !== null && typeof value === 'object' && !isList(value);

/** Nodes are followed no deeper than a rule may be, so that a hostile one is left for the parser to refuse. */
const DEEPEST = 12;

/**
 * Version 0, as the first drafts of the language wrote it: `not` with one node for `none`, `and` and `or` for `all` and
 * `any`, and `within` at an event for its `last` window.
 */
function nodeFromZero(node: Json, depth: number): Json {
  if (!isObject(node) || depth > DEEPEST) return node;
  const deeper = (list: Json): Json => (isList(list) ? list.map((child) => nodeFromZero(child, depth + 1)) : list);
  const fields = Object.entries(node).map(([key, body]): [string, Json] => {
    const value = body ?? null;
    switch (key) {
      case 'and':
      case 'all':
        return ['all', deeper(value)];
      case 'or':
      case 'any':
        return ['any', deeper(value)];
      case 'none':
        return ['none', deeper(value)];
      case 'not':
        return ['none', [nodeFromZero(value, depth + 1)]];
      case 'atLeast':
        return [key, isObject(value) && value['of'] !== undefined ? { ...value, of: deeper(value['of']) } : value];
      case 'event': {
        if (!isObject(value) || value['within'] === undefined) return [key, value];
        const { within, ...event } = value;
        return [key, { ...event, window: { last: within } }];
      }
      default:
        return [key, value];
    }
  });
  return Object.fromEntries(fields);
}

/** One step: a rule of version `from` becomes one of the next. */
interface Migration {
  readonly from: number;
  readonly migrate: (rule: JsonObject) => JsonObject;
}

/** In order; the step from version n is the n-th. A step, once it has been there, is never changed. */
const MIGRATIONS: readonly Migration[] = [
  {
    from: 0,
    migrate: (rule) => ({ entity: 'profile', ...rule, version: 1, where: nodeFromZero(rule['where'] ?? null, 1) }),
  },
];

/**
 * Brings a rule of an older version of the language to the present one, step by step; the meaning stays. What is no
 * rule, and one of a newer version, comes back as it is, for the parser to refuse by name.
 *
 * Cost   O(size)
 */
export function migrateRule(json: Json): Json {
  let rule: Json = json;
  for (const { from, migrate } of MIGRATIONS) if (isObject(rule) && rule['version'] === from) rule = migrate(rule);
  return rule;
}
