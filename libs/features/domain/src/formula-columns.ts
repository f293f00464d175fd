import { featuresErrors } from './errors';
import type { EventColumns } from './events/event-columns';
import { isTextFormula } from './events/event-formula';
import type { FeatureDefinition, FeatureFormula, FeaturePart, ScoreFormula } from './feature-definition';
import type { OrderMeasures } from './order-measures';
import { isTextsFormula, type TextsFormula } from './texts/texts-formula';
import { populationKey, type PopulationFormula } from './population-figures';

const lookUp = <T>(known: Map<string, T>, key: string, make: () => T): T => {
  const found = known.get(key) ?? make();
  known.set(key, found);
  return found;
};

/**
 * Formulas as SQL. Figures are computed once each, on a level of their own; what looks at everybody is computed of them
 * by window functions, in the same pass.
 */
export class FormulaColumns {
  private readonly figures = new Map<string, { readonly name: string; readonly sql: string }>();
  private readonly overAll = new Map<string, { readonly name: string; readonly sql: string }>();

  constructor(private readonly parts: { readonly orders: OrderMeasures; readonly events: EventColumns }) {}

  /** Float64, NaN where it is missing. Throws  FEATURES_TEXT, FEATURES_OF_TEXTS */
  number({ key, formula }: FeatureDefinition): string {
    if ('aggregate' in formula && isTextFormula(formula)) throw featuresErrors.FEATURES_TEXT({ key });
    if (isTextsFormula(formula)) throw featuresErrors.FEATURES_OF_TEXTS({ key });
    return this.formula(formula);
  }

  /** Nullable(String). Throws  FEATURES_TEXT when it is a number */
  text({ key, formula }: FeatureDefinition): string {
    if (!('aggregate' in formula) || !isTextFormula(formula)) throw featuresErrors.FEATURES_TEXT({ key });
    return this.part(formula);
  }

  /** The i-th figure of everybody by its `populationKey`; its formula has been asked for before. */
  figure(key: string, i: number): string {
    return `${this.overAll.get(key)?.name ?? 'nan'}[${i + 1}]`;
  }

  /** Whether a formula that was asked for looks at everybody. */
  get looksAround(): boolean {
    return this.overAll.size > 0;
  }

  /** The levels between one row a person and the answers. */
  aroundPeople(keys: string, people: string): string {
    const list = (columns: ReadonlyMap<string, { name: string; sql: string }>): string =>
      [...columns.values()].map(({ name, sql }) => `, ${sql} AS ${name}`).join('');
    const names = [...this.figures.values()].map(({ name }) => `, ${name}`).join('');
    const figures = `SELECT ${keys}${list(this.figures)} FROM (${people})`;
    return this.overAll.size === 0 ? figures : `SELECT ${keys}${names}${list(this.overAll)} FROM (${figures})`;
  }

  private part(part: FeaturePart): string {
    const make = () => ({
      name: `b${this.figures.size}`,
      sql: 'aggregate' in part ? this.parts.events.add(part) : this.parts.orders.add(part),
    });
    return lookUp(this.figures, JSON.stringify(part), make).name;
  }

  private formula(formula: Exclude<FeatureFormula, TextsFormula>): string {
    if ('aggregate' in formula || 'measure' in formula) return this.part(formula);
    if ('score' in formula) return this.score(formula);
    if ('cell' in formula) {
      const digits = formula.cell.map((one) => this.score(one));
      return digits.reduce((number, digit) => `(${number}) * 10 + ${digit}`);
    }
    if ('affinity' in formula) {
      const [a, b] = formula.affinity.map((part) => this.part(part));
      const all = `${this.everybody(formula)}[1]`;
      return `if(${b} = 0 OR ${all} = 0, nan, ${a} / ${b} / ${all})`;
    }
    const [a, b] = ('ratio' in formula ? formula.ratio : formula.change).map((part) => this.part(part));
    if ('ratio' in formula) return `if(${b} = 0, nan, ${a} / ${b})`;
    return `if(${a} + ${b} = 0, nan, (${a} - ${b}) / (${a} + ${b}))`;
  }

  private score(formula: ScoreFormula): string {
    const value = this.part(formula.score);
    // Cut points have passed the schema, or are of the same making: finite numbers.
    const cuts = 'cuts' in formula ? `[${formula.cuts.map(Number).join(', ')}]` : this.everybody(formula);
    const below = `toFloat64(arrayCount(cut_ -> cut_ < ${value}, ${cuts}))`;
    const most = 'cuts' in formula ? formula.cuts.length + 1 : formula.quantiles;
    return `if(${this.unscored(formula, value)}, nan, ${formula.reverse ? `${most} - ${below}` : `1 + ${below}`})`;
  }

  private unscored({ above }: ScoreFormula, value: string): string {
    return above === undefined ? `isNaN(${value})` : `isNaN(${value}) OR ${value} <= ${above}`;
  }

  /** The column of what a formula is told by: an array. */
  private everybody(formula: PopulationFormula): string {
    const make = () => ({ name: `q${this.overAll.size}`, sql: this.told(formula) });
    return lookUp(this.overAll, populationKey(formula), make).name;
  }

  private told(formula: PopulationFormula): string {
    if ('affinity' in formula) {
      const [a, b] = formula.affinity.map((part) => this.part(part));
      const both = `NOT isNaN(${a}) AND NOT isNaN(${b})`;
      return `[sumIf(${a}, ${both}) OVER () / sumIf(${b}, ${both}) OVER ()]`;
    }
    const value = this.part(formula.score);
    const levels = Array.from({ length: formula.quantiles - 1 }, (_, i) => (i + 1) / formula.quantiles);
    return `quantilesExactInclusiveIf(${levels.join(', ')})(${value}, NOT (${this.unscored(formula, value)})) OVER ()`;
  }
}
