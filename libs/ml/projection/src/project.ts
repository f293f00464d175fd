import { checkMatrix, checkParams, drawRows, mlErrors, takeRows, type FitControl, type Matrix } from '@kohort/ml-core';
import type { LayoutEngine } from './layout-engine.port';
import { neighbourLists } from './neighbour-lists';
import { placeRows } from './place-rows';
import { principalPlane } from './principal-plane';
import { projectionErrors } from './projection-errors';
import { projectionLimits, type ProjectionMethod, type ProjectionParams } from './project.params';
import { trustworthiness, type Trustworthiness } from './trustworthiness';
import { tsneLayout } from './tsne/tsne';
import { umapLimits } from './umap.params';

/** A picture of all rows. */
export interface Projection {
  readonly method: ProjectionMethod;
  /** n × 2. */
  readonly points: Matrix;
  /** Rows the method itself laid out, rising. */
  readonly fitted: Uint32Array;
  /** How all other rows came to their places. */
  readonly others: 'none' | 'nearest';
  readonly trustworthiness: Trustworthiness;
  /** PCA: share of the variance along each axis; share of one. */
  readonly explainedShare: readonly number[] | null;
  /** t-SNE: Kullback–Leibler divergence in nats. */
  readonly divergence: number | null;
  /** How the picture came about, in sentences. */
  readonly notes: readonly string[];
}

export interface ProjectionControl extends FitControl {
  /** Needed for `umap`. */
  readonly umap?: LayoutEngine;
}

interface Layout {
  readonly points: Matrix;
  readonly divergence: number | null;
  readonly note: string;
}

const count = (value: number): string => value.toLocaleString('en-GB');

async function layOut(matrix: Matrix, params: ProjectionParams, control: ProjectionControl): Promise<Layout> {
  if (params.method === 'tsne') {
    const { points, divergence, perplexity, iterations } = await tsneLayout(matrix, params.tsne, control);
    const note = `t-SNE with perplexity ${Number(perplexity.toPrecision(3))}, ${iterations} steps. Only who stands beside whom can be read: distances between groups, and their sizes, mean nothing.`;
    return { points, divergence, note };
  }
  if (control.umap === undefined) throw projectionErrors.PROJECTION_NO_ENGINE();
  checkParams('UMAP', params.umap, umapLimits);
  if (matrix.rows < 4) throw mlErrors.ML_TOO_FEW_ROWS({ estimator: 'UMAP', needed: 4, rows: matrix.rows });
  // The engine counts a row among its own neighbours.
  const neighbours = Math.min(params.umap.neighbours, matrix.rows - 1);
  const lists = await neighbourLists(matrix, neighbours - 1, control);
  const umap = { ...params.umap, neighbours };
  const points = await control.umap.layout({ matrix, neighbours: lists }, umap, control);
  const note = `UMAP by ${control.umap.name} with ${neighbours} neighbours. Who stands beside whom can be read; distances between groups only roughly.`;
  return { points, divergence: null, note };
}

async function bySample(matrix: Matrix, params: ProjectionParams, control: ProjectionControl) {
  const n = matrix.rows;
  const fitted = drawRows(n, params.mostFitted, control.random.split('rows'));
  const all = fitted.length === n;
  const sample = all ? matrix : takeRows(matrix, fitted);
  const { points, divergence, note } = await layOut(sample, params, control);
  const placed = all ? points : await placeRows(matrix, { fitted, points }, control);
  const notes = all
    ? [note]
    : [
        note,
        `${count(fitted.length)} of ${count(n)} rows, drawn at random, were laid out; everyone else stands where the three nearest of them do, weighted by nearness.`,
      ];
  return { points: placed, fitted, divergence, notes, others: all ? ('none' as const) : ('nearest' as const) };
}

async function byPlane(matrix: Matrix, control: ProjectionControl) {
  const { points, explainedShare } = await principalPlane(matrix, control);
  const shown = explainedShare.reduce((sum, share) => sum + share, 0);
  return {
    points,
    explainedShare,
    notes: [
      `The two principal components show ${(100 * shown).toFixed(1)} % of the variance. Every row was projected.`,
    ],
  };
}

/**
 * Puts every row on a plane, and says how far the picture can be trusted.
 *
 * Shape   matrix: n×d, finite, scaled as its distances shall count; n at least 4; returns n × 2
 * Units   PCA: those of the matrix; t-SNE, UMAP: none
 * Ties    see each method; the same seed draws the same picture
 * Cost    PCA: one pass and a small decomposition. t-SNE, UMAP: at most `mostFitted` rows are laid out, everyone else is
 *         placed by their three nearest. Trustworthiness: up to 5,000 rows
 * Throws  ML_PARAM, ML_SHAPE, ML_NOT_FINITE, ML_TOO_FEW_ROWS, ML_CANCELLED, PROJECTION_NO_ENGINE;
 *         PREPROCESSING_COLUMN_CONSTANT when all rows are alike
 */
export async function project(
  matrix: Matrix,
  params: ProjectionParams,
  control: ProjectionControl,
): Promise<Projection> {
  checkParams('projection', params, projectionLimits);
  checkMatrix(matrix);
  if (matrix.rows < 4) throw mlErrors.ML_TOO_FEW_ROWS({ estimator: 'projection', needed: 4, rows: matrix.rows });
  const none = { explainedShare: null, divergence: null };
  const every = Uint32Array.from({ length: matrix.rows }, (_, i) => i);
  const made =
    params.method === 'pca'
      ? { ...none, ...(await byPlane(matrix, control)), fitted: every, others: 'none' as const }
      : { ...none, ...(await bySample(matrix, params, control)) };
  const trusted = await trustworthiness(matrix, made.points, { ...control, random: control.random.split('judge') });
  const of = trusted.method === 'sampled' ? ` among ${count(trusted.rowsUsed)} rows drawn at random` : '';
  const judged = `Trustworthiness ${trusted.value.toFixed(3)}${of}, by ${trusted.neighbours} neighbours (1 is perfect, 0.5 chance).`;
  return { ...made, method: params.method, trustworthiness: trusted, notes: [...made.notes, judged] };
}
