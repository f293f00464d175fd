import { z } from 'zod';
import type { FeatureTable } from '../feature-table';
import { preprocessingErrors } from '../preprocessing-errors';
import { checkColumns, checkNames, namedColumns } from '../transformer/check-columns';
import { inputOf, readParams } from '../transformer/read-params';
import type { FitContext, FittedTable, OutputColumn, Transformer } from '../transformer/transformer';
import {
  composePipeline,
  openStep,
  parsePipeline,
  pipelineFromJson,
  type FittedPipeline,
  type FittedStep,
} from './pipeline.state';
import { placeOutputs } from './place-outputs';
import { transformerNamed } from './transformers';

const stepSchema = z.strictObject({
  /** The kind of a transformer. */
  use: z.string(),
  /** Which columns it works on, of those there are at that step: all of a kind, or these. */
  columns: z.union([z.enum(['all', 'numeric', 'category']), z.array(z.string()).min(1)]).default('all'),
  /** The transformer's own parameters. */
  params: z.record(z.string(), z.unknown()).default({}),
  /** Keep the columns it works on beside its outputs: for flags. */
  keep: z.boolean().default(false),
});

const paramsSchema = z.strictObject({ steps: z.array(stepSchema) });

/** One step, as data: settings files and forms can hold it. */
export type StepSpec = z.input<typeof stepSchema>;

/** The steps of a pipeline, in order. */
export type PipelineParams = z.input<typeof paramsSchema>;

const KIND = 'pipeline';

function selected(table: FeatureTable, wanted: z.output<typeof stepSchema>['columns']): FeatureTable {
  if (wanted === 'all') return table;
  const { rows, columns } = table;
  if (typeof wanted === 'string') return { rows, columns: columns.filter(({ kind }) => kind === wanted) };
  checkNames(wanted);
  return { rows, columns: namedColumns(table, wanted) };
}

async function fitTransform(
  table: FeatureTable,
  params: PipelineParams,
  context: FitContext = {},
): Promise<FittedTable<FittedPipeline>> {
  const { steps } = readParams(KIND, paramsSchema, params);
  if (table.columns.length === 0) throw preprocessingErrors.PREPROCESSING_NO_COLUMNS({ transformer: KIND });
  if (table.rows === 0) throw preprocessingErrors.PREPROCESSING_NO_ROWS({ transformer: KIND });
  checkNames(table.columns.map(({ name }) => name));
  checkColumns(table.columns, { rows: table.rows, transformer: KIND, missing: 'kept' });
  const applied: FittedStep[] = [];
  let current = table;
  for (const [at, { use, columns, params: own, keep }] of steps.entries()) {
    const chosen = selected(current, columns);
    // A design for any table may name a kind of column that this table has none of.
    if (chosen.columns.length === 0) continue;
    const drawn = context.random && { random: context.random.split(at) };
    const { step, table: made } = await transformerNamed(use).fit(chosen, own, { ...context, ...drawn });
    current = placeOutputs({ ...step, keep }, current, made);
    applied.push({ use, columns: [...step.columns], keep, fitted: step.toJson() });
  }
  const inputs = table.columns.map(({ name, kind }) => ({ name, kind }));
  return { fitted: composePipeline(inputs, applied), table: current };
}

function transform(fitted: FittedPipeline, table: FeatureTable): FeatureTable {
  const columns = namedColumns(
    table,
    fitted.inputs.map(({ name }) => name),
  );
  fitted.inputs.forEach(({ name, kind }, at) => {
    const found = columns[at]?.kind;
    if (found === kind) return;
    throw preprocessingErrors.PREPROCESSING_COLUMN_KIND({ column: name, found: found ?? 'absent', wanted: kind });
  });
  checkColumns(columns, { rows: table.rows, transformer: KIND, missing: 'kept' });
  return fitted.steps.reduce<FeatureTable>(
    (current, step) => {
      const open = openStep(step);
      return placeOutputs({ ...open, keep: step.keep }, current, open.transform(current));
    },
    {
      rows: table.rows,
      columns,
    },
  );
}

/** Outputs back to the columns they were made of, as far as there is a way; columns a step dropped stay away. */
function invert(fitted: FittedPipeline, table: FeatureTable): FeatureTable {
  return [...fitted.steps].reverse().reduce<FeatureTable>((current, step) => {
    const open = openStep(step);
    if (open.invert === undefined) {
      throw preprocessingErrors.PREPROCESSING_NO_WAY_BACK({ transformer: step.use });
    }
    const made = new Set(open.outputs.map(({ name }) => name));
    const others = current.columns.filter(({ name }) => !made.has(name));
    return { rows: current.rows, columns: [...open.invert(current).columns, ...others] };
  }, table);
}

/** The columns a fitted pipeline makes, each traced back to the columns it was fitted on. */
function outputs({ inputs, steps }: FittedPipeline): readonly OutputColumn[] {
  let current: OutputColumn[] = inputs.map(({ name }) => ({ name, sources: [name] }));
  for (const step of steps) {
    const before = new Map(current.map((column) => [column.name, column]));
    const own = new Set(step.columns);
    const made = openStep(step).outputs.map((output) => {
      const sources = output.sources.flatMap((name) => before.get(name)?.sources ?? []);
      const [only] = output.sources;
      // A column scaled after it was made of a level still marks that level.
      const level = output.sources.length === 1 && only !== undefined ? before.get(only)?.level : undefined;
      return { ...(level === undefined ? {} : { level }), ...output, sources: [...new Set(sources)], first: only };
    });
    current = current.flatMap((column) => [
      ...(step.keep || !own.has(column.name) ? [column] : []),
      ...made.filter(({ first }) => first === column.name).map(({ first: _first, ...output }) => output),
    ]);
  }
  return current;
}

/**
 * Steps one after another, each on some of the columns there are then, fitted, applied and stored as one. The other
 * columns pass through.
 *
 * Shape   outputs stand where the first column they are made of stood; `outputs` traces each to the columns fitted on;
 *         a step that selects a kind of column there is none of is left out
 * Cost    of its steps; each draws from a stream of its own, so one more step changes no other's draws
 * Throws  what its steps throw; PREPROCESSING_UNKNOWN_TRANSFORMER, _COLUMN_MISSING, _COLUMN_REPEATED, _PARAM
 */
export const pipeline: Transformer<PipelineParams, FittedPipeline> = {
  kind: KIND,
  params: paramsSchema,
  missingValues: 'handled',
  readParams: (params) => inputOf(KIND, paramsSchema, params),
  fit: async (table, params, context) => (await fitTransform(table, params, context)).fitted,
  fitTransform,
  transform,
  invert,
  outputs,
  toJson: (fitted) => fitted,
  fromJson: pipelineFromJson,
  serialise: (fitted) => JSON.stringify(fitted),
  parse: parsePipeline,
};
