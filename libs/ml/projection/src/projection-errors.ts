import { defineErrors } from '@kohort/kernel-errors';

/** What projections refuse beside what every computation on a matrix does. */
export const projectionErrors = defineErrors({
  PROJECTION_NO_ENGINE: {
    kind: 'configuration',
    message: () => 'no engine for UMAP was given: take pca or tsne',
  },
});
