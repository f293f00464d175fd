import { z } from 'zod';
import { ERROR_CLASSES } from './error-classes';

/**
 * What a connector can do and how much of it at a time, as data: versions, limits and rates of vendors change, so they
 * stand here and in a plugin's `limits.ts`, never in logic.
 */
export const capabilitiesSchema = z.strictObject({
  kind: z.enum(['cdp', 'ad', 'engagement', 'analytics', 'crm', 'file', 'table', 'webhook', 'alert']),
  operations: z.strictObject({
    add: z.boolean(),
    remove: z.boolean(),
    replace: z.enum(['native', 'emulated', 'none']),
    upsertAttributes: z.boolean(),
    deleteUser: z.boolean(),
  }),
  membershipStyle: z.enum(['list', 'attribute', 'event', 'file', 'row']),
  mixedActionsInBatch: z.boolean(),
  batch: z.strictObject({
    maxRecords: z.number().int().positive(),
    maxBytes: z.number().int().positive().optional(),
    maxRecordBytes: z.number().int().positive().optional(),
    groupBy: z.array(z.string()),
  }),
  concurrency: z.strictObject({ perTarget: z.number().int().positive() }),
  rate: z.array(
    z.strictObject({
      requests: z.number().positive(),
      perMs: z.number().positive(),
      scope: z.enum(['account', 'project', 'token', 'list']),
      burst: z.number().positive().optional(),
    }),
  ),
  identifiers: z.array(
    z.strictObject({
      key: z.string(),
      normalize: z.string(),
      hash: z.enum(['none', 'sha256-hex', 'sha256-base64', 'md5-hex']),
      required: z.boolean().optional(),
      multi: z.boolean().optional(),
    }),
  ),
  membershipTtl: z
    .strictObject({ maxDays: z.number().positive(), refreshBeforeDays: z.number().positive() })
    .optional(),
  minAudienceSize: z.number().int().positive().optional(),
  audience: z.strictObject({ create: z.boolean(), adopt: z.boolean() }),
  idempotency: z.strictObject({
    native: z.enum(['key', 'natural', 'none']),
    keyField: z.string().optional(),
    windowHours: z.number().positive().optional(),
  }),
  perRecordResults: z.enum(['yes', 'optional', 'no']),
  errors: z.array(
    z.strictObject({
      status: z.number().int().optional(),
      code: z.union([z.string(), z.number()]).optional(),
      class: z.enum(ERROR_CLASSES),
    }),
  ),
});

export type ConnectorCapabilities = z.infer<typeof capabilitiesSchema>;
