import type { AffinityFormula, FeatureDefinition, FeatureFormula, ScoreFormula } from './feature-definition';

/**
 * What formulas are told by that look at everybody, by `populationKey`: the cut points of a score by quantiles, the one
 * proportion of an affinity.
 */
export type PopulationFigures = Readonly<Record<string, readonly number[]>>;

/** A formula that looks at everybody. */
export type PopulationFormula = Extract<ScoreFormula, { readonly quantiles: number }> | AffinityFormula;

/** The name of a formula's figures: equal formulas share them, and so do scores that differ by `reverse` alone. */
export function populationKey(formula: ScoreFormula | AffinityFormula): string {
  if ('affinity' in formula) return JSON.stringify({ affinity: formula.affinity });
  return JSON.stringify({
    score: formula.score,
    above: formula.above ?? null,
    quantiles: 'quantiles' in formula ? formula.quantiles : null,
  });
}

const byQuantiles = (formula: ScoreFormula): readonly PopulationFormula[] => ('quantiles' in formula ? [formula] : []);

function lookingAtAll(formula: FeatureFormula): readonly PopulationFormula[] {
  if ('affinity' in formula) return [formula];
  if ('cell' in formula) return formula.cell.flatMap(byQuantiles);
  return 'score' in formula ? byQuantiles(formula) : [];
}

/** The formulas of some definitions that look at everybody, each of a key once. */
export function populationFormulas(definitions: readonly FeatureDefinition[]): readonly PopulationFormula[] {
  const all = definitions.flatMap(({ formula }) => lookingAtAll(formula));
  return [...new Map(all.map((formula) => [populationKey(formula), formula])).values()];
}

/** How many figures a formula is told by. */
export const figuresOf = (formula: PopulationFormula): number => ('affinity' in formula ? 1 : formula.quantiles - 1);
