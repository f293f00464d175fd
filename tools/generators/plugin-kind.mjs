import { listConnector } from './connector-list.mjs';
import { furniture } from './furniture.mjs';
import { namesOf } from './names.mjs';
import { fillAll } from './templates.mjs';

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
    edits: {
      'libs/hosts/sync/src/plugins.ts': (text) =>
        listConnector(text, names, { member: 'plugin', list: 'firstPartyPlugins' }),
    },
    project: dir,
    next: [
      `answer the questions in ${dir}/README.md; docs address, limits and capabilities go to plugin.json`,
      'rename upsert-member after what the vendor calls it; map fields, errors and limits',
      'set `record: true` in test/contract.spec.ts for one run, review test/bodies line by line, remove it',
    ],
  };
}
