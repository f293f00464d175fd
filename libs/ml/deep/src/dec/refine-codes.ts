import { shuffle } from '@kohort/kernel-clock-random';
import { breathe, takeRows, type Matrix } from '@kohort/ml-core';
import { kernelBackend, type NeuralSession } from '@kohort/ml-neural';
import { coderNetwork, coderOf, scaleRows, type Coder, type NeuralControl } from '../coder/coder';
import { deepErrors } from '../deep-errors';
import { stepsFor, type DecParams } from './dec.params';
import { MovingCentres } from './moving-centres';
import { likeliest, shareCost, softAssignments, squaredDistances, targetShares, type Centres } from './soft-assignment';

/** Where training of embedding and clusters ended. */
export interface RefinedCodes {
  readonly coder: Coder;
  readonly centres: Centres;
  readonly rounds: number;
  /** Whether hardly a row changed its cluster in the last round: never assumed. */
  readonly converged: boolean;
}

/** Steps between two turns of the event loop. */
const STEPS_A_TURN = 16;

/** The rows in one drawn order after the other, a batch at a time. */
function* batches(rows: number, batchRows: number, random: NeuralControl['random']): Generator<number[], never> {
  for (let pass = 0; ; pass += 1) {
    const order = shuffle([...new Array<number>(rows).keys()], random.split(`pass ${pass}`));
    for (let from = 0; from < rows; from += batchRows) yield order.slice(from, from + batchRows);
  }
}

/** One step of network and centres towards the targets of some rows. */
function follow(
  { session, centres, scaled }: { session: NeuralSession; centres: MovingCentres; scaled: Matrix },
  rows: readonly number[],
  target: Float64Array,
): number {
  const { k } = centres;
  const wanted = Float64Array.from({ length: rows.length * k }, (_, at) => {
    const row = rows[Math.floor(at / k)] as number;
    return target[row * k + (at % k)] as number;
  });
  let slopes: Float64Array = new Float64Array(0);
  const cost = (codes: Matrix) => {
    const found = shareCost(codes, centres, wanted);
    slopes = found.ofCentres;
    return found;
  };
  const loss = session.step({ input: takeRows(scaled, rows), target: cost });
  centres.follow(slopes);
  return loss;
}

const changedShare = (before: Uint16Array, now: Uint16Array): number =>
  before.reduce((sum, label, i) => sum + (label === now[i] ? 0 : 1), 0) / before.length;

/**
 * Trains a coder and centres among its codes together: rounds of targets that are surer than the shares are, which both follow,
 * until hardly a row changes its cluster.
 *
 * Cost    rounds · steps · (three times batch · weights + batch · k · code)
 * Throws  DEEP_DIVERGED, ML_TOO_LARGE, ML_CANCELLED
 * Source  Xie, Girshick & Farhadi 2016, section 3
 */
export async function refineCodes(
  matrix: Matrix,
  {
    estimator,
    coder,
    centres: start,
    params,
  }: { estimator: string; coder: Coder; centres: Centres; params: DecParams },
  control: NeuralControl,
): Promise<RefinedCodes> {
  const { backend = kernelBackend, random } = control;
  const scaled = scaleRows(matrix, coder);
  const { shape, weights } = coderNetwork(coder);
  const batchRows = Math.min(params.batchRows, matrix.rows);
  const optimiser = { method: 'adam', rate: params.rate } as const;
  const session = await backend.open({ shape, weights, loss: 'squared-error', optimiser, batchRows }, control);
  try {
    const centres = new MovingCentres(start, params.rate);
    const { k, cols } = centres;
    const codesNow = () => ({ data: session.forward(scaled), rows: matrix.rows, cols });
    const sharesNow = () => softAssignments(squaredDistances(codesNow(), centres), k);
    const drawn = batches(matrix.rows, batchRows, random);
    let shares = sharesNow();
    let [rounds, converged] = [0, false];
    while (rounds < params.rounds && !converged) {
      const target = targetShares(shares, k);
      for (let step = 0; step < stepsFor(params, matrix.rows); step += 1) {
        const loss = follow({ session, centres, scaled }, drawn.next().value, target);
        if (!Number.isFinite(loss)) throw deepErrors.DEEP_DIVERGED({ estimator, epochs: rounds });
        if (step % STEPS_A_TURN === STEPS_A_TURN - 1) await breathe(control);
      }
      const before = likeliest(shares, k);
      shares = sharesNow();
      rounds += 1;
      converged = changedShare(before, likeliest(shares, k)) <= params.tolerance;
      control.onProgress?.({ phase: 'training clusters', done: rounds, total: params.rounds });
      await breathe(control);
    }
    return { coder: coderOf(coder, shape, session.weights()), centres, rounds, converged };
  } finally {
    session.release();
  }
}
