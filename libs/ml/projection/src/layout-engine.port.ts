import type { FitControl, Matrix } from '@kohort/ml-core';
import type { NeighbourLists } from './neighbour-lists';
import type { UmapParams } from './umap.params';

/**
 * An engine that lays rows out by the UMAP method. It draws from the control's random alone, changes nothing it is given,
 * answers n × 2 finite points in the rows' order, and stops at the signal with ML_CANCELLED.
 */
export interface LayoutEngine {
  /** Name and version, for the record of a picture. */
  readonly name: string;
  layout(
    input: { readonly matrix: Matrix; readonly neighbours: NeighbourLists },
    params: UmapParams,
    control: FitControl,
  ): Promise<Matrix>;
}
