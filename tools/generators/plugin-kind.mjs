import { furniture } from './furniture.mjs';
import { namesOf } from './names.mjs';
import { fillAll } from './templates.mjs';

/** Imports the connector and adds it to the one list, in the order of names. */
function listPlugin(text, { name, value }) {
  const line = `import { plugin as ${value} } from '@kohort/plugin-${name}';`;
  const lines = text.split('\n');
  const imports = lines.filter((one) => one.includes("from '@kohort/plugin-") && !one.includes('plugin-kit'));
  const first = lines.indexOf(imports[0]);
  lines.splice(first, imports.length, ...[...imports, line].sort((a, b) => (from(a) < from(b) ? -1 : 1)));
  return lines
    .join('\n')
    .replace(
      /(firstPartyPlugins[^=]*= \[)([^\]]*)(\])/,
      (_, open, list, close) => `${open}${withName(list, value)}${close}`,
    );
}

const from = (line) => line.slice(line.indexOf('from '));
const withName = (list, value) =>
  [...list.split(',').map((one) => one.trim()), value]
    .filter((one) => one !== '')
    .sort()
    .join(', ');

/** A connector in the regular form: manifest, settings, one action, error classes, limits, contract. */
export function plugin(name) {
  const dir = `plugins/${name}`;
  const names = namesOf(name);
  const project = {
    project: `plugin-${name}`,
    tag: 'plugin',
    scope: 'plugin',
    runtime: 'node',
    description: `Connector: ${names.title}.`,
  };
  return {
    files: {
      ...furniture(dir, project, ['README.md']),
      ...fillAll('plugin', names, (file) => `${dir}/${file}`),
    },
    edits: { 'libs/hosts/sync/src/plugins.ts': (text) => listPlugin(text, names) },
    project: dir,
    next: [
      `answer the questions in ${dir}/README.md; docs address, limits and capabilities go to plugin.json`,
      'rename upsert-member after what the vendor calls it; map fields, errors and limits',
      'set `record: true` in test/contract.spec.ts for one run, review test/bodies line by line, remove it',
    ],
  };
}
