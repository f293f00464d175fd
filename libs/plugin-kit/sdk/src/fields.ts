import { z } from 'zod';

/** How one setting or field is shown: the form, the docs and the checks are all derived from it. */
export interface FieldInfo {
  readonly label: string;
  readonly help: string;
  /** Stored sealed, never read back, blanked wherever it appears. */
  readonly secret?: boolean;
}

const registry = z.registry<FieldInfo>();

/** Marks one setting or field with its label and help. It must be the outermost call: `field(z.string().optional(), …)`. */
export function field<T extends z.ZodType>(schema: T, info: { readonly label: string; readonly help: string }): T {
  const copy = schema.clone();
  registry.add(copy, info);
  return copy;
}

/** A setting that is stored sealed and blanked in logs, errors and dry runs. */
export function secret<T extends z.ZodType>(schema: T, info: { readonly label: string; readonly help: string }): T {
  const copy = schema.clone();
  registry.add(copy, { ...info, secret: true });
  return copy;
}

/** What is known of each key of an object schema; undefined for one that was not marked. */
export function fieldsOf(schema: z.ZodObject): ReadonlyMap<string, FieldInfo | undefined> {
  return new Map(Object.entries(schema.shape).map(([key, held]) => [key, registry.get(held)]));
}

/** The keys of a settings schema that are secrets. */
export function secretKeys(schema: z.ZodObject): readonly string[] {
  return [...fieldsOf(schema)].filter(([, info]) => info?.secret === true).map(([key]) => key);
}

/**
 * The settings as JSON Schema (draft 2020-12), for forms and for checks without running the connector: label → title,
 * help → description, secret → writeOnly.
 */
export function settingsJsonSchema(schema: z.ZodObject): z.core.JSONSchema.BaseSchema {
  return z.toJSONSchema(schema, {
    io: 'input',
    override: ({ zodSchema, jsonSchema }) => {
      const info = registry.get(zodSchema);
      if (!info) return;
      jsonSchema.title = info.label;
      jsonSchema.description = info.help;
      if (info.secret) jsonSchema['writeOnly'] = true;
    },
  });
}
