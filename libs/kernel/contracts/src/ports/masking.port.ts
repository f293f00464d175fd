import { z } from 'zod';
import type { SourceId, WorkspaceId } from '../ids';
import type { Json, JsonObject } from '../json';
import type { NormalisedMessage } from '../segment-message';

/** What may be taken out of texts. `person`: names, as far as English word lists know them. */
export const MASK_KINDS = ['email', 'phone', 'card', 'iban', 'ip', 'person'] as const;
export type MaskKind = (typeof MASK_KINDS)[number];

/** What of a source's messages is masked before anything is stored. */
export const maskingSchema = z
  .strictObject({
    /** Paths such as `properties.comment`, with all that stands below; lists on the way count entry by entry. */
    fields: z
      .array(
        z
          .string()
          .regex(
            /^(properties|traits|context)(\.[^.[\]]{1,100}){1,8}$/,
            'is no path below properties, traits or context: keys between dots',
          ),
      )
      .max(100),
    /** Every text of more than so many characters; null: the named fields alone. */
    longTexts: z.int().min(1).max(32_768).nullable(),
    kinds: z.array(z.enum(MASK_KINDS)).min(1).max(MASK_KINDS.length),
    /** ISO 3166-1 country of national telephone numbers; null: those with a leading + alone. */
    country: z
      .string()
      .regex(/^[A-Z]{2}$/, 'is no country in two capital letters')
      .nullable(),
  })
  .refine(({ fields, longTexts }) => fields.length > 0 || longTexts !== null, 'names no field and no length of texts');
export type MaskingSettings = z.infer<typeof maskingSchema>;

/** Settings at work. Pure; what holds nothing to be masked comes back as it is, the same object. */
export interface Masking {
  /** An item as it was sent. One that is no message is masked throughout: it may be kept as it is. */
  item(item: Json): Json;
  /** What a call says of all its items. */
  context(context: JsonObject): JsonObject;
  message(message: NormalisedMessage): NormalisedMessage;
}

/** Whose messages. */
export interface MaskOrigin {
  readonly workspaceId: WorkspaceId;
  readonly sourceId: SourceId;
}

/**
 * Masking at the ways in.
 *
 * A caller may rely on: a setting is in force everywhere within five seconds; while the database is away the last known
 * one goes on.
 */
export interface MaskGate {
  /** Null: nothing of the source is masked. Throws what the store throws when nothing is known of the source yet. */
  maskingOf(origin: MaskOrigin): Promise<Masking | null>;
  /** What was known last, without a look; undefined: nothing. */
  known(origin: MaskOrigin): Masking | null | undefined;
}

/** Where the settings are kept. */
export interface MaskingStore {
  settingsOf(origin: MaskOrigin): Promise<MaskingSettings | null>;
}
