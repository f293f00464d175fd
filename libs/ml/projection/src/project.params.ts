import type { ParamLimits } from '@kohort/ml-core';
import { tsneDefaults, type TsneParams } from './tsne/tsne.params';
import { umapDefaults, type UmapParams } from './umap.params';

/** How rows can be laid out. */
export const PROJECTION_METHODS = ['pca', 'tsne', 'umap'] as const;

export type ProjectionMethod = (typeof PROJECTION_METHODS)[number];

/** How to make a picture. */
export interface ProjectionParams {
  readonly method: ProjectionMethod;
  /** t-SNE and UMAP lay out at most so many rows, drawn at random; everyone else is placed by the nearest of them. */
  readonly mostFitted: number;
  readonly tsne: TsneParams;
  readonly umap: UmapParams;
}

export const projectionDefaults: ProjectionParams = {
  method: 'pca',
  mostFitted: 5_000,
  tsne: tsneDefaults,
  umap: umapDefaults,
};

export const projectionLimits: Partial<ParamLimits<ProjectionParams>> = {
  method: { kind: 'choice', allowed: PROJECTION_METHODS, help: 'how rows are laid out' },
  mostFitted: {
    kind: 'number',
    min: 4,
    max: 100_000,
    integer: true,
    unit: 'rows',
    help: 'rows t-SNE and UMAP lay out; everyone else is placed by the nearest of them',
  },
};
