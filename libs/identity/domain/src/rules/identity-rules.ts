import { RE2JS } from 're2js';
import { z } from 'zod';
import { readShape, type IdentifierRule, type IdentityRules } from '@kohort/kernel-contracts';
import { defineErrors } from '@kohort/kernel-errors';

/** What is wrong with identity rules. */
export const identityErrors = defineErrors({
  IDENTITY_RULES_INVALID: {
    kind: 'invalid-input',
    message: (d) => `${String(d['path'])}: ${String(d['reason'])}`,
  },
});

const MAX_TYPES = 50;
const MAX_BLOCKED = 1_000;
const MAX_PATTERN_CHARS = 500;
/** Names that need no rule (`previous_id`) or could be mistaken for a key's separator are not to be had. */
const TYPE = /^[a-z][a-z0-9_.-]{0,62}$/;

const isPattern = (text: string): boolean => {
  try {
    RE2JS.compile(text);
    return true;
  } catch {
    // What is wrong with it the message below says as well as the engine would.
    return false;
  }
};

const identifierRule = z
  .strictObject({
    type: z
      .string()
      .regex(TYPE, 'a type is lower case letters, digits, "_", "." and "-", beginning with a letter')
      .refine((type) => type !== 'previous_id', '"previous_id" is the bridge of alias calls and takes no rule'),
    limit: z
      .strictObject({ count: z.int().min(1).max(100_000), period: z.enum(['ever', 'day', 'week', 'month']) })
      .nullable()
      .default(null),
    unique: z.boolean().default(true),
    caseSensitive: z.boolean().optional(),
    blockedValues: z.array(z.string().min(1).max(500)).max(MAX_BLOCKED).default([]),
    blockedPatterns: z
      .array(z.string().min(1).max(MAX_PATTERN_CHARS).refine(isPattern, 'not a pattern that RE2 knows'))
      .max(100)
      .default([]),
  })
  .transform((rule): IdentifierRule => ({ ...rule, caseSensitive: rule.caseSensitive ?? rule.type !== 'email' }));

const identityRulesSchema = z.strictObject({
  identifiers: z
    .array(identifierRule)
    .min(1)
    .max(MAX_TYPES)
    .refine((rules) => new Set(rules.map(({ type }) => type)).size === rules.length, 'a type is listed twice'),
  blockDefaults: z.boolean().default(true),
  risk: z
    .strictObject({
      profiles: z.int().min(2).max(1_000_000).default(20),
      action: z.enum(['report', 'hold', 'block']).default('report'),
    })
    .default({ profiles: 20, action: 'report' }),
});

/**
 * Reads rules as a person writes them, and fills in what they leave out.
 *
 * Throws  IDENTITY_RULES_INVALID with the path of the first thing that is wrong
 */
export function parseIdentityRules(input: unknown): IdentityRules {
  const read = readShape(identityRulesSchema, input);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  throw identityErrors.IDENTITY_RULES_INVALID({
    path: issue?.path.join('.') || 'rules',
    reason: issue?.message ?? 'not identity rules',
  });
}

/**
 * The rules of a workspace that has set none: user ids and anonymous ids, as many a person as there are, so that a
 * device that two people log in on makes them one.
 */
export const DEFAULT_RULES: IdentityRules = parseIdentityRules({
  identifiers: [{ type: 'user_id' }, { type: 'anonymous_id' }],
});

/** Rules to begin with: one user id a person, five of everything else, five devices a month. */
export const RECOMMENDED_RULES: IdentityRules = parseIdentityRules({
  identifiers: [
    { type: 'user_id', limit: { count: 1, period: 'ever' } },
    { type: 'email', limit: { count: 5, period: 'ever' } },
    { type: 'phone', limit: { count: 5, period: 'ever' } },
    { type: 'android.id', limit: { count: 5, period: 'month' } },
    { type: 'android.idfa', limit: { count: 5, period: 'month' } },
    { type: 'anonymous_id', limit: { count: 5, period: 'month' } },
    { type: 'ios.id', limit: { count: 5, period: 'month' } },
    { type: 'ios.idfa', limit: { count: 5, period: 'month' } },
  ],
  risk: { profiles: 20, action: 'hold' },
});
