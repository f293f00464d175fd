import type { JobControl } from '@kohort/kernel-contracts';
import type { Random } from '@kohort/kernel-clock-random';
import { inlineKernelPool, type KernelPool } from './kernel-pool';
import { mlErrors } from '../ml-errors';
import { poolFlags } from './pool-words';

/** What a computation without chance is given beside its input. */
export interface ComputeControl extends JobControl {
  /** Threads to compute on; without it the calling thread alone. The result is the same bit for bit. */
  readonly pool?: KernelPool;
}

/** What a fit is given beside its input. */
export interface FitControl extends ComputeControl {
  readonly random: Random;
}

/**
 * Lets the event loop take its turn, then stops when the caller wants it: called between commands of a long computation.
 *
 * Throws  ML_CANCELLED when the signal is aborted or the pool's cancel flag is up
 */
export async function breathe(control: ComputeControl): Promise<void> {
  await new Promise<void>((resolve) => {
    setImmediate(resolve);
  });
  const flagged = control.pool !== undefined && poolFlags(control.pool.control).cancelled;
  if (flagged || control.signal?.aborted) throw mlErrors.ML_CANCELLED();
}

/** The pool a computation was given, or the calling thread alone. */
export function poolOf(control: ComputeControl): KernelPool {
  return control.pool ?? inlineKernelPool();
}
