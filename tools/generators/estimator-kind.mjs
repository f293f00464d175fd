import { furniture } from './furniture.mjs';
import { namesOf } from './names.mjs';
import { fillAll } from './templates.mjs';

/**
 * An estimator's folder: parameters as data, state, fit and predict, reference and contract. `library/name`. What comes
 * is a complete small estimator (distance to the mean) that passes its specs; it is replaced piece by piece.
 */
export function estimator(path, { exists }) {
  const [library, name = library] = path.split('/');
  const names = namesOf(name);
  const lib = `libs/ml/${library}`;
  const dir = `${lib}/src/${name}`;
  const isNew = !exists(`${lib}/package.json`);
  const project = {
    project: `ml-${library}`,
    tag: 'ml',
    scope: 'ml',
    runtime: 'node',
    description: `Estimators: ${library}.`,
  };
  const files = fillAll('estimator', names, (file) => `${dir}/${file.replace(/(^|\/)estimator\./, `$1${name}.`)}`);
  const { value, type } = names;
  const exported = [
    `export { ${value} } from './${name}/${name}';`,
    `export { ${value}Defaults, ${value}Limits } from './${name}/${name}.params';`,
    `export type { ${type}Params } from './${name}/${name}.params';`,
    `export type { ${type}State } from './${name}/${name}.state';`,
  ];
  return {
    files: { ...(isNew ? { ...furniture(lib, project), [`${lib}/src/index.ts`]: '' } : {}), ...files },
    edits: { [`${lib}/src/index.ts`]: (text) => `${text}${exported.join('\n')}\n` },
    project: isNew ? lib : undefined,
    next: [
      'replace the arithmetic (distance to the mean) in the estimator, its parameters and its state',
      `replace reference/${name}.py by an independent implementation, then \`npm run reference -- ${name}\``,
      'list its degenerate inputs in the contract spec; write the README: formula, shapes, when not to use it',
      `add the sizes of ${name}.bench.ts to an area of tools/bench`,
    ],
  };
}
