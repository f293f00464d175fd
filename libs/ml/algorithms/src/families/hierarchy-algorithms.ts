import { agglomerative, agglomerativeDefaults, birch, birchDefaults } from '@kohort/ml-clustering';
import { z } from 'zod';
import { choice, real, whole } from '../params-schema';
import { placeByNeighbours } from '../placement';
import { registerAlgorithm } from '../register-algorithm';

const CONFIDENCE = 'the share of the ten nearest training rows (or parts) that are in the same cluster';

export const agglomerativeAlgorithm = registerAlgorithm({
  name: 'agglomerative',
  title: 'Hierarchical (agglomerative)',
  about: 'Joins the two most alike groups again and again: shows groups within groups, as a tree you can cut anywhere.',
  family: 'hierarchy',
  input: 'numbers',
  takesK: true,
  findsK: false,
  marksNoise: false,
  rowLimit: 200_000,
  confidence: CONFIDENCE,
  params: z.object({
    linkage: choice(
      ['ward', 'average', 'complete', 'weighted', 'single'],
      agglomerativeDefaults.linkage,
      'what the distance of two clusters is',
    ),
    mostRows: whole(2, 20_000, agglomerativeDefaults.mostRows, 'rows up to which all pairs are looked at'),
    microClusters: whole(
      2,
      4096,
      agglomerativeDefaults.microClusters,
      'parts that larger tables are condensed to first',
    ),
  }),
  async fit({ matrix, params, k = 0, control }) {
    const { labels, ...state } = await agglomerative.fit(matrix, { ...params, cut: { by: 'k', k } }, control);
    const { condensed } = state;
    const notes = condensed
      ? [`The ${condensed.rows.toLocaleString('en-GB')} rows were condensed to ${condensed.microClusters} parts first.`]
      : [];
    return { labels, state, clusters: state.k, notes };
  },
  place: ({ items, itemLabels }, matrix, context) => placeByNeighbours({ items, itemLabels }, matrix, context),
  toJson: agglomerative.toJson,
  fromJson: agglomerative.fromJson,
});

export const birchAlgorithm = registerAlgorithm({
  name: 'birch',
  title: 'BIRCH',
  about: 'Condenses a large table in one pass to small parts and joins those: hierarchical groups at size.',
  family: 'hierarchy',
  input: 'numbers',
  takesK: true,
  findsK: false,
  marksNoise: false,
  rowLimit: 500_000,
  confidence: CONFIDENCE,
  params: z.object({
    threshold: real(
      Number.MIN_VALUE,
      1e18,
      birchDefaults.threshold,
      'radius of a part, in units of the scaled columns',
    ),
    branching: whole(2, 1000, birchDefaults.branching, 'most entries of a node of the tree'),
    mostSubclusters: whole(2, 20_000, birchDefaults.mostSubclusters, 'parts above which the radius is doubled'),
  }),
  async fit({ matrix, params, k = 0, control }) {
    const { labels, ...state } = await birch.fit(matrix, { ...params, k }, control);
    const notes =
      state.threshold > params.threshold
        ? [`The radius of parts was raised from ${params.threshold} to ${state.threshold}: there were too many parts.`]
        : [];
    return { labels, state, clusters: state.k, notes };
  },
  place: ({ subclusters, subclusterLabels }, matrix, context) =>
    placeByNeighbours({ items: subclusters, itemLabels: subclusterLabels }, matrix, context),
  toJson: birch.toJson,
  fromJson: birch.fromJson,
});
