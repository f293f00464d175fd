import { listConnector } from './connector-list.mjs';
import { furniture } from './furniture.mjs';
import { namesOf } from './names.mjs';
import { fillAll } from './templates.mjs';

/** A source in the regular form: manifest, settings, client, pages with positions, error classes, contract. */
export function source(name) {
  const dir = `plugins/${name}`;
  const names = namesOf(name);
  const project = {
    project: `plugin-${name}`,
    tag: 'plugin',
    scope: 'plugin',
    runtime: 'node',
    description: `Source: ${names.title}.`,
  };
  return {
    files: {
      ...furniture(dir, project, ['README.md']),
      ...fillAll('source', names, (file) => `${dir}/${file}`),
    },
    edits: {
      'libs/hosts/runtime/src/first-party-sources.ts': (text) =>
        listConnector(text, names, { member: 'source', list: 'firstPartySources' }),
    },
    project: dir,
    next: [
      `answer the questions in ${dir}/README.md; the docs address goes to plugin.json`,
      'src/record.ts says which columns there are; let test/api-world.ts answer as the vendor does',
      'after a change of settings: KOHORT_WRITE_SCHEMA=1 for one run of the contract writes settings.schema.json',
    ],
  };
}
