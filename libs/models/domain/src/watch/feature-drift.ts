import { DRIFT_LEVELS, type DriftLevel, type ModelDrift } from '@kohort/kernel-contracts';
import {
  binSamples,
  jensenShannon,
  kolmogorovSmirnovTest,
  populationStability,
  wassersteinDistance,
} from '@kohort/ml-drift';
import { WATCH_LIMITS } from './watch-limits';

type FeatureDrift = ModelDrift['features'][number];

/** A measure with its two limits: how far it is, and what is said of it. */
export interface Judged {
  readonly level: DriftLevel;
  readonly what: string;
  readonly value: number;
  readonly limit: number;
}

/** Holds a measure against its limits. */
export function judged(
  what: string,
  value: number,
  limit: { readonly shifting: number; readonly moved: number },
): Judged {
  const level = value >= limit.moved ? 'moved' : value >= limit.shifting ? 'shifting' : 'steady';
  return { level, what, value, limit: limit.moved };
}

/** Judgements by level, then by how far each is beyond its own limit, the gravest first. */
export function byGravity(all: readonly Judged[]): Judged[] {
  const rank = ({ level }: Judged): number => DRIFT_LEVELS.indexOf(level);
  return [...all].sort((a, b) => rank(b) - rank(a) || b.value / b.limit - a.value / a.limit);
}

/** The gravest of several judgements; null of none. */
export const gravest = (all: readonly Judged[]): Judged | null => byGravity(all)[0] ?? null;

function spreadOf(values: Float64Array): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
}

const present = (values: Float64Array): Float64Array => values.filter((value) => !Number.isNaN(value));
const missingShare = (values: Float64Array, there: Float64Array): number =>
  values.length === 0 ? 0 : 1 - there.length / values.length;

/**
 * How one feature differs between two sets of people.
 *
 * Shape   before, after: one value a person, NaN for missing; `tests`: features that are tested together
 * Cost    a few sorts of both
 */
export function featureDrift(
  feature: string,
  { before, after, tests }: { readonly before: Float64Array; readonly after: Float64Array; readonly tests: number },
): { readonly drift: FeatureDrift; readonly found: Judged | null } {
  const [was, is] = [present(before), present(after)];
  const [missingBefore, missingAfter] = [missingShare(before, was), missingShare(after, is)];
  const missing =
    Math.min(before.length, after.length) < WATCH_LIMITS.fewestValues
      ? []
      : [judged(`${feature}: missing`, Math.abs(missingAfter - missingBefore), WATCH_LIMITS.missing)];
  const none = { psi: null, ksDistance: null, ksPValue: null, wasserstein: null, jensenShannon: null };
  const told = (
    measures: Omit<FeatureDrift, 'feature' | 'level' | 'missingBefore' | 'missingAfter'>,
    all: readonly Judged[],
  ) => {
    const found = gravest(all);
    return { drift: { feature, level: found?.level ?? 'steady', ...measures, missingBefore, missingAfter }, found };
  };
  if (Math.min(was.length, is.length) < WATCH_LIMITS.fewestValues) return told(none, missing);
  const bins = binSamples(was, is);
  const psi = populationStability(bins.before, bins.after);
  const js = jensenShannon(bins.before, bins.after);
  const { distance, pValue } = kolmogorovSmirnovTest(was, is);
  const spread = spreadOf(was);
  const moved = wassersteinDistance(was, is);
  // A feature that was the same for everybody has no spread: any other value is told by the other measures.
  const wasserstein = spread > 0 ? moved / spread : moved === 0 ? 0 : null;
  const measures = { psi, ksDistance: distance, ksPValue: pValue, wasserstein, jensenShannon: js };
  if (pValue >= WATCH_LIMITS.chance / tests) return told(measures, missing);
  return told(measures, [
    judged(`${feature}: PSI`, psi, WATCH_LIMITS.psi),
    judged(`${feature}: Kolmogorov–Smirnov distance`, distance, WATCH_LIMITS.ksDistance),
    judged(`${feature}: Jensen–Shannon divergence`, js, WATCH_LIMITS.jensenShannon),
    ...(wasserstein === null
      ? []
      : [judged(`${feature}: Wasserstein distance`, wasserstein, WATCH_LIMITS.wasserstein)]),
    ...missing,
  ]);
}
