import {
  labelSpreading,
  labelSpreadingDefaults,
  linkedKmeans,
  linkedKmeansDefaults,
  seededKmeans,
  seededKmeansDefaults,
  spreadBeliefs,
} from '@kohort/ml-guided';
import { z } from 'zod';
import { choice, flag, real, whole } from '../params-schema';
import { placeByShare } from '../placement';
import { registerAlgorithm } from '../register-algorithm';
import { centroidForm } from './centroid-algorithms';

const CONFIDENCE = 'how much nearer the own centre is than the next one: 1 at the centre, 0 half-way between two';

const unsettled = ({ converged, iterations }: { converged: boolean; iterations: number }): string[] =>
  converged ? [] : [`It stopped after ${iterations} rounds before it settled.`];

export const linkedKmeansAlgorithm = registerAlgorithm({
  name: 'linked-kmeans',
  title: 'k-means with links',
  about: 'k-means that heeds what you know: these people belong together, those do not.',
  family: 'guided',
  input: 'numbers',
  takesK: true,
  findsK: false,
  marksNoise: false,
  needs: 'links',
  rowLimit: 200_000,
  confidence: CONFIDENCE,
  params: z.object({
    cannotLinks: choice(
      ['required', 'preferred'],
      linkedKmeansDefaults.cannotLinks,
      'whether a broken link refuses the fit',
    ),
    penalty: real(0, 1e9, linkedKmeansDefaults.penalty, 'cost of a broken link, in mean squared distances'),
    restarts: whole(1, 1000, linkedKmeansDefaults.restarts, 'independent starts'),
    maxIterations: whole(1, 100_000, linkedKmeansDefaults.maxIterations, 'most rounds of one start'),
  }),
  async fit({ matrix, params, k = 0, known: { mustLink = [], cannotLink = [] }, control }) {
    const fitted = await linkedKmeans.fit({ matrix, mustLink, cannotLink }, { ...params, k }, control);
    const { labels, broken, ...state } = fitted;
    const notes = broken.length > 0 ? [`${broken.length} of ${cannotLink.length} cannot-links could not be kept.`] : [];
    return { labels, state, clusters: k, notes: [...unsettled(state.partition), ...notes] };
  },
  place: ({ partition }, matrix, context) => centroidForm.place(partition, matrix, context),
  toJson: linkedKmeans.toJson,
  fromJson: linkedKmeans.fromJson,
});

export const seededKmeansAlgorithm = registerAlgorithm({
  name: 'seeded-kmeans',
  title: 'k-means from examples',
  about: 'k-means that begins from people whose group you know; further groups are found beside them.',
  family: 'guided',
  input: 'numbers',
  takesK: true,
  findsK: false,
  marksNoise: false,
  needs: 'seeds',
  rowLimit: 1_000_000,
  confidence: CONFIDENCE,
  params: z.object({
    keepSeeds: flag(seededKmeansDefaults.keepSeeds, 'whether examples stay in their groups, or only begin there'),
    maxIterations: whole(1, 100_000, seededKmeansDefaults.maxIterations, 'most rounds'),
  }),
  async fit({ matrix, params, k = 0, known: { seeds = [] }, control }) {
    const { labels, ...state } = await seededKmeans.fit({ matrix, seeds }, { ...params, k }, control);
    return { labels, state, clusters: k, notes: unsettled(state.partition) };
  },
  place: ({ partition }, matrix, context) => centroidForm.place(partition, matrix, context),
  toJson: seededKmeans.toJson,
  fromJson: seededKmeans.fromJson,
});

export const labelSpreadingAlgorithm = registerAlgorithm({
  name: 'label-spreading',
  title: 'Label spreading',
  about: 'A few known examples spread to everybody who is like them; who is like none stays in no group.',
  family: 'guided',
  input: 'numbers',
  takesK: false,
  findsK: true,
  marksNoise: true,
  needs: 'seeds',
  rowLimit: 20_000,
  confidence: 'the share of what is believed of the row that speaks for its cluster; 0 in none',
  params: z.object({
    affinity: choice(['neighbours', 'radial'], 'neighbours', 'join each row to its nearest, or all by distance'),
    neighbours: whole(1, 1000, 7, 'others that each row names (affinity neighbours)'),
    gamma: real(Number.MIN_VALUE, 1e300, 20, 'how fast weights fall with squared distance (affinity radial)'),
    clamping: real(1e-6, 1 - 1e-6, labelSpreadingDefaults.clamping, 'share of a belief that comes from neighbours'),
    maxIterations: whole(1, 100_000, labelSpreadingDefaults.maxIterations, 'most rounds'),
    tolerance: real(0, 1e6, labelSpreadingDefaults.tolerance, 'summed change of all beliefs at which it ends'),
  }),
  async fit({ matrix, params: { affinity: method, neighbours, gamma, ...rest }, known: { seeds = [] }, control }) {
    const affinity = method === 'neighbours' ? { method, neighbours } : { method, gamma };
    const { labels, ...state } = await labelSpreading.fit({ matrix, labels: seeds }, { ...rest, affinity }, control);
    return { labels, state, clusters: state.k, notes: unsettled(state) };
  },
  place: async (state, matrix, context) =>
    placeByShare(await spreadBeliefs(state, matrix, context.control), matrix.rows, context),
  toJson: labelSpreading.toJson,
  fromJson: labelSpreading.fromJson,
});
