import type { Random } from '@kohort/kernel-clock-random';
import type { BlockPass } from '../blocking/block-index';
import type { EncodedTable } from '../encode/table-encoder';
import { LEVEL } from '../field-types';
import { linkageErrors } from '../linkage-errors';
import type { PairRunner } from '../pairs/pair-shard';
import { VectorTally } from '../pairs/vector-counts';
import { walkUnits } from '../pairs/walk-pairs';
import { chanceModel, drawAgreeingPairs } from './chance-model';
import { classShares, type ClassShares } from './class-shares';
import { estimateMatches, type MatchEstimate } from './expectation-maximisation';
import { matchModel, type MatchModel } from './match-model';
import { allPairs, randomAgreement } from './random-agreement';

/** What one blocking pass taught. */
export interface PassReport {
  readonly rule: string;
  readonly pairs: number;
  readonly shareOfMatches: number;
  readonly rounds: number;
  readonly hasConverged: boolean;
}

/** A model and how it came about. */
export interface LearnedModel {
  readonly model: MatchModel;
  /** Share of matches among all pairs. */
  readonly lambda: number;
  readonly passes: readonly PassReport[];
  readonly warnings: readonly string[];
}

/** Pairs of one pass from which EM learns; more do not change the third digit. */
const PAIRS_A_PASS = 400_000;
/** Rounds of learning u free of the matches among random pairs. */
const CLEANING_ROUNDS = 3;
/** Of an agreement among random pairs at least this share is chance. */
const LEAST_CHANCE = 0.02;

/** m where no pass could teach it. */
const FALLBACK = [0.85, 0.08, 0.03, 0.005, 0.035] as const;

function averageM(estimates: readonly MatchEstimate[], width: number): Float64Array[] {
  return Array.from({ length: width }, (_, f) => {
    const sum = new Float64Array(LEVEL.missing);
    let weight = 0;
    for (const { m, lambda, pairs } of estimates) {
      const shares = m[f];
      if (!shares) continue;
      // Matches found, times how sure the pass is of them: where one pair in fifty matches, neighbours pass for matches.
      const trust = lambda * lambda * pairs;
      shares.forEach((share, level) => {
        sum[level] = (sum[level] as number) + share * trust;
      });
      weight += trust;
    }
    return weight > 0 ? sum.map((x) => x / weight) : Float64Array.from(FALLBACK);
  });
}

/** Random pairs hold matches too: what they add to an agreement is taken off. */
function withoutMatches(p: Float64Array, m: Float64Array, lambda: number): Float64Array {
  const cleaned = p.map((share, level) =>
    Math.max(share * LEAST_CHANCE, (share - lambda * (m[level] as number)) / (1 - lambda), 1e-9),
  );
  const total = cleaned.reduce((a, b) => a + b, 0);
  return cleaned.map((share) => share / total);
}

/**
 * Learns the weights of a linkage without labels: u from random pairs, m by EM on each blocking pass with the fields of
 * its rule held out, the share of matches from all candidates.
 *
 * Throws  LINKAGE_NO_MATCHES when nothing agrees more often than by chance
 */
export async function learnModel(
  table: EncodedTable,
  passes: readonly BlockPass[],
  { runner, random }: { readonly runner: PairRunner; readonly random: Random },
): Promise<LearnedModel> {
  const width = table.fields.length;
  const shares = passes.map(({ pairs, window }) => (window > 0 ? 1 : Math.min(1, PAIRS_A_PASS / Math.max(1, pairs))));
  const units = walkUnits(passes);
  const whole = await runner.run({ table, passes, units, job: { kind: 'tally', shares } });
  const union = new VectorTally();
  whole.firsts.forEach(({ codes, counts }, pass) => {
    const scale = 1 / (shares[pass] as number);
    codes.forEach((code, v) => union.add(code, (counts[v] as number) * scale));
  });
  const vectors = union.finish();
  const p = randomAgreement(table, random.split('random pairs'));
  const all = allPairs(table);
  const agreeing = drawAgreeingPairs(table, random.split('agreeing pairs'));
  let chance = chanceModel({ drawn: p, clean: p, agreeing: [], m: [], lambda: 0 });
  let m: Float64Array[] = [];
  let classes: ClassShares = { lambda: 0, neighbours: 0, n: [] };
  let estimates: MatchEstimate[] = [];
  for (let round = 0; round < CLEANING_ROUNDS; round += 1) {
    const known = chance;
    estimates = whole.tallies.map((tally, pass) => {
      const heldOut = new Set(passes[pass]?.rule.keys.map(({ field }) => field));
      return estimateMatches({ vectors: tally, chance: known, heldOut });
    });
    m = averageM(estimates, width);
    classes = classShares({ vectors, chance, m, all });
    const { lambda } = classes;
    const clean = p.map((shares, f) => withoutMatches(shares, m[f] as Float64Array, lambda));
    chance = chanceModel({ drawn: p, clean, agreeing, m, lambda });
  }
  const { lambda } = classes;
  const warnings: string[] = [];
  table.fields.forEach(({ column }, f) => {
    if ((m[f]?.[LEVEL.exact] ?? 0) <= (chance.otherwise[f]?.[LEVEL.exact] ?? 1)) {
      warnings.push(`${column} agrees no more often in matches than by chance: it is left out`);
      m[f] = chance.otherwise[f] as Float64Array;
    }
  });
  if (warnings.length === width || lambda * all < 0.5) throw linkageErrors.LINKAGE_NO_MATCHES();
  const reports = estimates.map(({ lambda: shareOfMatches, pairs, rounds, hasConverged }, pass) => ({
    rule: passes[pass]?.rule.name ?? '',
    pairs,
    shareOfMatches,
    rounds,
    hasConverged,
  }));
  return { model: matchModel(table, { m, chance, ...classes }), lambda, passes: reports, warnings };
}
