import {
  columnSelector,
  composePipeline,
  fittedStep,
  logTransformer,
  pipeline,
  simpleImputer,
  standardScaler,
  type FittedPipeline,
} from '@kohort/ml-preprocessing';

/**
 * `none`: values as given (centred, which changes no distance). `zscore`: each column less its mean, over its population
 * standard deviation. `auto`: z-score, after log1p of heavy-tailed non-negative columns. `raw`: values as given, not even
 * centred, constant columns among them: for counts.
 */
export type ScalingMode = 'none' | 'zscore' | 'auto' | 'raw';

/** How one column is brought to the space where distances are taken. */
export interface ColumnScale {
  readonly name: string;
  /** False: constant or empty, left out. */
  readonly kept: boolean;
  readonly log1p: boolean;
  /** Subtracted after log1p. */
  readonly shift: number;
  /** Divided by, after the shift. */
  readonly divisor: number;
  /** Put in place of a missing value, in the column's own units; null when missing values are refused. */
  readonly fill: number | null;
}

/** A fitted scaling: plain data, stored with the model. */
export interface FittedScaling {
  readonly version: 2;
  readonly mode: ScalingMode;
  /** Drop what is constant, fill, take logarithms, centre and scale: the steps there are of these, in this order. */
  readonly pipeline: FittedPipeline;
}

/** What a scaling does to a column, in the order it was fitted on. */
export interface ScalingColumn {
  readonly name: string;
  readonly kept: boolean;
  readonly log1p: boolean;
  /** A missing value gets a fill; else it is refused. */
  readonly filled: boolean;
}

/** The pipeline of what was learned of each column. */
export function scalingOf(mode: ScalingMode, columns: readonly ColumnScale[]): FittedScaling {
  const names = columns.map(({ name }) => name);
  const choice = columns.map(({ name, kept }) => ({ name, score: kept ? 1 : 0, kept }));
  const kept = columns.filter((column) => column.kept);
  const fills = kept.flatMap(({ name, fill }) => (fill === null ? [] : [{ name, fill }]));
  const logs = kept.filter(({ log1p }) => log1p).map(({ name }) => ({ name, fitted: {} }));
  const scales = kept.map(({ name, shift, divisor }) => ({ name, fitted: { mean: shift, scale: divisor } }));
  const named = (parts: readonly { readonly name: string }[]) => parts.map(({ name }) => name);
  return {
    version: 2,
    mode,
    pipeline: composePipeline(
      names.map((name) => ({ name, kind: 'numeric' })),
      [
        ...(kept.length < columns.length ? [fittedStep(columnSelector, { columns: choice }, names)] : []),
        ...(fills.length > 0 ? [fittedStep(simpleImputer, { columns: fills }, named(fills))] : []),
        ...(logs.length > 0 ? [fittedStep(logTransformer, { columns: logs }, named(logs))] : []),
        fittedStep(standardScaler, { columns: scales }, named(scales)),
      ],
    ),
  };
}

/** What a scaling does to each column. */
export function scalingColumns({ pipeline: fitted }: FittedScaling): ScalingColumn[] {
  const kept = new Set(pipeline.outputs(fitted).map(({ name }) => name));
  const worked = (kind: string) =>
    new Set(fitted.steps.filter(({ use }) => use === kind).flatMap((step) => step.columns));
  const [logs, fills] = [worked(logTransformer.kind), worked(simpleImputer.kind)];
  return fitted.inputs.map(({ name }) => ({
    name,
    kept: kept.has(name),
    log1p: logs.has(name),
    filled: fills.has(name),
  }));
}
