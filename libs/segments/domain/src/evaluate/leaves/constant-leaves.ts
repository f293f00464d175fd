import { createHash } from 'node:crypto';
import type { NumberTest } from '../../rule/operand';
import type { ClusterAssignment, History } from '../history';
import { constantLeaf, valueEvidence, type LeafPlan } from '../leaf';
import { passes } from '../number-test';

/** Plans a reference to a segment whose rule is not at hand: the stored membership answers. */
export function planMembership(key: string): LeafPlan {
  return {
    key: `membership ${key}`,
    settled: ({ history }) => history.memberships.has(key),
    bind: ({ history }) => {
      const member = history.memberships.has(key);
      const text = `${member ? 'leaving' : 'entering'} the segment "${key}"`;
      return constantLeaf(member, valueEvidence({ segment: key, member }), { records: 1, text });
    },
  };
}

/** Plans a comparison with the live score of a model; without a score it is false. */
export function planPrediction(
  node: { model: string; measure: 'probability' | 'percentile'; test: NumberTest },
  zone: string,
): LeafPlan {
  const { model, measure, test } = node;
  const passesScore = (history: History): boolean => {
    const score = history.predictions.get(model)?.[measure];
    return score !== undefined && passes(test, score);
  };
  return {
    settled: ({ history }) => passesScore(history),
    key: `prediction ${zone} ${JSON.stringify(node)}`,
    bind: ({ history }) => {
      const score = history.predictions.get(model)?.[measure] ?? null;
      const evidence = valueEvidence({
        model,
        measure,
        actual: score,
        op: test.op,
        expected: test.op === 'between' ? [test.n, test.high] : test.n,
      });
      return constantLeaf(passesScore(history), evidence, {
        records: 1,
        text: `another score of "${model}"`,
      });
    },
  };
}

/** Plans a cluster node: the profile's cluster is one of the listed, with enough confidence where that is asked. */
export function planCluster(node: { model: string; in: readonly string[]; minConfidence: number | null }): LeafPlan {
  const isIn = (found: ClusterAssignment | undefined): boolean =>
    found !== undefined && node.in.includes(found.cluster) && found.confidence >= (node.minConfidence ?? -Infinity);
  return {
    key: `cluster ${JSON.stringify(node)}`,
    settled: ({ history }) => isIn(history.clusters.get(node.model)),
    bind: ({ history }) => {
      const found = history.clusters.get(node.model);
      const result = isIn(found);
      const actual = found === undefined ? null : { cluster: found.cluster, confidence: found.confidence };
      return constantLeaf(
        result,
        valueEvidence({ model: node.model, actual, in: [...node.in], minConfidence: node.minConfidence }),
        {
          records: 1,
          text: `another cluster of "${node.model}"`,
        },
      );
    },
  };
}

/** Plans a consent node: what was never said is no. */
export function planConsent(purpose: string): LeafPlan {
  return {
    key: `consent ${JSON.stringify(purpose)}`,
    bind: ({ history }) => {
      const given = history.consents.has(purpose);
      const text = `consent for "${purpose}" ${given ? 'refused or withdrawn' : 'given'}`;
      return constantLeaf(given, valueEvidence({ purpose, given }), { records: 1, text });
    },
  };
}

/**
 * A profile's stable random share: the first 8 bytes, big-endian and unsigned, of SHA-256 of `salt:profileId`, modulo
 * 10,000.
 */
export function bucketOf(salt: string, profileId: string): number {
  const digest = createHash('sha256').update(`${salt}:${profileId}`, 'utf8').digest();
  return Number(digest.readBigUInt64BE(0) % 10_000n);
}

/** Plans a bucket node. */
export function planBucket({ salt, from, to }: { salt: string; from: number; to: number }): LeafPlan {
  return {
    key: `bucket ${JSON.stringify([salt, from, to])}`,
    bind: ({ history }) => {
      const bucket = bucketOf(salt, history.profileId);
      return constantLeaf(bucket >= from && bucket <= to, valueEvidence({ salt, bucket, from, to }), null);
    },
  };
}
