import { furniture } from './furniture.mjs';
import { namesOf } from './names.mjs';
import { fill } from './templates.mjs';

/** A flow knows its own stage alone; lint must be told of a new stage. */
function listStage(text, stage) {
  return text.replace(/(const stages = \[)([^\]]*)(\];)/, (all, open, list, close) =>
    list.includes(`'${stage}'`) ? all : `${open}${list}, '${stage}'${close}`,
  );
}

/** A stage's step: from input through ports to the next topic, with its promise. `stage/name`. */
export function flow(path, { exists }) {
  const [stage, name = stage] = path.split('/');
  const names = namesOf(name);
  const dir = `libs/${stage}/flow`;
  const isNew = !exists(`${dir}/package.json`);
  const project = {
    project: `${stage}-flow`,
    tag: 'flow',
    scope: stage,
    runtime: 'any',
    description: `Steps of the stage ${stage}: input, ports, domain, next topic.`,
  };
  return {
    files: {
      ...(isNew ? { ...furniture(dir, project), [`${dir}/src/index.ts`]: '' } : {}),
      [`${dir}/src/${name}.flow.ts`]: fill('flow/flow.ts.tmpl', names),
      [`${dir}/src/${name}.flow.spec.ts`]: fill('flow/flow.spec.ts.tmpl', names),
    },
    edits: {
      [`${dir}/src/index.ts`]: (text) =>
        `${text}export { ${names.value} } from './${name}.flow';\nexport type { ${names.type}Ports } from './${name}.flow';\n`,
      ...(isNew ? { 'eslint.config.mjs': (text) => listStage(text, stage) } : {}),
    },
    project: isNew ? dir : undefined,
    next: [
      'fill the promise above the function; name the ports after what they do',
      'add the job to libs/pipeline/map/src/pipeline.ts and its handler to the owning host',
      'run `node tools/scripts/pipeline-table.mjs`',
      ...(isNew ? [`plain rules of the stage go to libs/${stage}/domain`] : []),
    ],
  };
}
