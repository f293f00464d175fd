import { fill } from './templates.mjs';

/**
 * The furniture of a project: package.json with its three tags, tsconfig.json, and, where the kind brings none of its
 * own, README and index.
 */
export function furniture(dir, { project, tag, scope, runtime, description }, own = []) {
  const up = dir
    .split('/')
    .map(() => '..')
    .join('/');
  const values = { dir, project, tag, scope, runtime, description, up };
  const files = {};
  for (const name of ['package.json', 'tsconfig.json', 'README.md'])
    if (!own.includes(name)) files[`${dir}/${name}`] = fill(`library/${name}.tmpl`, values);
  return files;
}
