import { z } from 'zod';
import { keySchema } from '@kohort/kernel-contracts';
import { ruleSchema } from '../rule/rule.schema';

/** Kinds of segments whose rule decides who is in. */
export const SEGMENT_FILE_KINDS = ['rule', 'cluster', 'predictive'] as const;

const WORDS = {
  segment: 'Key of the segment: snake_case, immutable, never reused.',
  kind: 'What decides who is in; `rule` when absent.',
  label: 'Name for people.',
  description: 'What it is for; at most 2,000 characters.',
  tags: 'Words to find it by.',
  purpose: 'What members must have consented to before they are sent.',
  refreshMinutes: 'A rule with top or sql is counted anew so often, and after each import; only by hand when absent.',
  draft: 'true: kept as a draft, not published.',
  rule: 'Who is in: the text form, or {version: 1, entity: profile, where: …}.',
};

const frame = {
  segment: keySchema.describe(WORDS.segment),
  kind: z.enum(SEGMENT_FILE_KINDS).optional().describe(WORDS.kind),
  label: z.string().trim().min(1).max(200).describe(WORDS.label),
  description: z.string().max(2_000).optional().describe(WORDS.description),
  tags: z.array(z.string().trim().min(1).max(50)).max(20).optional().describe(WORDS.tags),
  purpose: z.string().min(1).max(63).optional().describe(WORDS.purpose),
  refreshMinutes: z.int().min(1).max(43_200).optional().describe(WORDS.refreshMinutes),
  draft: z.boolean().optional().describe(WORDS.draft),
};

/** One file: one segment. The rule is looked at by the language's own parser, which names node and place. */
export const segmentFileSchema = z.strictObject({
  ...frame,
  rule: z.union([z.string().min(1), z.record(z.string(), z.unknown())]).describe(WORDS.rule),
});

/** The same for editors, with the whole of the rule. */
export const segmentFileForEditors = z
  .strictObject({ ...frame, rule: z.union([z.string().min(1), ruleSchema]).describe(WORDS.rule) })
  .describe('A segment of Kohort, kept as a file.');
