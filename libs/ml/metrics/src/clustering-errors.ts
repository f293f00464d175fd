import { defineErrors } from '@kohort/kernel-errors';

/** What measures of clusterings refuse. */
export const clusteringErrors = defineErrors({
  METRICS_LABELS_DIFFER: {
    kind: 'bug',
    message: (d) => `${d['labels']} labels do not go with ${d['rows']} rows`,
  },
  METRICS_CLUSTER_COUNT: {
    kind: 'unsuitable-data',
    message: (d) => `the measure needs 2 to ${d['most']} clusters, there are ${d['clusters']} among ${d['rows']} rows`,
  },
});
