const pascal = (name) => name.replace(/(^|-)([a-z0-9])/g, (_, __, c) => c.toUpperCase());
const camel = (name) => pascal(name).replace(/^./, (c) => c.toLowerCase());
const title = (name) => name.replace(/-/g, ' ').replace(/^./, (c) => c.toUpperCase());

/** A decision: the next free number, one page. */
export function adr(name, { adrs }) {
  const last = Math.max(0, ...adrs.map((file) => Number(file.slice(0, 4))).filter(Number.isFinite));
  const number = String(last + 1).padStart(4, '0');
  const text = `# ${number}. ${title(name)}\n\nStatus: proposed\n\n## Context\n\nWhat forces a choice.\n\n## Decision\n\nWhat we do.\n\n## Consequences\n\nWhat gets easier, what gets harder.\n`;
  return { files: { [`tools/adr/${number}-${name}.md`]: text }, next: ['fill the three paragraphs; one page'] };
}

/** A stage's step: one function from input through ports to the next topic. \`stage/name\`. */
export function flow(path) {
  const [stage, name = stage] = path.split('/');
  const fn = camel(name);
  const port = `${pascal(name)}Ports`;
  const dir = `libs/${stage}/flow/src`;
  return {
    files: {
      [`${dir}/${name}.flow.ts`]: `import type { RunContext } from '@kohort/kernel-contracts';

/** What ${fn} needs of the world. */
export interface ${port} {
  /** One transaction: the effect, its outbox row, under the run's fence. */
  commit(context: RunContext): Promise<void>;
}

/**
 * Promise  at least once
 * Key      what makes a repeat harmless
 * Order    what is written before what
 * Resume   where a later start goes on
 * Size     the largest transaction, the time limit
 */
export async function ${fn}(ports: ${port}, context: RunContext): Promise<void> {
  context.signal.throwIfAborted();
  await ports.commit(context);
}
`,
      [`${dir}/${name}.flow.spec.ts`]: `import type { RunContext } from '@kohort/kernel-contracts';
import { ${fn} } from './${name}.flow';

describe('${fn}', () => {
  it('writes nothing once it is cancelled', async () => {
    const abort = new AbortController();
    abort.abort();
    const commit = jest.fn();
    await expect(${fn}({ commit }, { signal: abort.signal } as RunContext)).rejects.toThrow();
    expect(commit).not.toHaveBeenCalled();
  });
});
`,
    },
    next: [
      `export it from ${dir}/index.ts`,
      'add the job to libs/pipeline/map/src/pipeline.ts and its handler to the owning host',
      'run `node tools/scripts/pipeline-table.mjs`',
    ],
  };
}

/** An estimator's folder: parameters as data, state, fit and predict, reference, contract. \`library/name\`. */
export function estimator(path) {
  const [library, name = library] = path.split('/');
  const dir = `libs/ml/${library}/src/${name}`;
  const type = pascal(name);
  const value = camel(name);
  return {
    files: {
      [`${dir}/${name}.params.ts`]: `/** Parameters of ${name}; limits as data, checked in \`fit\`. */
export interface ${type}Params {
  /** Unit: what one step of it means. */
  readonly strength: number;
}

export const ${value}Limits = { strength: { min: 0, max: 1, integer: false } } as const;
`,
      [`${dir}/${name}.state.ts`]: `/** What fitting found. Plain data: JSON and back predicts bit for bit the same. */
export interface Fitted${type} {
  readonly version: 1;
  readonly means: readonly number[];
}
`,
      [`${dir}/${name}.ts`]: `import type { JobControl } from '@kohort/kernel-contracts';
import type { Random } from '@kohort/kernel-clock-random';
import type { Matrix } from '@kohort/ml-core';
import type { ${type}Params } from './${name}.params';
import type { Fitted${type} } from './${name}.state';

/**
 * What it finds, in one sentence.
 *
 * Shape   x: n×d row-major
 * Cost    O(n·d)
 * Throws  ML_SHAPE; ML_NOT_FINITE
 * Source  paper, year; held to an independent implementation by reference/${name}.golden.json
 */
export async function fit(x: Matrix, _params: ${type}Params, _control: JobControl & { readonly random: Random }): Promise<Fitted${type}> {
  const means = new Array<number>(x.cols).fill(0);
  for (let i = 0; i < x.data.length; i += 1) means[i % x.cols] = (means[i % x.cols] ?? 0) + (x.data[i] ?? 0) / x.rows;
  return { version: 1, means };
}
`,
      [`${dir}/${name}.reference.spec.ts`]: `import { existsSync } from 'node:fs';
import { join } from 'node:path';

describe('${name} against an independent implementation', () => {
  it('has its golden file', () => {
    expect(existsSync(join(__dirname, 'reference/${name}.golden.json'))).toBe(true);
  });
});
`,
      [`${dir}/reference/${name}.py`]: `"""Makes ${name}.golden.json with an independent implementation. Run by: npm run reference"""\n`,
      [`${dir}/README.md`]: `# ${name}\n\nThe idea, the formula, shapes, cost, when not to use it, sources.\n`,
    },
    next: [
      `export it from libs/ml/${library}/src/index.ts`,
      'write the reference script, then the golden file: the reference spec fails until it is there',
      'add one call of estimatorContract (libs/ml/conformance)',
    ],
  };
}

export { plugin } from './plugin-kind.mjs';
