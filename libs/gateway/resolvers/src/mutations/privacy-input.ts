import { z } from 'zod';
import { parseShape } from '@kohort/kernel-contracts';

const subjectType = z.enum(['user_id', 'anonymous_id', 'email', 'phone']);
const consentSchema = z.object({
  identifierType: subjectType,
  identifier: z.string().min(1).max(500),
  purpose: z.string(),
  at: z.number().nullish(),
  basis: z.string().min(1).max(100).nullish(),
  proof: z.string().max(2_000).nullish(),
});
const purposeSchema = z.object({
  key: z.string(),
  name: z.string().trim().min(1).max(200),
  categories: z.array(z.string().max(200)).max(100),
  saleOrSharing: z.boolean(),
});
const identifierSchema = z.object({ type: z.string().min(1).max(60), value: z.string().min(1).max(500) });
const suppressionSchema = z.object({
  identifiers: z.array(identifierSchema).min(1).max(500),
  reason: z.string().min(1).max(500),
});

/** What somebody said about a purpose, as it was sent. Throws  ZodError */
export const parseConsent = (input: unknown): z.output<typeof consentSchema> => parseShape(consentSchema, input);

/** A purpose, as it was sent. Throws  ZodError */
export const parsePurpose = (input: unknown): z.output<typeof purposeSchema> => parseShape(purposeSchema, input);

/** People to be kept out or let in again, as they were sent. Throws  ZodError */
export const parseSuppression = (input: unknown): z.output<typeof suppressionSchema> =>
  parseShape(suppressionSchema, input);
