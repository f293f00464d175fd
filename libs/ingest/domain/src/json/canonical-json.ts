/**
 * JSON text with the keys of every object sorted by UTF-16 unit, without spaces: equal values give equal text, however
 * their keys were ordered. Undefined members are left out, as JSON.stringify does.
 *
 * Shape   value: parsed JSON of limited depth (inspectJson)
 */
export function canonicalJson(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item)).join(',')}]`;
  const members = Object.entries(value)
    .filter(([, inner]) => inner !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([key, inner]) => `${JSON.stringify(key)}:${canonicalJson(inner)}`).join(',')}}`;
}
