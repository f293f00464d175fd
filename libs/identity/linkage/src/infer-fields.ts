import { FIELD_TYPES, type FieldType, type LinkField } from './field-types';
import { linkageErrors } from './linkage-errors';

const BY_NAME: readonly (readonly [RegExp, FieldType])[] = [
  [/(e_?mail)/, 'email'],
  [/(phone|mobile|fax|(^|_)tel($|_))/, 'phone'],
  [/(birth|(^|_)dob($|_)|(^|_)date)/, 'date'],
  [/(post_?code|zip|ssn|soc_sec|passport|tax_?id|(^|_)vat|iban)/, 'code'],
  [/((house|street|building)_?(no|nr|number)|house$)/, 'house'],
  [/(given|first|last|middle|family|maiden|sur)_?name|forename|surname/, 'name'],
  [/(addr|street)/, 'address'],
  [/(city|town|suburb|place|company|organi[sz]ation|title)/, 'text'],
  [/(amount|price|cents|total|revenue)/, 'amount'],
];

/** Values that decide a type: so many at most are looked at. */
const LOOKED_AT = 1000;

function byValues(values: readonly string[]): FieldType {
  const present = values
    .map((value) => value.trim())
    .filter((value) => value !== '')
    .slice(0, LOOKED_AT);
  const share = (pattern: RegExp): number =>
    present.filter((value) => pattern.test(value)).length / Math.max(1, present.length);
  if (share(/^\S+@\S+\.\S+$/) > 0.8) return 'email';
  if (share(/^(19|20)\d{2}[-/.]?\d{2}[-/.]?\d{2}$|^\d{1,2}[-/.]\d{1,2}[-/.](19|20)\d{2}$/) > 0.8) return 'date';
  if (share(/^\+?[\d\s()/.-]{9,}$/) > 0.8 && share(/[\s()/.+-]/) > 0.3) return 'phone';
  if (new Set(present).size <= Math.min(60, present.length / 10)) return 'category';
  if (share(/^\d{1,5}[a-z]?$/i) > 0.8) return share(/^\d{4,5}$/) > 0.8 ? 'code' : 'house';
  if (share(/\d/) > 0.8 && share(/ /) < 0.2) return 'code';
  if (share(/\d/) > 0.4 && share(/ /) > 0.6) return 'address';
  return share(/ /) > 0.4 ? 'text' : 'name';
}

/** What a column most likely holds, by its name, else by its values. */
export function inferFieldType(column: string, values: readonly string[]): FieldType {
  const name = column.toLowerCase().replace(/[\s-]+/g, '_');
  return BY_NAME.find(([pattern]) => pattern.test(name))?.[1] ?? byValues(values);
}

/**
 * Reads `given_name:name,postcode:code,city`: a type where one is given, undefined where it is to be inferred.
 *
 * Throws  LINKAGE_BAD_PARAMETER for an unknown type
 */
export function parseFieldList(
  names: readonly string[],
): readonly { readonly column: string; readonly type: FieldType | undefined }[] {
  return names.map((text) => {
    const at = text.lastIndexOf(':');
    if (at < 0) return { column: text, type: undefined };
    const type = FIELD_TYPES.find((known) => known === text.slice(at + 1).trim());
    if (!type) {
      throw linkageErrors.LINKAGE_BAD_PARAMETER({
        parameter: `the type of "${text}"`,
        must: `one of ${FIELD_TYPES.join(', ')}`,
      });
    }
    return { column: text.slice(0, at).trim(), type };
  });
}

/** Fields with the types that were left open inferred from the first rows. */
export function inferFields(
  wanted: ReturnType<typeof parseFieldList>,
  valuesOf: (column: string) => readonly string[],
): LinkField[] {
  return wanted.map(({ column, type }) => ({ column, type: type ?? inferFieldType(column, valuesOf(column)) }));
}
