import { IANAZone } from 'luxon';
import { z } from 'zod';

const name = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9_]{0,62}$/, 'must start with a letter and have letters, digits and _ only');
const reason = z.string().regex(/^[a-z][a-z0-9_]{0,62}$/, 'must be snake_case');
const scalar = z.union([z.string(), z.number(), z.boolean()]);
const zone = z.string().refine((text) => IANAZone.isValidZone(text), 'is not a time zone of the IANA database');

/** A column as typed. `format` is Luxon's (`yyyy-MM-dd HH:mm:ss`), or `iso`, `epoch_s`, `epoch_ms`. */
const fieldSchema = z.strictObject({
  column: z.string().min(1),
  type: z.enum(['text', 'integer', 'decimal', 'boolean', 'timestamp']),
  format: z.string().min(1).optional(),
  /** An empty cell is then a reason to reject the row. */
  required: z.boolean().optional(),
  /** Cells that are as good as empty, as written (trimmed): `NA`, `-999`. */
  missing: z.array(z.string().min(1)).max(100).optional(),
  /** Cells to be read as other text, as written (trimmed): `{ PARIS: Paris }`. Applied before `missing` and the type. */
  replace: z.record(z.string().min(1), z.string()).optional(),
});

/** One test on one field. A missing value passes `missing: true` and nothing else. */
const conditionSchema = z
  .strictObject({
    field: name,
    missing: z.boolean().optional(),
    equals: scalar.optional(),
    in: z.array(scalar).min(1).optional(),
    startsWith: z.string().min(1).optional(),
    endsWith: z.string().min(1).optional(),
    contains: z.string().min(1).optional(),
    lt: z.number().optional(),
    lte: z.number().optional(),
    gt: z.number().optional(),
    gte: z.number().optional(),
  })
  .refine((condition) => Object.keys(condition).length === 2, 'must have exactly one test');

const reference = z.strictObject({ field: name });
const purpose = z.string().regex(/^[a-z][a-z0-9_]{0,62}$/, 'must be snake_case');
const constant = z.strictObject({ const: scalar });
/**
 * Whether rows may make people. Without it an import updates those who are known, and a row that names nobody known is
 * left out with the reason `person_unknown`.
 */
const createProfiles = z.boolean().default(false);
/** A value over the rows of a group (or over the one row). */
const valueSchema = z.union([
  reference,
  constant,
  z.strictObject({ sum: name }),
  z.strictObject({ count: z.literal('rows') }),
  z.strictObject({ countDistinct: name }),
  z.strictObject({
    list: z.record(z.string().min(1), name),
    /** Rows listed at most; more are flagged `list_truncated`, sums and counts stay exact. */
    max: z.int().min(1).max(1_000).default(250),
  }),
]);

/** What a record that is gone says: by the marker in its row, or by its absence from a table that is mirrored. */
const removalSchema = z.strictObject({
  /** A row with anything in this column but `false`, `f`, `no`, `n` or `0` says that its record is gone. */
  deletedColumn: z.string().min(1).optional(),
  /** A track of this name, with the properties of the record's message. */
  event: z.string().min(1).optional(),
  /** Those of the message's traits that are taken back from the record's person. */
  traits: z.array(z.string().min(1)).max(100).default([]),
});

const tableSchema = z.strictObject({
  name: z.string().regex(/^[a-z][a-z0-9-]{0,62}$/, 'must be kebab-case'),
  version: z.int().min(1),
  description: z.string().default(''),
  format: z.literal('table'),
  createProfiles,
  match: z.strictObject({ columns: z.array(z.string().min(1)).min(1) }),
  /** Zone of the file's local times. Instants with a zone of their own are not touched. */
  timeZone: zone.default('UTC'),
  /** What a local time means that the clocks showed twice, or never. */
  localTime: z
    .strictObject({
      ambiguous: z.enum(['earlier', 'later', 'reject']).default('earlier'),
      nonexistent: z.enum(['forward', 'reject']).default('forward'),
    })
    .default({ ambiguous: 'earlier', nonexistent: 'forward' }),
  fields: z.record(name, fieldSchema),
  /** In this order; the first that applies names the reason. */
  clean: z.array(z.strictObject({ reason, when: conditionSchema })).default([]),
  derive: z.record(name, z.strictObject({ product: z.array(name).min(2) })).default({}),
  group: z.strictObject({ by: z.array(name).min(1), maxRows: z.int().min(1).max(2_500).default(2_500) }).optional(),
  /** Without it nothing is taken back. No person is made by it, and none is deleted. */
  removal: removalSchema.optional(),
  message: z.strictObject({
    type: z.enum(['track', 'identify', 'page', 'screen']),
    event: z.string().min(1).optional(),
    userId: reference.optional(),
    anonymousId: reference.optional(),
    messageId: reference.optional(),
    timestamp: reference.optional(),
    properties: z.record(z.string().min(1), valueSchema).default({}),
    /** Set on the person from the message's time on, whatever the message's type. */
    traits: z.record(z.string().min(1), valueSchema).default({}),
    /** Purpose → a boolean column: what the row says about consent, as a message's `context.consent` would. */
    consent: z.record(purpose, reference).default({}),
  }),
});

const segmentSchema = z.strictObject({
  name: z.string().regex(/^[a-z][a-z0-9-]{0,62}$/, 'must be kebab-case'),
  version: z.int().min(1),
  description: z.string().default(''),
  format: z.literal('segment'),
  createProfiles,
});

/**
 * A mapping file: how the rows of a table become messages (`table`), or that the rows are messages of the Segment spec
 * already (`segment`). Declarative on purpose: no expression, no script.
 */
export const mappingSchema = z.discriminatedUnion('format', [tableSchema, segmentSchema]);

export type Mapping = z.infer<typeof mappingSchema>;
export type TableMapping = z.infer<typeof tableSchema>;
export type FieldSpec = z.infer<typeof fieldSchema>;
export type Condition = z.infer<typeof conditionSchema>;
export type RemovalSpec = z.infer<typeof removalSchema>;
export type ValueSpec = z.infer<typeof valueSchema>;
