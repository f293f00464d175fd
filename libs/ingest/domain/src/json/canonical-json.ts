/** Text that stands in JSON as it is, between quotes. */
const PLAIN = /^[ !#-[\]-~]*$/;

const quoted = (text: string): string => (PLAIN.test(text) ? `"${text}"` : JSON.stringify(text));

function objectText(value: object): string {
  let text = '';
  for (const key of Object.keys(value).sort()) {
    const inner: unknown = Reflect.get(value, key);
    if (inner !== undefined) text += `${text === '' ? '' : ','}${quoted(key)}:${canonicalJson(inner)}`;
  }
  return `{${text}}`;
}

/**
 * JSON text with the keys of every object sorted by UTF-16 unit, without spaces: equal values give equal text, however
 * their keys were ordered. Undefined members are left out, as JSON.stringify does.
 *
 * Shape   value: parsed JSON of limited depth (inspectJson)
 */
export function canonicalJson(value: unknown): string {
  if (typeof value === 'string') return quoted(value);
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  if (!Array.isArray(value)) return objectText(value);
  let text = '';
  for (let i = 0; i < value.length; i += 1) text += `${i === 0 ? '' : ','}${canonicalJson(value[i])}`;
  return `[${text}]`;
}
