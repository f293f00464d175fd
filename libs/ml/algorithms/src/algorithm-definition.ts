import type { Random } from '@kohort/kernel-clock-random';
import type { Json } from '@kohort/kernel-contracts';
import type { ComputeControl, FitControl, Matrix } from '@kohort/ml-core';
import type { z } from 'zod';
import type { ClusteringAlgorithm, KnownRows } from './clustering-algorithm';
import type { PlaceContext, Placement } from './placement';

/** What an algorithm is given to fit: checked, weighted, no more rows than it takes. */
export interface FitInput<P> {
  readonly matrix: Matrix;
  readonly params: P;
  /** Given wherever the algorithm demands it. */
  readonly k: number | undefined;
  readonly categories: readonly number[];
  /** For algorithms that weigh columns themselves. */
  readonly weights: readonly number[] | undefined;
  readonly sizes: { readonly min?: number; readonly max?: number };
  readonly known: KnownRows;
  readonly control: FitControl & { readonly random: Random };
}

/** What a fit answers: in the estimator's own numbering. */
export interface FitResult<State> {
  readonly labels: ArrayLike<number>;
  readonly state: State;
  /** Clusters the labels are taken from; some may be empty. */
  readonly clusters: number;
  readonly notes?: readonly string[];
}

/** An algorithm as its folder defines it; `registerAlgorithm` makes the contract of it. */
export interface AlgorithmDefinition<S extends z.ZodRawShape, State> extends Omit<
  ClusteringAlgorithm,
  'fit' | 'checkColumns' | 'params' | 'needs' | 'keepsSizes'
> {
  readonly needs?: ClusteringAlgorithm['needs'];
  readonly keepsSizes?: boolean;
  /** Weighs columns itself; else their differences are weighted by scaling them. `none`: weights mean nothing to it. */
  readonly weighing?: 'own' | 'none';
  /** Refuses wider tables; given what was asked. */
  readonly columnLimit?: (params: z.output<z.ZodObject<S>>) => { readonly most: number; readonly instead?: string };
  /** Why it does not heed categories or weights as it is set; undefined where it does. */
  readonly deafTo?: (params: z.output<z.ZodObject<S>>) => string | undefined;
  readonly params: z.ZodObject<S>;
  fit(input: FitInput<z.output<z.ZodObject<S>>>): Promise<FitResult<State>>;
  place(state: State, matrix: Matrix, context: PlaceContext): Promise<Placement>;
  toJson(state: State): Json;
  fromJson(json: unknown): State;
}

/** The labels of an estimator's own `predict`, unless they are known. */
export async function labelsOf<State>(
  estimator: { predict(state: State, matrix: Matrix, control?: ComputeControl): Promise<ArrayLike<number>> },
  { state, matrix, context }: { state: State; matrix: Matrix; context: PlaceContext },
): Promise<ArrayLike<number>> {
  return context.labels ?? estimator.predict(state, matrix, context.control);
}

/** A definition as it stands, its types inferred. */
export function defineAlgorithm<S extends z.ZodRawShape, State>(
  definition: AlgorithmDefinition<S, State>,
): AlgorithmDefinition<S, State> {
  return definition;
}
