import type { Json } from '@kohort/kernel-contracts';
import { readState, type ComputeControl, type Matrix } from '@kohort/ml-core';
import { consensus, consensusSupport, type ConsensusState } from '@kohort/ml-guided';
import { z } from 'zod';
import type { ClusteringModel } from '../clustering-algorithm';
import { whole } from '../params-schema';
import type { PlaceContext, Placement } from '../placement';
import { registerAlgorithm, type RegisteredAlgorithm } from '../register-algorithm';
import { kmeansAlgorithm, miniBatchKmeansAlgorithm } from './centroid-algorithms';
import { agglomerativeAlgorithm } from './hierarchy-algorithms';
import { spectralAlgorithm } from './latent-algorithms';
import { gaussianMixtureAlgorithm } from './mixture-algorithms';

const MEMBERS = ['kmeans', 'mini-batch-kmeans', 'gaussian-mixture', 'agglomerative', 'spectral'] as const;
type MemberName = (typeof MEMBERS)[number];

const ALGORITHMS: Readonly<Record<MemberName, RegisteredAlgorithm>> = {
  kmeans: kmeansAlgorithm,
  'mini-batch-kmeans': miniBatchKmeansAlgorithm,
  'gaussian-mixture': gaussianMixtureAlgorithm,
  agglomerative: agglomerativeAlgorithm,
  spectral: spectralAlgorithm,
};

interface Member {
  readonly name: MemberName;
  readonly json: Json;
  readonly model: ClusteringModel;
}

interface ConsensusModel {
  readonly members: readonly Member[];
  readonly joined: ConsensusState;
}

const schema = z.object({
  estimator: z.literal('consensus-of'),
  version: z.literal(1),
  members: z.array(z.object({ name: z.enum(MEMBERS), model: z.json() })).min(1),
  joined: z.json(),
});

/** Clusters that members try when no number was given. */
const FEWEST = 2;
const MOST = 10;

/** Member clusterings differ in k: between what was asked and twice that, or all over what is usual. */
function memberK(k: number | undefined, rows: number, random: { int(bound: number): number }): number {
  const [low, high] = k === undefined ? [FEWEST, MOST] : [k, 2 * k];
  return Math.max(1, Math.min(low + random.int(high - low + 1), Math.floor(rows / 3) || 1));
}

/** The labels of all members, one column a member. */
async function memberLabels(members: readonly Member[], matrix: Matrix, control: ComputeControl): Promise<Matrix> {
  const data = new Float32Array(matrix.rows * members.length);
  const { pool, signal } = control;
  const quiet = { ...(pool ? { pool } : {}), ...(signal ? { signal } : {}) };
  for (const [at, { model }] of members.entries()) {
    const { labels } = await model.assign(matrix, quiet);
    labels.forEach((label, i) => (data[i * members.length + at] = label));
  }
  return { data, rows: matrix.rows, cols: members.length };
}

async function place({ members, joined }: ConsensusModel, matrix: Matrix, context: PlaceContext): Promise<Placement> {
  const table = await memberLabels(members, matrix, context.control);
  const labels = Int32Array.from(context.labels ?? (await consensus.predict(joined, table, context.control)));
  const supports = consensusSupport(joined, table);
  return { labels, confidence: Float64Array.from(labels, (label, i) => supports[i * joined.k + label] as number) };
}

export const consensusAlgorithm = registerAlgorithm({
  name: 'consensus',
  title: 'Consensus',
  about: 'Many clusterings vote on who belongs together: groups that do not hang on one method or one start.',
  family: 'ensemble',
  input: 'numbers',
  takesK: true,
  findsK: true,
  marksNoise: false,
  rowLimit: 20_000,
  confidence: 'how far the member clusterings agree that the row belongs with its cluster',
  params: z.object({
    members: z
      .array(z.enum(MEMBERS))
      .min(1)
      .default(['kmeans', 'gaussian-mixture'])
      .describe('algorithms whose clusterings are brought together, in turn'),
    rounds: whole(2, 100, 12, 'member clusterings'),
    mostPatterns: whole(0, 10_000, 3_000, 'different rows of labels up to which they are joined by co-association'),
  }),
  async fit({ matrix, params: { members: names, rounds, mostPatterns }, k, control }) {
    const members: Member[] = [];
    const { pool, signal, random } = control;
    const quiet = { ...(pool ? { pool } : {}), ...(signal ? { signal } : {}) };
    for (let at = 0; at < rounds; at += 1) {
      const name = names[at % names.length] ?? 'kmeans';
      const own = random.split(at);
      const params = name === 'gaussian-mixture' ? { covariance: 'diagonal', restarts: 1 } : {};
      const settings = { k: memberK(k, matrix.rows, own), seed: own.uint32(), params };
      const { state } = await ALGORITHMS[name].fit(matrix, settings, quiet);
      members.push({ name, json: state, model: ALGORITHMS[name].readModel(state) });
      control.onProgress?.({ phase: 'fitting member clusterings', done: at + 1, total: rounds });
    }
    const table = await memberLabels(members, matrix, quiet);
    const { labels, ...joined } = await consensus.fit(table, { k: k ?? 0, mostPatterns }, control);
    const notes =
      joined.method === 'vote' ? ['There are too many patterns to join: the member clusterings voted.'] : [];
    return { labels, state: { members, joined }, clusters: joined.k, notes };
  },
  place,
  toJson: ({ members, joined }) => ({
    estimator: 'consensus-of',
    version: 1,
    members: members.map(({ name, json }) => ({ name, model: json })),
    joined: consensus.toJson(joined),
  }),
  fromJson: (stored) => {
    const { members, joined } = readState('consensus', schema, stored);
    return {
      members: members.map(({ name, model }) => ({ name, json: model, model: ALGORITHMS[name].readModel(model) })),
      joined: consensus.fromJson(joined),
    };
  },
});
