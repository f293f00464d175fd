const DEPTH = 4;
const VALUE_CHARS = 10_000;

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function cellOf(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'string') return value.length > VALUE_CHARS ? value.slice(0, VALUE_CHARS) : value;
  return typeof value === 'object' ? JSON.stringify(value).slice(0, VALUE_CHARS) : String(value);
}

/**
 * A record as cells by dotted path, as a table would have them: nested objects to four levels, lists as JSON.
 *
 * Cost  cells of more than 10,000 characters are cut
 */
export function flattenRecord(record: Readonly<Record<string, unknown>>): ReadonlyMap<string, string> {
  const cells = new Map<string, string>();
  const visit = (value: Readonly<Record<string, unknown>>, prefix: string, depth: number): void => {
    for (const [key, inner] of Object.entries(value)) {
      if (isRecord(inner) && depth < DEPTH && Object.keys(inner).length > 0)
        visit(inner, `${prefix}${key}.`, depth + 1);
      else cells.set(prefix + key, cellOf(inner));
    }
  };
  visit(record, '', 1);
  return cells;
}
