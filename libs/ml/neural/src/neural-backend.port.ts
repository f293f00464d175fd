import type { Random } from '@kohort/kernel-clock-random';
import type { ComputeControl, Matrix } from '@kohort/ml-core';
import type { Loss } from './loss';
import type { NetworkShape, NetworkWeights } from './network';

/** How weights follow their gradients. */
export type Optimiser =
  | { readonly method: 'adam'; readonly rate: number; readonly beta1?: number; readonly beta2?: number }
  | { readonly method: 'descent'; readonly rate: number; readonly momentum?: number };

/** What a session is opened with. */
export interface NeuralPlan {
  readonly shape: NetworkShape;
  readonly weights: NetworkWeights;
  readonly loss: Loss;
  readonly optimiser: Optimiser;
  /** Most rows of one batch. */
  readonly batchRows: number;
}

/**
 * What a network's answers cost, and how that grows with each of them: for losses that targets alone cannot say.
 *
 * Shape   answers and gradients: rows × units of the last layer
 */
export type AnswerCost = (answers: Matrix) => { readonly loss: number; readonly gradients: Float32Array };

/** Rows and what the network should answer for them, or what its answers cost (the plan's loss is not asked then). */
export interface NeuralBatch {
  readonly input: Matrix;
  readonly target: Matrix | AnswerCost;
  /** The chance of dropout and of sampled layers; without it nothing is dropped and the means go on. */
  readonly random?: Random;
  /**
   * What a row's divergence of sampled layers from the standard normal, in nats, weighs in the loss; 0 when left out.
   */
  readonly pull?: number;
}

/**
 * One network within an engine.
 *
 * A caller may rely on: what comes out of `forward` for a row does not depend on the rows beside it; `gradients` and `step`
 * on equal weights and batches give equal answers; nothing given is changed; `release` ends the session and gives back all
 * it held. One session at a time on one kernel pool.
 */
export interface NeuralSession {
  /** rows × units of the last layer, without chance. Takes any number of rows. Throws ML_SHAPE, ML_CANCELLED. */
  forward(input: Matrix): Float32Array;
  /** The loss before a step and its gradients; the weights stay. Throws ML_SHAPE, ML_CANCELLED. */
  gradients(batch: NeuralBatch): { readonly loss: number; readonly weights: NetworkWeights };
  /** One step of the optimiser; answers the loss before it. Throws ML_SHAPE, ML_CANCELLED. */
  step(batch: NeuralBatch): number;
  /** A copy of the weights. */
  weights(): NetworkWeights;
  /** Puts other weights in; what the optimiser remembers stays. Throws ML_SHAPE. */
  load(weights: NetworkWeights): void;
  release(): void;
}

/** An engine that computes and trains dense networks. */
export interface NeuralBackend {
  readonly name: string;
  /** Throws ML_PARAM, ML_SHAPE, ML_TOO_LARGE, and what its engine cannot do. */
  open(plan: NeuralPlan, control?: ComputeControl): Promise<NeuralSession>;
}
