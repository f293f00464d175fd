import type { Json } from '@kohort/kernel-contracts';
import { z } from 'zod';
import type { FeatureColumn, FeatureTable } from '../feature-table';
import { preprocessingErrors } from '../preprocessing-errors';
import { checkColumns, checkNames, namedColumns } from './check-columns';
import type { ColumnGuard } from './column-guard';
import { inputOf, readParams } from './read-params';
import type { FitContext, OutputColumn, Transformer } from './transformer';

/** The columns a transformer works on, checked: of the right kind, equally long, finite. */
export interface Selected<C extends FeatureColumn> {
  readonly rows: number;
  readonly columns: readonly C[];
}

/** A state and, where fitting makes it anyway, the outputs of the fitted rows. */
export interface Learned<State> {
  readonly state: State;
  /** In the order of `outputs`. Computed by `transform` when absent. */
  readonly columns?: readonly FeatureColumn[];
}

/** What is special to one transformer; everything else is the same for all. */
export interface TransformerParts<C extends FeatureColumn, Input, Params, State extends Json> {
  readonly kind: string;
  readonly params: z.ZodType<Params, Input>;
  readonly state: z.ZodType<State>;
  readonly accepts: ColumnGuard<C>;
  readonly missingValues: 'refused' | 'kept' | 'handled';
  /** Rows needed to learn from; 1 when left out. */
  readonly fewestRows?: number;
  fit(
    data: Selected<C>,
    params: Params,
    context: FitContext,
  ): Learned<NoInfer<State>> | Promise<Learned<NoInfer<State>>>;
  /** Names of the columns the state was fitted on, in order. */
  inputs(state: State): readonly string[];
  outputs(state: State): readonly OutputColumn[];
  /** The output columns, in the order of `outputs`. */
  transform(state: State, data: Selected<C>): readonly FeatureColumn[];
  /** The input columns that outputs, in the order of `outputs`, were made of. */
  invert?(state: State, outputs: readonly FeatureColumn[]): readonly FeatureColumn[];
}

const envelope = z.object({ transformer: z.string(), version: z.literal(1), state: z.unknown() });

/** JSON has no −0: a state is made without it, so that a stored one computes the same bits. */
function withoutNegativeZero(value: Json): Json {
  if (typeof value === 'number') return value === 0 ? 0 : value;
  if (value === null || typeof value !== 'object') return value;
  if (isList(value)) return value.map(withoutNegativeZero);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withoutNegativeZero(inner)]));
}

const isList = (value: object): value is readonly Json[] => Array.isArray(value);

function stateError(reason: string, cause?: unknown) {
  return preprocessingErrors.PREPROCESSING_STATE_INVALID({ reason }, { cause });
}

/** Makes a transformer of what is special to it: checks, storing and naming are the same for all. */
export function defineTransformer<C extends FeatureColumn, Input, Params, State extends Json>(
  parts: TransformerParts<C, Input, Params, State>,
): Transformer<Input, State> {
  const { kind, missingValues, accepts } = parts;

  const guard = (column: FeatureColumn): C => {
    if (accepts.is(column)) return column;
    const { name, kind: found } = column;
    throw preprocessingErrors.PREPROCESSING_COLUMN_KIND({ column: name, found, wanted: accepts.wanted });
  };
  const checked = (rows: number, columns: readonly FeatureColumn[]): Selected<C> => {
    const data = { rows, columns: columns.map(guard) };
    checkColumns(data.columns, { rows, transformer: kind, missing: missingValues });
    return data;
  };
  /** Learns; `wanted`: the outputs of these rows too, which were checked already. */
  const learn = async (
    table: FeatureTable,
    input: unknown,
    { context, wanted }: { readonly context: FitContext; readonly wanted: boolean },
  ): Promise<Learned<State>> => {
    const params = readParams(kind, parts.params, input);
    if (table.columns.length === 0) throw preprocessingErrors.PREPROCESSING_NO_COLUMNS({ transformer: kind });
    if (table.rows === 0) throw preprocessingErrors.PREPROCESSING_NO_ROWS({ transformer: kind });
    const needed = parts.fewestRows ?? 1;
    if (table.rows < needed) {
      throw preprocessingErrors.PREPROCESSING_TOO_FEW({ transformer: kind, needed, of: 'rows', found: table.rows });
    }
    checkNames(table.columns.map(({ name }) => name));
    const data = checked(table.rows, table.columns);
    const learned = await parts.fit(data, params, context);
    const read = parts.state.safeParse(withoutNegativeZero(learned.state));
    if (!read.success) {
      // The schemas take finite numbers alone, so what a fit made and they refuse has overflowed.
      const at = read.error.issues[0]?.path.join('.') ?? '';
      throw preprocessingErrors.PREPROCESSING_OVERFLOW({ transformer: kind, at }, { cause: read.error });
    }
    const state = read.data;
    if (!wanted) return { state };
    const names = new Map(data.columns.map((column) => [column.name, column]));
    const inputs = parts.inputs(state).flatMap((name) => names.get(name) ?? []);
    return { state, columns: learned.columns ?? parts.transform(state, { rows: table.rows, columns: inputs }) };
  };
  const transform = (fitted: State, table: FeatureTable): FeatureTable => {
    const columns = namedColumns(table, parts.inputs(fitted));
    return { rows: table.rows, columns: parts.transform(fitted, checked(table.rows, columns)) };
  };
  const { invert } = parts;
  const back = (fitted: State, table: FeatureTable): FeatureTable => {
    const names = parts.outputs(fitted).map(({ name }) => name);
    return { rows: table.rows, columns: invert?.(fitted, namedColumns(table, names)) ?? [] };
  };
  const toJson = (fitted: State): Json => ({ transformer: kind, version: 1, state: fitted });
  const fromJson = (json: unknown): State => {
    const outer = envelope.safeParse(json);
    if (!outer.success) throw stateError(z.prettifyError(outer.error), outer.error);
    if (outer.data.transformer !== kind) throw stateError(`it is ${outer.data.transformer}, not ${kind}`);
    const inner = parts.state.safeParse(outer.data.state);
    if (!inner.success) throw stateError(z.prettifyError(inner.error), inner.error);
    return inner.data;
  };
  return {
    kind,
    params: parts.params,
    missingValues,
    readParams: (params) => inputOf(kind, parts.params, params),
    fit: async (table, params, context = {}) => (await learn(table, params, { context, wanted: false })).state,
    fitTransform: async (table, params, context = {}) => {
      const { state, columns = [] } = await learn(table, params, { context, wanted: true });
      return { fitted: state, table: { rows: table.rows, columns } };
    },
    transform,
    ...(invert === undefined ? {} : { invert: back }),
    outputs: (fitted) => parts.outputs(fitted),
    toJson,
    fromJson,
    serialise: (fitted) => JSON.stringify(toJson(fitted)),
    parse: (text) => fromJson(parseText(text)),
  };
}

/** Reads JSON text; what it holds is checked by whoever asked. Throws PREPROCESSING_STATE_INVALID. */
export function parseText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (thrown) {
    throw stateError('it is not JSON', thrown);
  }
}
