import { defineErrors } from '@kohort/kernel-errors';

/** What the pipeline worker can be told wrongly. */
export const pipelineHostErrors = defineErrors({
  PIPELINE_NO_KEY: {
    kind: 'configuration',
    message: () => 'credentials of sources cannot be opened: this worker was given no KOHORT_KEY_PEPPER',
  },
});
