import { shuffle, type Random } from '@kohort/kernel-clock-random';
import { breathe, mlErrors, takeRows, type FitControl, type Matrix } from '@kohort/ml-core';
import { lossOf, type Loss } from './loss';
import type { NetworkWeights } from './network';
import type { NeuralSession } from './neural-backend.port';

/** How long to train, and on what. */
export interface TrainingPlan {
  readonly loss: Loss;
  readonly epochs: number;
  readonly batchRows: number;
  /** Share of the rows that are only looked at, to know when to stop; 0 looks at the loss in training. */
  readonly validationShare: number;
  /** Epochs without a smaller loss after which training ends. */
  readonly patience: number;
  /** What sampled layers are pulled with in an epoch, asked before it; see NeuralBatch.pull. */
  readonly pullOf?: (epoch: number) => number;
  /** Which weights the session ends with: `last` where losses of different epochs cannot be compared; else the best. */
  readonly keep?: 'best' | 'last';
}

/** What came of a training; the session holds the weights of the best epoch, or of the last. */
export interface TrainingHistory {
  readonly losses: readonly number[];
  readonly validationLosses: readonly number[];
  /** Counted from 0. */
  readonly bestEpoch: number;
  readonly stoppedEarly: boolean;
}

/** Rows and what to answer for them; the same matrix twice for an autoencoder. */
export interface TrainingRows {
  readonly input: Matrix;
  readonly target: Matrix;
}

/** Batches between two turns of the event loop. */
const BATCHES_A_TURN = 16;

const pick = ({ input, target }: TrainingRows, rows: readonly number[]): TrainingRows => {
  const chosen = takeRows(input, rows);
  return { input: chosen, target: target === input ? chosen : takeRows(target, rows) };
};

interface EpochRun {
  readonly data: TrainingRows;
  readonly rows: readonly number[];
  readonly batchRows: number;
  readonly random: Random;
  readonly pull: number;
}

/** One pass over the rows in an order of its own; answers the mean loss of a row. */
async function epoch(
  session: NeuralSession,
  { data, rows, batchRows, random, pull }: EpochRun,
  control: FitControl,
): Promise<number> {
  const order = shuffle([...rows], random.split('order'));
  const chance = random.split('dropout');
  let sum = 0;
  for (let from = 0, batches = 1; from < order.length; from += batchRows, batches += 1) {
    const batch = pick(data, order.slice(from, from + batchRows));
    sum += session.step({ ...batch, random: chance, pull }) * batch.input.rows;
    if (batches % BATCHES_A_TURN === 0) await breathe(control);
  }
  await breathe(control);
  return sum / order.length;
}

function validationLoss(session: NeuralSession, loss: Loss, { input, target }: TrainingRows): number {
  const values = session.forward(input);
  return lossOf(loss, { values, stride: target.cols, target: target.data, rows: target.rows, cols: target.cols });
}

/**
 * Trains a session's network in minibatches, in an order drawn anew for each epoch, until the loss stops falling.
 *
 * Ties    of equal losses the earlier epoch is the best
 * Cost    epochs · rows · weights
 * Throws  ML_SHAPE, ML_TOO_FEW_ROWS, ML_CANCELLED
 */
export async function trainNetwork(
  session: NeuralSession,
  data: TrainingRows,
  plan: TrainingPlan,
  control: FitControl,
): Promise<TrainingHistory> {
  const n = data.input.rows;
  const all = shuffle([...new Array<number>(n).keys()], control.random.split('validation'));
  const held = Math.floor(n * plan.validationShare);
  if (n - held < 1) throw mlErrors.ML_TOO_FEW_ROWS({ estimator: 'a network', needed: held + 1, rows: n });
  const rows = all.slice(held);
  const validation = held > 0 ? pick(data, all.slice(0, held)) : undefined;
  const [losses, validationLosses]: [number[], number[]] = [[], []];
  let best: { epoch: number; loss: number; weights: NetworkWeights } | undefined;
  let stoppedEarly = false;
  for (let at = 0; at < plan.epochs && !stoppedEarly; at += 1) {
    const random = control.random.split(`epoch ${at}`);
    const pull = plan.pullOf?.(at) ?? 0;
    let loss = await epoch(session, { data, rows, batchRows: plan.batchRows, random, pull }, control);
    losses.push(loss);
    if (validation) {
      loss = validationLoss(session, plan.loss, validation);
      validationLosses.push(loss);
    }
    if (!best || loss < best.loss) best = { epoch: at, loss, weights: session.weights() };
    stoppedEarly = at - best.epoch >= plan.patience;
    control.onProgress?.({ phase: 'training the network', done: at + 1, total: plan.epochs });
  }
  if (best && plan.keep !== 'last') session.load(best.weights);
  return { losses, validationLosses, bestEpoch: best?.epoch ?? 0, stoppedEarly };
}
