const from = (line) => line.slice(line.indexOf('from '));
const withName = (list, value) =>
  [...list.split(',').map((one) => one.trim()), value]
    .filter((one) => one !== '')
    .sort()
    .join(', ');

/** Imports a connector and adds it to a list of them, in the order of names. `member`: what its package exports. */
export function listConnector(text, { name, value }, { member, list }) {
  const line = `import { ${member} as ${value} } from '@kohort/plugin-${name}';`;
  const lines = text.split('\n');
  const imports = lines.filter((one) => one.includes("from '@kohort/plugin-") && !one.includes('plugin-kit'));
  const first = lines.indexOf(imports[0]);
  lines.splice(first, imports.length, ...[...imports, line].sort((a, b) => (from(a) < from(b) ? -1 : 1)));
  return lines
    .join('\n')
    .replace(
      new RegExp(`(${list}[^=]*= \\[)([^\\]]*)(\\])`),
      (_, open, members, close) => `${open}${withName(members, value)}${close}`,
    );
}
