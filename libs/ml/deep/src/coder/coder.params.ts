import { checkParams, type ParamLimit, type ParamLimits } from '@kohort/ml-core';

/** How a network is built and trained that turns rows into codes. */
export interface CoderParams {
  /** Units of the layers between the columns and the code; on the way back they are the same, turned round. */
  readonly layers: readonly number[];
  /** Values of a code; null: as many as the columns and the clusters let expect, see `codeWidth`. */
  readonly code: number | null;
  /** Passes over the rows; null: as many as make some thousand steps, see `epochsFor`. */
  readonly epochs: number | null;
  readonly batchRows: number;
  /** Of Adam. */
  readonly rate: number;
}

export const coderDefaults: CoderParams = { layers: [64, 32], code: null, epochs: null, batchRows: 256, rate: 1e-3 };

const count = (max: number, unit: string, help: string): ParamLimit => ({
  kind: 'number',
  min: 1,
  max,
  integer: true,
  unit,
  help,
});
const given = {
  code: count(1024, 'values', 'values of a code'),
  epochs: count(100_000, 'passes', 'passes over the rows'),
  units: count(4096, 'units', 'units of a layer'),
};

/** The limits of the plain parameters; `layers`, and what may be null, are checked by `checkCoder`. */
export const coderLimits = {
  batchRows: count(65_536, 'rows', 'rows of one step'),
  rate: { kind: 'number', min: 1e-8, max: 1, integer: false, unit: 'a step', help: 'length of a step' },
} satisfies Partial<ParamLimits<CoderParams>>;

/** Throws ML_PARAM for layers, code and epochs outside their limits. */
export function checkCoder(estimator: string, { layers, code, epochs }: CoderParams): void {
  checkParams(estimator, { layers: layers.length }, { layers: count(16, 'layers', 'number of layers') });
  for (const units of layers) checkParams(estimator, { layers: units }, { layers: given.units });
  if (code !== null) checkParams(estimator, { code }, { code: given.code });
  if (epochs !== null) checkParams(estimator, { epochs }, { epochs: given.epochs });
}

/** The code's width where none is given: as many values as clusters, 2 to 10, and no more than columns. */
export const codeWidth = (code: number | null, { cols, k }: { cols: number; k: number }): number =>
  code ?? Math.min(10, Math.max(2, k), Math.max(1, cols));

/** Steps that a training has where no epochs are given, as far as 10 to 300 epochs make them. */
const STEPS = 3000;

/** The epochs where none are given. */
export const epochsFor = ({ epochs, batchRows }: CoderParams, rows: number): number =>
  epochs ?? Math.min(300, Math.max(10, Math.ceil(STEPS / Math.ceil(rows / batchRows))));
