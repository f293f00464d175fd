import type { JobControl } from '@kohort/kernel-contracts';
import { z } from 'zod';
import type { LevelLimits } from '../encoders/category-levels';
import { oneHotEncoder } from '../encoders/one-hot-encoder';
import type { DenseMatrix, FeatureTable } from '../feature-table';
import { simpleImputer } from '../imputers/simple-imputer';
import { pipeline, type PipelineParams } from '../pipeline/pipeline';
import { composePipeline, fittedStep, type FittedPipeline } from '../pipeline/pipeline.state';
import { pipelineMatrix } from '../pipeline/pipeline-matrix';
import { standardScaler } from '../scalers/standard-scaler';
import { denseMatrix } from '../transformer/dense-matrix';

/** How a table becomes numbers for a linear model: medians for missing, z-scores, one column per level. */
export type LinearDesign = FittedPipeline;

/** Where a matrix column comes from. */
export interface DesignOutput {
  /** Index of the source column in the design. */
  readonly source: number;
  readonly name: string;
  /** The level it marks; null for missing; absent for numbers. */
  readonly level?: string | null;
}

const stepsOf = ({ maxLevels = 100 }: LevelLimits): PipelineParams => ({
  steps: [
    { use: simpleImputer.kind, columns: 'numeric', params: { strategy: 'median', emptyColumns: 'zero' } },
    { use: standardScaler.kind, columns: 'numeric' },
    { use: oneHotEncoder.kind, columns: 'category', params: { maxLevels, rare: 'unseen' } },
  ],
});

/**
 * Learns the transform of each column, and gives the matrix of the rows it was learned on. Levels beyond the limit and
 * levels not seen in fitting are zeros; a missing one is a level of its own where one was missing in fitting.
 *
 * Shape   matrix: n × linearOutputs(design).length, row-major
 * Cost    O(n log n) per numeric column, O(n) per category
 * Throws  PREPROCESSING_NO_ROWS; _COLUMN_REPEATED for a column named as another one's level ("plan=free")
 */
export async function fitLinearDesign(
  table: FeatureTable,
  limits: LevelLimits = {},
  control: JobControl = {},
): Promise<{ design: LinearDesign; matrix: DenseMatrix }> {
  const { fitted, table: made } = await pipeline.fitTransform(table, stepsOf(limits), control);
  return { design: fitted, matrix: denseMatrix(made) };
}

/** The matrix columns a design makes, in order. */
export function linearOutputs(design: LinearDesign): DesignOutput[] {
  const places = new Map(design.inputs.map(({ name }, at) => [name, at]));
  return pipeline.outputs(design).map(({ sources, level }) => {
    const [name = ''] = sources;
    const source = places.get(name) ?? -1;
    return level === undefined ? { source, name } : { source, name, level };
  });
}

/**
 * Turns a table into the matrix of a fitted design. Columns are found by name; others are ignored.
 *
 * Shape   n × linearOutputs(design).length, row-major
 * Throws  PREPROCESSING_COLUMN_MISSING, PREPROCESSING_COLUMN_KIND
 */
export function applyLinearDesign(design: LinearDesign, table: FeatureTable): DenseMatrix {
  return pipelineMatrix(design, table);
}

const numericPart = z.object({
  kind: z.literal('numeric'),
  name: z.string(),
  median: z.number(),
  mean: z.number(),
  scale: z.number().positive(),
});
const categoryPart = z.object({
  kind: z.literal('category'),
  name: z.string(),
  levels: z.array(z.string().nullable()),
});
/** What designs were before they were pipelines. */
const firstVersion = z.object({
  version: z.literal(1),
  columns: z.array(z.discriminatedUnion('kind', [numericPart, categoryPart])).min(1),
});

/** The same transform as a pipeline: it makes the same numbers. */
function fromFirstVersion({ columns }: z.infer<typeof firstVersion>): LinearDesign {
  const numbers = columns.flatMap((column) => (column.kind === 'numeric' ? [column] : []));
  const categories = columns.flatMap((column) => (column.kind === 'category' ? [column] : []));
  const fills = numbers.map(({ name, median }) => ({ name, fill: median }));
  const scales = numbers.map(({ name, mean, scale }) => ({ name, fitted: { mean, scale } }));
  const levels = categories.map((column) => ({
    name: column.name,
    levels: column.levels.filter((level) => level !== null),
    rare: null,
    missing: column.levels.includes(null),
    dropped: -1,
  }));
  const named = (parts: readonly { name: string }[]) => parts.map(({ name }) => name);
  return composePipeline(
    columns.map(({ name, kind }) => ({ name, kind })),
    [
      ...(numbers.length === 0
        ? []
        : [
            fittedStep(simpleImputer, { columns: fills }, named(numbers)),
            fittedStep(standardScaler, { columns: scales }, named(numbers)),
          ]),
      ...(levels.length === 0 ? [] : [fittedStep(oneHotEncoder, { unseen: 'ignore', columns: levels }, named(levels))]),
    ],
  );
}

/** Reads a stored design, one of before pipelines too. Throws PREPROCESSING_STATE_INVALID. */
export function parseLinearDesign(stored: unknown): LinearDesign {
  const first = firstVersion.safeParse(stored);
  return first.success ? fromFirstVersion(first.data) : pipeline.fromJson(stored);
}
