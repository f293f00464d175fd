import { defineErrors } from '@kohort/kernel-errors';

/** The errors every estimator and metric may raise; a scope of its own has what is special to it. */
export const mlErrors = defineErrors({
  ML_SHAPE: { kind: 'invalid-input', message: (d) => `${d['what']}: expected ${d['expected']}, got ${d['got']}` },
  ML_NOT_FINITE: {
    kind: 'invalid-input',
    message: (d) => `${d['what']} holds ${d['problem']} at row ${d['row']}, column ${d['column']}`,
  },
  ML_PARAM: {
    kind: 'invalid-input',
    message: (d) => `parameter ${d['parameter']} of ${d['estimator']} must be ${d['must']}`,
  },
  ML_STATE: { kind: 'invalid-input', message: (d) => `not a stored ${d['estimator']} model: ${d['problem']}` },
  ML_TOO_LARGE: {
    kind: 'unsuitable-data',
    message: (d) => `${d['what']} needs ${d['bytes']} bytes, more than the 4 GiB one arena can hold: take a sample`,
  },
  ML_TOO_FEW_ROWS: {
    kind: 'unsuitable-data',
    message: (d) => `${d['estimator']} needs at least ${d['needed']} ${d['of'] ?? 'rows'}, there are ${d['rows']}`,
  },
  ML_UNSATISFIABLE: {
    kind: 'unsuitable-data',
    message: (d) => `no clustering keeps what ${d['estimator']} was asked for: ${d['problem']}`,
  },
  ML_CANCELLED: { kind: 'cancelled', message: () => 'the computation was cancelled' },
  ML_POOL_BUSY: { kind: 'bug', message: () => 'the kernel pool already holds an open job: one computation at a time' },
  ML_POOL_CLOSED: { kind: 'bug', message: () => 'the kernel pool is closed' },
  ML_POOL_ON_MAIN_THREAD: {
    kind: 'bug',
    message: () => 'a pool of more than one thread waits: start it in a job thread, or say blocking: "allowed"',
  },
  ML_KERNEL_FAILED: { kind: 'bug', message: (d) => `kernel ${d['kernel']} failed` },
});
